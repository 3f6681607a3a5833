"""Files in one tar archive, each with its SHA-256, written as they are read and read with suspicion.

The last member, ``SHA256SUMS``, names every other one, in the form that ``sha256sum --check`` reads. Only
plain files are understood, by headers of 512 bytes: those that a pattern allows and that there is room for.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zlib
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

SUMS_NAME = "SHA256SUMS"
_READ_BYTES = 1 << 20  # of a member in memory at a time
_GZIP = b"\x1f\x8b"
_SUM_BYTES = 64 + 2 + tarfile.LENGTH_NAME + 1  # the longest line of the sums


class ArchiveError(ValueError):
    """An archive is damaged, incomplete, or not of this kind; the words say how."""


class ArchiveWriter:
    """Writes an archive into an open file; :meth:`finish` it, or it cannot be read.

    ``on_bytes`` is called with how many bytes have gone in each time.
    """

    def __init__(self, file: BinaryIO, *, on_bytes: Callable[[int], None] = lambda _: None) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w|", format=tarfile.GNU_FORMAT)  # noqa: SIM115 - see finish
        self._on_bytes = on_bytes
        self._sums: list[str] = []

    def add(self, name: str, content: BinaryIO, size_bytes: int) -> str:
        """Write a member of as many bytes as are told, and return its SHA-256."""
        member = tarfile.TarInfo(name)
        member.size = size_bytes
        member.mode = 0o600
        watched = _Watched(content, self._on_bytes)
        self._tar.addfile(member, watched)
        self._sums.append(f"{watched.digest.hexdigest()}  {name}\n")
        return watched.digest.hexdigest()

    def finish(self) -> None:
        """Write the sums and the end."""
        sums = "".join(self._sums).encode()
        self.add(SUMS_NAME, io.BytesIO(sums), len(sums))
        self._tar.close()


class _Watched(io.RawIOBase):
    """What is read, with its digest."""

    def __init__(self, content: BinaryIO, on_bytes: Callable[[int], None]) -> None:
        super().__init__()
        self._content = content
        self._on_bytes = on_bytes
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        block = self._content.read(size)
        self.digest.update(block)
        self._on_bytes(len(block))
        return block


def extract(
    path: Path, folder: Path, *, allowed: re.Pattern[str], room: int, on_bytes: Callable[[int], None]
) -> None:
    """Write the members of an archive, which may be compressed with gzip, below ``folder``.

    Their names must match ``allowed`` wholly, and they may have ``room`` bytes together. ``on_bytes`` is
    called as for :class:`ArchiveWriter`.

    Raises:
        ArchiveError: it is damaged, or holds something else. What was written by then is of no use.
        OSError: it cannot be read, or ``folder`` not be written.
    """
    with path.open("rb") as file:
        is_compressed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        content = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if is_compressed else file
        try:
            _extract(content, folder, allowed, room, on_bytes)
        except (EOFError, gzip.BadGzipFile, zlib.error, tarfile.HeaderError) as error:
            raise ArchiveError("it is damaged or cut short") from error


def _extract(
    content: BinaryIO, folder: Path, allowed: re.Pattern[str], room: int, on_bytes: Callable[[int], None]
) -> None:
    found: dict[str, str] = {}
    for member in _headers(content):
        is_last = member.name == SUMS_NAME
        if not is_last and (not allowed.fullmatch(member.name) or member.name in found):
            raise ArchiveError(f"it holds {member.name[:80]!r}, which no backup holds, or not twice")
        room -= member.size
        if room < 0:
            raise ArchiveError("it says to hold more than there is room for")
        if is_last:
            if member.size > _SUM_BYTES * len(found):
                raise ArchiveError("its list of files is too long")
            _compare(found, _read_exactly(content, member.size))
            return
        found[member.name] = _extracted(content, member, folder, on_bytes)
    raise ArchiveError("it is cut short")


def _headers(content: BinaryIO) -> Iterator[tarfile.TarInfo]:
    """Yield the header of each member; who takes it reads the member before the next one.

    tarfile itself would read extended headers of any length, links and what else there is.
    """
    while True:
        block = _read_exactly(content, tarfile.BLOCKSIZE)
        if not any(block):
            return
        member = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.size < 0:
            raise ArchiveError(f"{member.name[:80]!r} is no plain file")
        yield member
        _read_exactly(content, -member.size % tarfile.BLOCKSIZE)


def _extracted(
    content: BinaryIO, member: tarfile.TarInfo, folder: Path, on_bytes: Callable[[int], None]
) -> str:
    path = folder / member.name
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), member.size
    with path.open("xb") as file:
        path.chmod(0o600)
        while left:
            block = _read_exactly(content, min(left, _READ_BYTES))
            digest.update(block)
            file.write(block)
            on_bytes(len(block))
            left -= len(block)
    return digest.hexdigest()


def _compare(found: dict[str, str], sums: bytes) -> None:
    lines = [line.partition("  ") for line in sums.decode("ascii", "replace").splitlines()]
    told = {name: digest for digest, _, name in lines}
    for name in [*found, *told]:
        if told.get(name) != found.get(name):
            raise ArchiveError(f"{name[:80]} is not what was backed up")


def _read_exactly(content: BinaryIO, size: int) -> bytes:
    block = content.read(size)
    if len(block) != size:
        raise EOFError
    return block
