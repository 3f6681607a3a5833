"""Files on their way into the index, one after the other; a bad one does not stop the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from chunker.errors import UnreadableSourceError, UnsupportedFormatError
from chunker.readers.finding import kind_of
from embeddings.encoders.encoder import EncoderError
from embeddings.errors import IndexStoreError
from service.library.failures import LOG_NAME, is_unforeseen, log_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from chunker.readers.finding import FoundFile
    from chunker.readers.isolated import IsolatedReader
    from chunker.readers.page_progress import PagesRead
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.local_index import LocalIndex


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    ``copy``: its bytes are in the index under the name ``copy_of``. ``failed`` and ``skipped``: ``error``
    says why, in one line; what is skipped is counted as a ``kind``, such as ``.jpg``. ``notices`` say what
    of it may be read wrongly or was left out. The counts are of the source as it stands in the index.
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


def ingest_files(
    index: LocalIndex,
    files: Iterable[FoundFile],
    *,
    reader: IsolatedReader,
    on_progress: Callable[[IndexingProgress], None] | None = None,
    on_pages: Callable[[PagesRead], None] | None = None,
) -> Iterator[FileOutcome]:
    """Read and index each file, and yield what became of it; the cause of what fails is logged whole.

    ``on_pages`` is told how far the OCR of a file's pages is.

    Raises:
        IndexStoreError: the index cannot be written; what was yielded before stands.
    """
    for file in files:
        try:
            source = replace(reader.read(file.path, name=file.name, on_pages=on_pages), path=file.origin)
            change = index.add_source(source, original=file.path, on_progress=on_progress)
        except IndexStoreError:
            raise
        except UnsupportedFormatError as error:
            if file.is_named:
                yield FileOutcome(file.name, "failed", error=str(error))
            else:
                yield FileOutcome(file.name, "skipped", error=str(error), kind=kind_of(file.name))
        except Exception as error:  # noqa: BLE001 - a fault at one file must not keep the others out
            if is_unforeseen(error, UnreadableSourceError):
                log_failure(index.folder, file.name, error)
            yield FileOutcome(file.name, "failed", error=_told(file.name, error, index.folder))
        else:
            yield FileOutcome(
                name=change.name,
                status=change.status,
                source_id=change.source_id,
                documents=change.documents,
                passages=change.passages,
                tokens=change.tokens,
                copy_of=change.copy_of,
                notices=source.notices,
            )


def _told(name: str, error: Exception, folder: Path) -> str:
    """Return one line of what went wrong at a file, and where the whole of it stands."""
    if isinstance(error, UnreadableSourceError):
        return str(error)
    if isinstance(error, EncoderError):
        return f"{name}: {error}"
    return f"{name}: unexpected {type(error).__name__}; {folder / LOG_NAME} has the cause"
