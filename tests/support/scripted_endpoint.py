"""A language model's endpoint on loopback that says what it is told to, well or badly."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def streamed(text, *, ends=True, piece_chars=7):
    """Return the events of a reply, without its end if it is to break off."""
    pieces = [text[start : start + piece_chars] for start in range(0, len(text), piece_chars)]
    chunks = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    if ends:
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        chunks.append({"choices": [], "usage": {"total_tokens": 1}})
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n"] if ends else lines)


class Endpoint:
    """What the endpoint is to do, and what it was asked."""

    def __init__(self):
        self.requests = []
        self.headers = []
        self.replies = []
        self.stopping = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def says(self, *texts):
        """Answer one request after the other with these texts, streamed; the last one again and again."""
        self.replies = [(200, {"Content-Type": "text/event-stream"}, streamed(text)) for text in texts]

    def gives(self, status=200, body="", *, content_type="application/json", **headers):
        """Answer every request so, to the letter."""
        self.replies = [(status, {"Content-Type": content_type, **headers}, body)]

    def prompt(self, number=-1):
        """Return the user's message of a request, read as JSON."""
        return json.loads(self.requests[number]["messages"][-1]["content"])

    def next_reply(self):
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def endpoint():
    """Run an endpoint for the length of a block."""
    script = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            script.requests.append(json.loads(self.rfile.read(length)))
            script.headers.append(dict(self.headers))
            status, headers, body = script.next_reply()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            pieces = body if isinstance(body, list) else [body]
            for piece in pieces:
                if isinstance(piece, float):
                    self.wfile.flush()
                    script.stopping.wait(piece)
                else:
                    self.wfile.write(piece if isinstance(piece, bytes) else piece.encode())

        def log_message(self, *_):
            pass

        def handle_one_request(self):
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    script.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        script.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def closed_port():
    """Give the address of an endpoint that is not there, and keep others from opening one meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
