"""The page on which gold questions are corrected, beside the service's own reader.

An ASGI application: ``/gold`` is here, every other address is the service's, whose pages may stand in a frame
of this one. It is for its own machine: a request under another host's name, or from another site, is refused.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from chunker.documents import Span
from eval.errors import GoldError
from eval.gold.editing import entry_problems
from eval.gold.evidence import SourceTexts
from service.wording.links import reader_link

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from embeddings.store.records import DocumentRecord
    from eval.gold.editing import GoldFile
    from service.dossier import Dossier

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Answer = tuple[int, str, bytes]

MOST_BYTES = 50_000_000  # of a gold file that is sent back; thousands of questions. Chosen by hand
PAGES = {
    "/gold": ("editor.html", "text/html; charset=utf-8"),
    "/gold/editor.js": ("editor.js", "text/javascript; charset=utf-8"),
    "/gold/editor.css": ("editor.css", "text/css; charset=utf-8"),
}
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


class Application(Protocol):
    """An ASGI application."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer what comes in."""


class Editor:
    """Serves ``gold`` for correction, its quotes found in the index of ``dossier``."""

    def __init__(self, gold: GoldFile, dossier: Dossier, service: Application) -> None:
        self._gold = gold
        self._service = service
        with dossier.snapshot() as snapshot:
            texts = {one.name: snapshot.source_text(one.id) or "" for one in snapshot.sources()}
            self._documents, _ = snapshot.documents(limit=snapshot.info().documents)
        self._sources = SourceTexts(texts)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer what is under ``/gold`` here, and let the service answer the rest."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == "/gold" or path.startswith("/gold/")):
            await self._service(scope, receive, framed(send) if scope["type"] == "http" else send)
            return
        status, kind, body = await self._answer(scope, receive)
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *_HEADERS]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Message, receive: Receive) -> Answer:
        method, path = scope["method"], scope["path"]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not is_local(headers):
            return _told(HTTPStatus.FORBIDDEN, "this page is for its own machine, under its own address")
        if method == "GET" and path in PAGES:
            name, kind = PAGES[path]
            return HTTPStatus.OK, kind, files("eval").joinpath("data", name).read_bytes()
        handlers = {
            ("GET", "/gold/entries"): self._entries,
            ("POST", "/gold/entries"): self._save,
            ("POST", "/gold/places"): self._places,
        }
        handler = handlers.get((method, path))
        if handler is None:
            return _told(HTTPStatus.NOT_FOUND, "there is no such page")
        try:
            sent = json.loads(await _body(receive)) if method == "POST" else {}
            return await asyncio.to_thread(handler, sent)
        except GoldError as error:
            return _told(HTTPStatus.CONFLICT, str(error))
        except (ValueError, KeyError, TypeError) as error:
            return _told(HTTPStatus.BAD_REQUEST, f"this cannot be read ({error!r})")

    def _entries(self, _: Mapping[str, Any]) -> Answer:
        revision, entries = self._gold.read()
        return _json(
            file=self._gold.path.name, revision=revision, entries=entries, problems=entry_problems(entries)
        )

    def _save(self, sent: Mapping[str, Any]) -> Answer:
        entries = sent["entries"]
        if not all(isinstance(entry, dict) for entry in entries):
            raise ValueError("an entry is no object")
        revision = self._gold.save(entries, revision=sent["revision"])
        return _json(revision=revision, problems=entry_problems(entries))

    def _places(self, sent: Mapping[str, Any]) -> Answer:
        """Find words in the sources: the words to the letter, and where the reader shows them marked."""
        found = []
        for place in self._sources.places_of(str(sent["quote"])):
            words = self._sources.texts[place.source_name][place.start_char : place.end_char]
            for record in self._documents:
                document = record.document
                if record.source_name == place.source_name and (
                    document.start_char <= place.start_char < document.end_char
                ):
                    span = Span(place.start_char, place.end_char)
                    found.append(_place(record, words, reader_link(document.id, span=span)))
                    break
        return _json(places=found)


def _place(record: DocumentRecord, words: str, link: str) -> dict[str, str | None]:
    when = record.document.metadata.date
    return {
        "quote": words,
        "document": record.document.title,
        "date": when.text if when else None,
        "file": record.source_name,
        "link": link,
    }


def is_local(headers: Mapping[str, str]) -> bool:
    """Return whether a request names this machine, and comes from no other site's page."""
    host = headers.get("host", "")
    origin = headers.get("origin")
    return host.rpartition(":")[0] in _LOCAL and origin in (None, f"http://{host}")


def framed(send: Send) -> Send:
    """Return what sends the service's pages so that a page of the same origin may frame them."""

    async def send_framed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                (name, value.replace(b"frame-ancestors 'none'", b"frame-ancestors 'self'"))
                for name, value in message.get("headers", ())
                if name.lower() != b"x-frame-options"
            ]
        await send(message)

    return send_framed


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise ValueError("too long")
        if not message.get("more_body"):
            return bytes(body)


def _json(**fields: object) -> Answer:
    return HTTPStatus.OK, "application/json", json.dumps(fields, ensure_ascii=False).encode()


def _told(status: HTTPStatus, detail: str) -> Answer:
    return status, "application/json", json.dumps({"detail": detail}, ensure_ascii=False).encode()
