"""Which files have pages that can be shown."""

from chunker.readers.sniffing import PDF

PICTURED = frozenset({PDF})
"""Their media types."""
