"""The real application behind a real server on loopback, with a quick encoder, for the service's tests."""

import json
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from encoders import WordHashEncoder

from embeddings.ranking.retriever import RetrievalSettings, Retriever
from service.answering.answerer import Answerer
from service.answering.settings import AnswerSettings
from service.app import create_app
from service.dossier import Dossier
from service.questions import QuestionRules
from service.settings import Settings

CORPUS = Path(__file__).parents[2] / "corpus"
LETTER = CORPUS / "004_0215c096726144f6.txt"
SHORT_NOTE = CORPUS / "003_3093749205775cb2.txt"

PAGED = "".join(
    f"[page {number}]\n\nOn page {number} the envoy of {place} wrote about the harbour, the customs and the "
    f"fishing rights that were agreed upon in {place}.\n\n"
    for number, place in ((11, "Odessa"), (12, "Batum"), (13, "Trebizond"), (14, "Sinop"))
)
"""A text of one document on four printed pages."""


def dossier_over(index, *, threshold=0.0, doubt=None, sure=None, writer=None):
    """Return what the doors are given, over an index that is open, without late interaction."""
    retriever = Retriever(index, WordHashEncoder(), RetrievalSettings())
    doubt = threshold if doubt is None else doubt
    answerer = Answerer(
        retriever,
        AnswerSettings(threshold=threshold, doubt=doubt, sure=threshold if sure is None else sure),
        writer=writer,
    )
    return Dossier(index, answerer, rules=QuestionRules(max_chars=2_000, top_k=5))


def make_settings(folder, **settings):
    return Settings(**{"data": folder, "answer_threshold": 0.0, "shutdown_seconds": 5, **settings})


def make_app(folder, *, encoder=None, open_dossier=None, **settings):
    chosen = make_settings(folder, **settings)
    opener = open_dossier or (lambda own: Dossier.open(settings=own, encoder=encoder or WordHashEncoder()))
    return create_app(chosen, open_dossier=opener)


@contextmanager
def serving(app, *, is_ready=True, http="auto", **client_options):
    """Run ``app`` under uvicorn in a thread, and give a client for it once its index is open."""
    config = uvicorn.Config(
        app, port=0, http=http, log_config=None, timeout_graceful_shutdown=5, lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, **client_options) as client:
            if is_ready:
                wait_until(lambda: client.get("/health/ready").status_code == 200)
            yield client
    finally:
        server.should_exit = True
        thread.join()


def wait_until(condition, *, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about")
        time.sleep(0.01)


def upload(client, name, content, **parameters):
    content = content.encode() if isinstance(content, str) else content
    return client.post("/v1/sources", files={"file": (name, content)}, params=parameters)


def finished_job(client, response):
    """Wait for the job of an upload, and return it."""
    assert response.status_code == 202, response.text
    address = response.headers["Location"]
    wait_until(lambda: client.get(address).json()["finished_at"])
    return client.get(address).json()


def index_files(client, *paths):
    return [finished_job(client, upload(client, path.name, path.read_bytes())) for path in paths]


def problem_of(response):
    """Return a response's problem, having seen that it is one."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["type"].startswith("urn:dossier:problem:")
    assert "\n" not in problem["detail"]
    assert "Traceback" not in response.text
    return problem


def events_of(text):
    """Return server-sent events as pairs of name and data."""
    events = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        events.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return events
