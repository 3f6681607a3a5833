"""Files on their way into the index, one after the other; a bad one does not stop the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from chunker.documents import Source
from chunker.errors import UnreadableSourceError, UnsupportedFormatError
from chunker.readers.finding import kind_of
from embeddings.encoders.encoder import EncoderError
from embeddings.errors import IndexBusyError, IndexStoreError
from service.errors import FetchError
from service.library.failures import LOG_NAME, is_unforeseen, log_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from chunker.readers.finding import FoundFile
    from chunker.readers.isolated import IsolatedReader
    from chunker.readers.page_progress import PagesRead
    from embeddings.indexing.changes import SourceChange
    from embeddings.indexing.encoding_ahead import BulkEncoder
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.local_index import LocalIndex

T = TypeVar("T")

_CHARACTERS_TOGETHER = 20_000_000  # some 20,000 passages, a minute's work of ten cores. Chosen by hand


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    ``copy``: its bytes are in the index under the name ``copy_of``. ``failed`` and ``skipped``: ``error``
    says why, in one line; what is skipped is counted as a ``kind``, such as ``.jpg``. ``notices`` say what
    of it may be read wrongly or was left out. ``hint``, one of them or the end of ``error``, is what to
    install or to set, which helps all files of the kind. The counts are of the source as it stands in the
    index; ``has_changed`` tells whether that changed anything of it.
    """

    name: str
    status: Literal["added", "replaced", "unchanged", "copy", "failed", "skipped"]
    source_id: str | None = None
    documents: int = 0
    passages: int = 0
    tokens: int = 0
    copy_of: str | None = None
    error: str | None = None
    notices: tuple[str, ...] = ()
    kind: str | None = None
    hint: str = ""
    has_changed: bool = False


def ingest_files(
    index: LocalIndex,
    files: Iterable[FoundFile],
    *,
    reader: IsolatedReader,
    on_progress: Callable[[IndexingProgress], None] | None = None,
    on_pages: Callable[[PagesRead], None] | None = None,
    encode: BulkEncoder | None = None,
) -> Iterator[FileOutcome]:
    """Read and index each file, and yield what became of it; the cause of what fails is logged whole.

    A file that is there as what reads today would read it is not read again.

    ``on_pages`` is told how far the OCR of a file's pages is. With ``encode`` many files are read before
    what they hold is encoded by it.

    Raises:
        IndexStoreError: the index cannot be written; what was yielded before stands.
    """
    from chunker.readers.fingerprint import fingerprint_of_file
    from chunker.readers.hints import hints

    known_hints = hints(reader.limits)

    def read(file: FoundFile) -> tuple[FoundFile, Source | FileOutcome]:
        def step() -> Source | FileOutcome:
            known = index.unchanged(file.origin, file.name, fingerprint_of_file(file.path, reader.limits))
            if known is not None:
                with index.snapshot() as snapshot:
                    source = snapshot.source(known.source_id)
                return outcome_of(known, source.notices if source else (), known_hints)
            return replace(reader.read(file.path, name=file.name, on_pages=on_pages), path=file.origin)

        return file, tried(index, file, step)

    def added(file: FoundFile, source: Source) -> FileOutcome:
        change = index.add_source(source, original=file.path, on_progress=on_progress)
        return outcome_of(change, source.notices, known_hints)

    for some in _together(map(read, files), _CHARACTERS_TOGETHER if encode else 0):
        sources = [reading for _, reading in some if isinstance(reading, Source)]
        if encode is not None and sources:
            index.encode_ahead(sources, encode)
        for file, reading in some:
            if isinstance(reading, FileOutcome):
                yield reading
            else:
                yield tried(index, file, partial(added, file, reading))
    if encode is not None:
        index.encode_ahead((), encode)


def once_free(change: Callable[[], T], on_wait: Callable[[], None] | None) -> T:
    """Return what a change of the index comes to once no other run is at work on it, however long that takes.

    ``on_wait`` is called every few seconds, and may raise; without it nothing is waited for.
    """
    while True:
        try:
            return change()
        except IndexBusyError:  # after some seconds
            if on_wait is None:
                raise
            on_wait()


def outcome_of(change: SourceChange, notices: tuple[str, ...], known_hints: frozenset[str]) -> FileOutcome:
    """Return what became of a file whose source was added; ``known_hints`` are told once for all files."""
    return FileOutcome(
        name=change.name,
        status=change.status,
        source_id=change.source_id,
        documents=change.documents,
        passages=change.passages,
        tokens=change.tokens,
        copy_of=change.copy_of,
        notices=notices,
        hint=next((line for line in notices if line in known_hints), ""),
        has_changed=change.has_changed,
    )


def _together(
    readings: Iterable[tuple[FoundFile, Source | FileOutcome]], characters: int
) -> Iterator[list[tuple[FoundFile, Source | FileOutcome]]]:
    """Yield what was read, at least so many characters at a time; 0: one file at a time."""
    some, waiting = [], 0
    for file, reading in readings:
        some.append((file, reading))
        waiting += len(reading.text) if isinstance(reading, Source) else 0
        if waiting >= characters:
            yield some
            some, waiting = [], 0
    if some:
        yield some


def tried(index: LocalIndex, file: FoundFile, step: Callable[[], T]) -> T | FileOutcome:
    """Return what a step gives, or what became of the file where it fails; that the index does is raised."""
    try:
        return step()
    except IndexStoreError:
        raise
    except UnsupportedFormatError as error:
        if file.is_named:
            return FileOutcome(file.name, "failed", error=str(error))
        kind, hint = kind_of(file.name), error.hint
        return FileOutcome(file.name, "skipped", error=str(error), kind=kind, hint=hint)
    except Exception as error:  # noqa: BLE001 - a fault at one file must not keep the others out
        if is_unforeseen(error, UnreadableSourceError, FetchError):
            log_failure(index.folder, file.name, error)
        hint = error.hint if isinstance(error, UnreadableSourceError) else ""
        return FileOutcome(file.name, "failed", error=_told(file.name, error, index.folder), hint=hint)


def _told(name: str, error: Exception, folder: Path) -> str:
    """Return one line of what went wrong at a file, and where the whole of it stands."""
    if isinstance(error, (UnreadableSourceError, FetchError)):
        return str(error)
    if isinstance(error, EncoderError):
        return f"{name}: {error}"
    return f"{name}: unexpected {type(error).__name__}; {folder / LOG_NAME} has the cause"
