"""The file that saves making the vector index from the store again.

It is believed only if its checksum holds, and used only if its generation is part of the store's own history.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from embeddings.store import vector_block
from embeddings.store.vector_block import VectorBlock
from embeddings.store.vector_index import Generation, VectorIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    import faiss

logger = logging.getLogger(__name__)

_MAGIC = b"dossier vectors 2\n"
_READ_AT_ONCE = 1 << 20
_CHECKSUM_BYTES = 4


def save(vectors: VectorIndex, path: Path) -> None:
    """Write the index to ``path`` in one step: a reader finds the old file or the new one.

    The file is a line that names its kind, a line of JSON, the keys, FAISS's own form of the vectors, and
    the CRC-32 of all before.
    """
    import faiss

    block = vectors.merged().base
    header = {
        "generation": vectors.generation.number,
        "token": vectors.generation.token,
        "passages": len(block),
    }
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            checksum = 0

            def write(content: bytes) -> int:
                nonlocal checksum
                checksum = zlib.crc32(content, checksum)
                return file.write(content)

            write(_MAGIC + json.dumps(header).encode() + b"\n")
            write(block.keys.astype("<i8").tobytes())
            faiss.write_index(block.index, _writer(write))
            file.write(checksum.to_bytes(_CHECKSUM_BYTES, "little"))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(path: Path) -> VectorIndex | None:
    """Read a saved index; ``None`` where there is none, or a damaged one."""
    try:
        with path.open("rb") as file:
            if not _is_whole(file):
                logger.warning("%s is damaged or of another release: it is made again from the store", path)
                return None
            return _read(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        logger.warning("%s is unusable (%s): it is made again from the store", path, error)
        return None


def _is_whole(file: BinaryIO) -> bool:
    """Return whether what is read has its checksum: FAISS itself would believe any length that it reads."""
    left = os.fstat(file.fileno()).st_size - _CHECKSUM_BYTES
    checksum = 0
    while left > 0 and (content := file.read(min(left, _READ_AT_ONCE))):
        checksum = zlib.crc32(content, checksum)
        left -= len(content)
    is_whole = left == 0 and file.read() == checksum.to_bytes(_CHECKSUM_BYTES, "little")
    file.seek(0)
    return is_whole and file.readline() == _MAGIC


def _read(file: BinaryIO) -> VectorIndex:
    import faiss

    header = json.loads(file.readline())
    keys = np.frombuffer(file.read(8 * header["passages"]), "<i8").astype(np.int64)
    index = faiss.read_index(_reader(file.read))
    block = VectorBlock(keys, index)
    return VectorIndex(
        Generation(header["generation"], header["token"]), block, vector_block.empty(block.dimension)
    )


def _writer(write: Callable[[bytes], int]) -> faiss.IOWriter:
    import faiss

    return faiss.PyCallbackIOWriter(write, _READ_AT_ONCE)  # type: ignore[attr-defined, no-any-return]  # the stubs lack it


def _reader(read: Callable[[int], bytes]) -> faiss.IOReader:
    import faiss

    return faiss.PyCallbackIOReader(read, _READ_AT_ONCE)  # type: ignore[attr-defined, no-any-return]  # the stubs lack it
