"""The file that saves making the vector index from the store again.

It is believed only if its checksum holds, and used only if its generation is part of the store's own history.
Its vectors stay in the file, mapped: processes share them, and their memory is free for what needs it more.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import struct
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.store import vector_block
from embeddings.store.vector_block import VectorBlock
from embeddings.store.vector_index import Generation, VectorIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    import faiss

logger = logging.getLogger(__name__)

_MAGIC = b"dossier vectors 3\n"
_WRITTEN_AT_ONCE = 1 << 20
_END = struct.Struct(f"<II{len(_MAGIC)}s")  # how long the description is, the checksum, the kind of file


def save(vectors: VectorIndex, path: Path) -> None:
    """Write the index to ``path`` in one step: a reader finds the old file or the new one.

    The file is FAISS's own form of the vectors, which can be mapped, their keys, a description in JSON, its
    length, the CRC-32 of all before, and a line that names the kind of file.
    """
    import faiss

    block = vectors.merged().base
    description = json.dumps({"generation": vectors.generation.number, "token": vectors.generation.token})
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            checksum = 0

            def write(content: bytes) -> int:
                nonlocal checksum
                checksum = zlib.crc32(content, checksum)
                return file.write(content)

            faiss.write_index(block.index, _writer(write))
            write(block.keys.astype("<i8").tobytes())
            write(description.encode())
            file.write(_END.pack(len(description), checksum, _MAGIC))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(path: Path) -> VectorIndex | None:
    """Map a saved index into memory; ``None`` where there is none, or a damaged one."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            vectors = _read(path, content)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        logger.warning("%s is unusable (%s): it is made again from the store", path, error)
        return None
    if vectors is None:
        logger.warning("%s is damaged or of another release: it is made again from the store", path)
    return vectors


def _read(path: Path, content: mmap.mmap) -> VectorIndex | None:
    import faiss

    end = len(content) - _END.size
    length, checksum, magic = _END.unpack_from(content, end) if end > 0 else (0, 0, b"")
    # FAISS itself would believe any length that it reads
    with memoryview(content) as view, view[: max(0, end)] as checked:
        if magic != _MAGIC or zlib.crc32(checked) != checksum:
            return None
    description = json.loads(content[end - length : end])
    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    keys = np.frombuffer(content[end - length - 8 * index.ntotal : end - length], "<i8").astype(np.int64)
    generation = Generation(description["generation"], description["token"])
    return VectorIndex(generation, VectorBlock(keys, index), vector_block.empty(index.d))


def _writer(write: Callable[[bytes], int]) -> faiss.IOWriter:
    import faiss

    return faiss.PyCallbackIOWriter(write, _WRITTEN_AT_ONCE)  # type: ignore[attr-defined, no-any-return]  # the stubs lack it
