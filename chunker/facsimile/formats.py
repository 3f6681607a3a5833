"""Which files have pages that can be shown."""

from chunker.readers.sniffing import IMAGES, PDF

PICTURED = frozenset({PDF, *IMAGES})
"""Their media types."""
