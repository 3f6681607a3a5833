"""Which lines of a source a site repeats over its pages, kept up to date as sources come and go.

:mod:`chunker.segmenting.boilerplate` says what a site's head or foot is, from how many sources begin (or end)
with the same lines. Here these counts are kept in the store, as a tree: each beginning knows the one that is
a line shorter. So a source can be added among ten thousand of the same site without comparing it with
each of them, and other sources are looked at again only when what their site repeats has changed.
"""

from __future__ import annotations

import hashlib
import json
from itertools import accumulate
from typing import TYPE_CHECKING

from chunker.segmenting.boilerplate import (
    SETTINGS as EDGE_SETTINGS,
)
from chunker.segmenting.boilerplate import (
    EdgeCounts,
    EdgeLines,
    edge_lines,
    prefixes,
    repeated_spans,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from chunker.documents import Span

MIN_SOURCES = 3  # two sources may begin alike by chance. Chosen by hand; not measured
_HEAD, _TAIL = b"head", b"tail"


def repeated_in(connection: sqlite3.Connection, text: str) -> tuple[Span, ...]:
    """Return what a site repeats in the text of a source whose edges are in the store."""
    edges = edge_lines(text)
    counts = EdgeCounts(
        heads=dict(zip(prefixes(edges.first), _counts(connection, _HEAD, edges.first), strict=True)),
        tails=dict(zip(prefixes(edges.last), _counts(connection, _TAIL, edges.last), strict=True)),
    )
    return repeated_spans(text, counts, min_sources=MIN_SOURCES)


def write_edges(connection: sqlite3.Connection, source_key: int, edges: EdgeLines) -> None:
    """Write a source's edges and count them, unless a source with the very same ones is counted."""
    digest = _digest(edges)
    if not _has_edges(connection, digest):
        for side, lines in ((_HEAD, edges.first), (_TAIL, edges.last)):
            connection.executemany(
                """
                INSERT INTO edge_prefixes (prefix, shorter, sources) VALUES (?, ?, 1)
                ON CONFLICT (prefix) DO UPDATE SET sources = sources + 1
                """,
                _with_shorter(side, lines),
            )
    connection.execute(
        "INSERT INTO source_edges (source_key, digest, head, tail, edges) VALUES (?, ?, ?, ?, ?)",
        (source_key, digest, *_first_prefixes(edges), json.dumps([edges.first, edges.last])),
    )


def delete_edges(connection: sqlite3.Connection, source_key: int) -> None:
    """Delete a source's edges, where it has any, and count them no longer."""
    edges = _stored_edges(connection, source_key)
    if edges is None:
        return
    connection.execute("DELETE FROM source_edges WHERE source_key = ?", (source_key,))
    if _has_edges(connection, _digest(edges)):
        return
    chain = [*_chain(_HEAD, edges.first), *_chain(_TAIL, edges.last)]
    connection.executemany(
        "UPDATE edge_prefixes SET sources = sources - 1 WHERE prefix = ?", ((prefix,) for prefix in chain)
    )
    connection.executemany(
        "DELETE FROM edge_prefixes WHERE prefix = ? AND sources = 0", ((prefix,) for prefix in chain)
    )


def sites_of(connection: sqlite3.Connection, keys: Iterable[int], edges: Iterable[EdgeLines]) -> set[bytes]:
    """Return the sites (first lines, last lines) of sources in the store and of other edges."""
    stored = [_stored_edges(connection, key) for key in keys]
    return {
        prefix
        for some in (*stored, *edges)
        if some is not None
        for prefix in _first_prefixes(some)
        if prefix is not None
    }


def site_block(connection: sqlite3.Connection, site: bytes) -> bytes | None:
    """Return the longest beginning that is common to nearly all sources of a site, ``None``: none is.

    There is one at most, since it takes more than half of them. A source's block is as much of it as
    the source has, so the blocks of a site's sources change only when this does.
    """
    row = connection.execute("SELECT sources FROM edge_prefixes WHERE prefix = ?", (site,)).fetchone()
    if row is None:
        return None
    needed = max(MIN_SOURCES, EDGE_SETTINGS.min_share_of_first_line * row[0])
    block = None
    while row is not None and row[0] >= needed:
        block = site if block is None else row[1]
        row = connection.execute(
            "SELECT sources, prefix FROM edge_prefixes WHERE shorter = ? ORDER BY sources DESC LIMIT 1",
            (block,),
        ).fetchone()
    return block


def sources_of_site(connection: sqlite3.Connection, site: bytes) -> list[int]:
    """Return the keys of the sources that begin or end with a site's line."""
    rows = connection.execute(
        "SELECT source_key FROM source_edges WHERE head = ? UNION"
        " SELECT source_key FROM source_edges WHERE tail = ? ORDER BY 1",
        (site, site),
    )
    return [key for (key,) in rows]


def _counts(connection: sqlite3.Connection, side: bytes, lines: tuple[str, ...]) -> list[int]:
    counts = []
    for prefix in _chain(side, lines):
        row = connection.execute("SELECT sources FROM edge_prefixes WHERE prefix = ?", (prefix,)).fetchone()
        counts.append(0 if row is None else row[0])
    return counts


def _has_edges(connection: sqlite3.Connection, digest: bytes) -> bool:
    row = connection.execute("SELECT 1 FROM source_edges WHERE digest = ? LIMIT 1", (digest,)).fetchone()
    return row is not None


def _stored_edges(connection: sqlite3.Connection, source_key: int) -> EdgeLines | None:
    row = connection.execute("SELECT edges FROM source_edges WHERE source_key = ?", (source_key,)).fetchone()
    return None if row is None else EdgeLines(*map(tuple, json.loads(row[0])))


def _first_prefixes(edges: EdgeLines) -> tuple[bytes | None, bytes | None]:
    head = next(iter(_chain(_HEAD, edges.first)), None)
    tail = next(iter(_chain(_TAIL, edges.last)), None)
    return head, tail


def _chain(side: bytes, lines: tuple[str, ...]) -> list[bytes]:
    """Return a digest of each beginning of ``lines``, the shortest first."""
    return list(accumulate(lines, _longer, initial=side))[1:]


def _with_shorter(side: bytes, lines: tuple[str, ...]) -> list[tuple[bytes, bytes]]:
    chain = _chain(side, lines)
    return list(zip(chain, [side, *chain], strict=False))


def _longer(prefix: bytes, line: str) -> bytes:
    return hashlib.sha256(prefix + b"\n" + line.encode()).digest()[:16]


def _digest(edges: EdgeLines) -> bytes:
    return hashlib.sha256(json.dumps([edges.first, edges.last]).encode()).digest()[:16]
