"""What can go wrong with a model or a data folder.

    EmbeddingsError
    ├── EncoderError              a model cannot be found, loaded or run (embeddings.encoders.encoder)
    └── IndexStoreError           a data folder cannot be used as asked
        ├── IndexMissingError         it holds no index
        ├── IndexBusyError            another indexing run is at work on it
        ├── IndexDamagedError         its store is damaged, or not a store of this program
        ├── EngineError               the engine that its passages are searched in cannot be used
        ├── ManifestMismatchError     it was made with another model, chunking or schema
        ├── StorageFullError          the disk is full
        └── BackupError               a backup cannot be written, or not be restored

Each message is one line that names the file or folder and what to do about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class EmbeddingsError(Exception):
    """Base of this package's errors."""


class IndexStoreError(EmbeddingsError):
    """A data folder cannot be read or written."""


class IndexMissingError(IndexStoreError):
    """A data folder holds no index."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no index in {folder}: make one with `dossier index`.")


class IndexBusyError(IndexStoreError):
    """Another indexing run is at work on the same data folder."""


class IndexDamagedError(IndexStoreError):
    """A store is damaged, or is not a store of this program."""


class EngineError(IndexStoreError):
    """The engine that passages are searched in does not answer, or has not what the store has."""


class ManifestMismatchError(IndexStoreError):
    """An index was made with another model, other chunking settings or another schema."""


class StorageFullError(IndexStoreError):
    """The disk is full; what was committed before stands."""


class BackupError(IndexStoreError):
    """A backup cannot be written, or is not one, or there is no empty folder to restore it into."""
