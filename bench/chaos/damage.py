"""Twenty ways in which a file goes bad on a disk."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 4096


def corruptions(content: bytes, other: bytes, *, seed: int = 0) -> Iterator[tuple[str, bytes | None]]:
    """Yield a name for each, and the bytes that are there then (``None``: no file).

    ``other`` is the same file of another index.
    """
    draw, size = random.Random(seed), len(content)  # noqa: S311 - for damage, not for secrets
    for number in range(6):
        yield f"a byte flipped ({number})", _flipped(content, draw, 1)
    for number in range(4):
        yield f"200 bytes flipped ({number})", _flipped(content, draw, 200)
    for share in (0.1, 0.5, 0.99):
        yield f"cut to {share:.0%}", content[: int(size * share)]
    yield "cut by a byte", content[:-1]
    for number in range(3):
        start = draw.randrange(max(1, size - 4096))
        yield (
            f"4 kB zeroed ({number})",
            content[:start] + bytes(min(4096, size - start)) + content[start + 4096 :],
        )
    yield "deleted", None
    yield "emptied", b""
    yield "that of another index", other


def _flipped(content: bytes, draw: random.Random, count: int) -> bytes:
    flipped = bytearray(content)
    for _ in range(count):
        flipped[draw.randrange(len(flipped))] ^= draw.randrange(1, 256)
    return bytes(flipped)
