"""Pictures as PNG (ISO/IEC 15948): grey where they are, each line as it differs from the one above."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _COLOURS = 0, 2
_LESS_THAN_ABOVE = 2  # the filter "Up"
_EFFORT = 6  # of zlib, 1 to 9


def png_of(pixels: NDArray[np.uint8]) -> bytes:
    """Return a picture of shape ``(height, width, 3 or more)``, red, green and blue first, as a PNG."""
    colours = pixels[:, :, :3]
    is_grey = bool((colours == colours[:, :, :1]).all())
    lines = colours[:, :, 0] if is_grey else colours.reshape(len(colours), -1)
    filtered = np.full((len(lines), lines.shape[1] + 1), _LESS_THAN_ABOVE, dtype=np.uint8)
    filtered[:, 1:] = lines
    filtered[1:, 1:] -= lines[:-1]
    height, width = colours.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8, _GREY if is_grey else _COLOURS, 0, 0, 0)
    return b"".join(_chunks(header, zlib.compress(filtered.tobytes(), _EFFORT)))


def _chunks(header: bytes, data: bytes) -> Iterator[bytes]:
    yield _SIGNATURE
    for name, body in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b"")):
        yield struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
