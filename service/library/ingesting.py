"""Files on their way into the index, one after the other; a bad one does not stop the others."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chunker.errors import UnreadableSourceError
from chunker.readers.reading import read_source
from embeddings.encoders.encoder import EncoderError
from embeddings.errors import EmbeddingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from chunker.readers.finding import FoundFile
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.local_index import LocalIndex


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    ``copy``: its bytes are in the index under the name ``copy_of``. ``failed`` and ``skipped``: ``error``
    says why, in one line. The counts are of the source as it stands in the index.
    """

    name: str
    status: Literal["added", "replaced", "unchanged", "copy", "failed", "skipped"]
    source_id: str | None = None
    documents: int = 0
    passages: int = 0
    tokens: int = 0
    copy_of: str | None = None
    error: str | None = None


def ingest_files(
    index: LocalIndex,
    files: Iterable[FoundFile],
    *,
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> Iterator[FileOutcome]:
    """Read and index each file, and yield what became of it.

    Raises:
        EmbeddingsError: the index cannot be written; what was yielded before stands.
    """
    for file in files:
        try:
            source = read_source(file.path, name=file.name)
            change = index.add_source(source, on_progress=on_progress)
        except UnreadableSourceError as error:
            yield FileOutcome(file.name, "failed", error=str(error))
        except (EmbeddingsError, EncoderError):
            raise
        except Exception as error:  # a fault of ours at one file must not keep the others out
            logger.exception("%s could not be indexed", file.name)
            told = f"{file.name}: unexpected {type(error).__name__}; the log has the cause"
            yield FileOutcome(file.name, "failed", error=told)
        else:
            yield FileOutcome(
                name=change.name,
                status=change.status,
                source_id=change.source_id,
                documents=change.documents,
                passages=change.passages,
                tokens=change.tokens,
                copy_of=change.copy_of,
            )
