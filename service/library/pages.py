"""Pages of the web on their way into the index, and what their servers know them by."""

from __future__ import annotations

import logging
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chunker.readers.finding import FoundFile
from service.library.fetching import Validators, page_name, page_path, page_url
from service.library.ingesting import once_free, outcome_of, tried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from chunker.readers.isolated import IsolatedReader
    from chunker.readers.page_progress import PagesRead
    from embeddings.indexing.changes import SourceChange
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.local_index import LocalIndex
    from service.library.fetching import Fetcher
    from service.library.ingesting import FileOutcome

logger = logging.getLogger(__name__)

FILE_NAME = "pages.sqlite"
_WAIT_SECONDS = 5
_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY, digest TEXT NOT NULL, etag TEXT, last_modified TEXT
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class KnownPage:
    """The bytes that a page had when it was fetched, by their SHA-256, and what its server knew them by."""

    digest: str
    validators: Validators


class KnownPages:
    """The pages that were fetched into one data folder; what is lost of it is fetched again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def get(self, url: str) -> KnownPage | None:
        """Return what is known of a page."""
        if not self._path.exists():
            return None
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS)) as database:
                row = database.execute(
                    "SELECT digest, etag, last_modified FROM pages WHERE url = ?", (url,)
                ).fetchone()
        except sqlite3.Error as error:
            logger.warning("%s cannot be read (%s): delete it", self._path, error)
            return None
        return KnownPage(row[0], Validators(*row[1:])) if row else None

    def put(self, url: str, page: KnownPage) -> None:
        """Keep what is known of a page."""
        row = (url, page.digest, page.validators.etag, page.validators.last_modified)
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS)) as database, database:
                database.executescript(_SCHEMA)
                database.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            logger.warning("%s cannot be written (%s): delete it", self._path, error)


def ingest_pages(
    index: LocalIndex,
    urls: Iterable[str],
    *,
    fetcher: Fetcher,
    reader: IsolatedReader,
    on_progress: Callable[[IndexingProgress], None] | None = None,
    on_pages: Callable[[PagesRead], None] | None = None,
) -> Iterator[FileOutcome]:
    """Fetch and index each page, and yield what became of it; the cause of what fails is logged whole.

    Raises:
        IndexStoreError: the index cannot be written; what was yielded before stands.
    """

    def added(url: str) -> FileOutcome:
        change = ingest_page(
            index, url, fetcher=fetcher, reader=reader, on_progress=on_progress, on_pages=on_pages
        )
        with index.snapshot() as snapshot:
            source = snapshot.source(change.source_id)
        return outcome_of(change, source.notices if source else (), frozenset())

    for url in urls:
        yield tried(index, FoundFile(Path(url), url, url, is_named=True), partial(added, url))


def ingest_page(
    index: LocalIndex,
    url: str,
    *,
    fetcher: Fetcher,
    reader: IsolatedReader,
    on_progress: Callable[[IndexingProgress], None] | None = None,
    on_pages: Callable[[PagesRead], None] | None = None,
    on_wait: Callable[[], None] | None = None,
) -> SourceChange:
    """Fetch a page and index it, in the place of what was fetched from there before.

    What is in the index as today's readers would read it is fetched only where its server says that it has
    changed. ``on_wait`` is called while it is fetched, and while another run is at work on the index, and may
    raise; without it another run ends this one.

    Raises:
        UrlError: it is no address that a page could have.
        FetchError: the page is not to be had, or not within the bounds.
        UnreadableSourceError: it cannot become text.
        IndexBusyError: another indexing run is at work.
    """
    from chunker.readers.fingerprint import fingerprint

    pages, name, path = KnownPages(index.folder), page_name(url), page_path(url)
    known, there = pages.get(page_url(url)), None
    if known is not None:
        there = index.unchanged(path, name, fingerprint(known.digest, {}, reader.limits))
    with tempfile.TemporaryDirectory(prefix="dossier-") as place:
        validators = known.validators if known and there else None
        waited = on_wait or (lambda: None)
        fetched = fetcher.fetch(page_url(url), Path(place), known=validators, on_bytes=waited)
        if fetched is None:
            if there is None:
                raise LookupError("a page that was not known cannot be what it was")
            return there
        file = fetched.path
        shown = name if name.endswith(file.suffix) else f"{name}{file.suffix}"
        source = replace(reader.read(file, name=shown, on_pages=on_pages), name=name, path=path)
        change = once_free(lambda: index.add_source(source, original=file, on_progress=on_progress), on_wait)
    pages.put(page_url(url), KnownPage(source.digest, fetched.validators))
    return change
