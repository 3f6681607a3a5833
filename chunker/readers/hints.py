"""What is missing on this machine, or set so, that files cannot be read: it is told once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chunker.readers import converting, djvu
from chunker.readers.recognising import recognition_hint

if TYPE_CHECKING:
    from chunker.readers.extraction import ReadingLimits


def hints(limits: ReadingLimits) -> frozenset[str]:
    """Return the notices, and the hints of errors, that say what to install or to set."""
    return frozenset((recognition_hint(limits.recognition), converting.HINT, djvu.HINT)) - {""}
