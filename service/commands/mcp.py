"""`dossier mcp`."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.commands.options import DataOption, settings_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.collections import Collection
    from service.dossier import Dossier
    from service.settings import Settings


def mcp(*, data: DataOption = None) -> None:
    """Let an agent ask the documents: a Model Context Protocol server on standard input and output.

    For an agent's configuration: command `dossier`, arguments `mcp --data FOLDER`. A running
    `dossier serve` offers the same at /mcp. `dossier --collection NAME mcp` offers that collection alone.
    """
    from service.mcp_api.server import run_stdio

    settings = settings_from(data=data)
    shelf = ReadingShelf(settings)
    try:
        # The agent is answered at once; its first question waits for the model if it must.
        run_stdio(shelf, settings)
    finally:
        shelf.close()


class ReadingShelf:
    """Collections that are only read, by one agent: that of the settings opens at once, others when asked."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self._opened: dict[str, Future[Dossier]] = {}
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="open-index")
        self._future(settings.collection)

    @contextmanager
    def reading(self, name: str | None) -> "Iterator[Dossier]":
        """Give a collection, open, by the name that :meth:`seen` has; links made meanwhile lead into it."""
        from service.collections import no_collection
        from service.settings import DEFAULT_COLLECTION
        from service.wording.links import begin_links_at, root_of

        wanted = name or self._settings.collection
        if wanted not in {one.name for one in self.seen()}:
            raise no_collection(wanted)
        dossier = self._future(wanted).result()
        begin_links_at("" if wanted == DEFAULT_COLLECTION else root_of(wanted))
        yield dossier

    def seen(self) -> "list[Collection]":
        """Return the collections, or the one that was chosen."""
        from service.collections import collections_in
        from service.settings import DEFAULT_COLLECTION

        chosen = self._settings.collection
        every = collections_in(self._settings.data)
        return every if chosen == DEFAULT_COLLECTION else [one for one in every if one.name == chosen]

    def close(self) -> None:
        """Close what was opened."""
        self._executor.shutdown()
        for opened in self._opened.values():
            if opened.exception() is None:
                opened.result().close()

    def _future(self, name: str) -> "Future[Dossier]":
        with self._lock:
            opened = self._opened.get(name)
            if opened is None or (opened.done() and opened.exception()):
                opened = self._opened[name] = self._executor.submit(self._open, name)
            return opened

    def _open(self, name: str) -> "Dossier":
        from service.assembly import reading_catalogue
        from service.collections import settings_in
        from service.dossier import Dossier

        is_chosen = name == self._settings.collection
        settings = self._settings if is_chosen else settings_in(self._settings, name)
        with reading_catalogue(settings):
            pass  # a missing index is found before the model is loaded
        return Dossier.open(settings=settings, read_only=True)
