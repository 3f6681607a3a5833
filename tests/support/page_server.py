"""A server of a few pages on loopback, that remembers what it was asked."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Page:
    """What is answered at a path; ``say`` writes the body itself where it is given."""

    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    say: object = None


@contextmanager
def page_server(pages, *, host="127.0.0.1"):
    """Give the server's address, and the list of requests as pairs of path and headers."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            page = pages[self.path]
            etag = page.headers.get("ETag")
            is_same = etag is not None and self.headers.get("If-None-Match") == etag
            self.send_response(304 if is_same else page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            if page.say is None and "Content-Length" not in page.headers:
                self.send_header("Content-Length", str(0 if is_same else len(page.body)))
            self.end_headers()
            if page.say is not None:
                page.say(self.wfile)
            elif not is_same:
                self.wfile.write(page.body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer((host, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{host}:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()
