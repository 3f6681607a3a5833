"""Weighs an index: the bytes of each part, whole and per passage.

Reads the index that DOSSIER_DATA names (default: data) and changes nothing. A part is what SQLite keeps for
it, with the room its pages leave free; columns of one table share their pages by the bytes in them.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

TEXT = "source texts"
METADATA = "sources, documents, pages, passages' places"
PARTS = {
    "source_texts": TEXT,
    "source_blocks": TEXT,
    "passages": METADATA,
    "vectors": "dense vectors",
    "passage_text": "passage full text",
    "document_text": "document full text",
    "passage_ngrams": "character n-grams",
    "ngram_counts": "character n-grams",
    "word_counts": "words",
    "stem_counts": "words",
}
# Columns that are a part of their own: table, column, part.
COLUMNS = (
    ("passages", "text", "passage texts"),
    ("vectors", "token_codes", "token codes"),
)


def main() -> None:
    """Print the table."""
    folder = Path(os.environ.get("DOSSIER_DATA") or "data")
    store = folder / "index.sqlite"
    if not store.is_file():
        sys.exit(f"there is no index in {folder} (make index)")
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        passages = connection.execute("SELECT count(*) FROM passages").fetchone()[0]
        parts = bytes_by_part(connection)
    vectors = folder / "vectors.faiss"
    if vectors.is_file():
        parts["vectors.faiss (may be deleted)"] = vectors.stat().st_size
    print(f"{passages:,} passages")
    print(f"{'part':<46}{'bytes':>14}{'per passage':>14}{'share':>8}")
    whole = sum(parts.values())
    for part, size in [*parts.most_common(), ("whole", whole)]:
        print(f"{part:<46}{size:>14,}{size / max(1, passages):>14,.0f}{size / max(1, whole):>8.1%}")


def bytes_by_part(connection: sqlite3.Connection) -> Counter[str]:
    """Return the bytes of each part of the store."""
    parts: Counter[str] = Counter()
    for name, size in bytes_by_table(connection).items():
        owner = next((table for table in PARTS if name == table or name.startswith(f"{table}_")), None)
        parts[PARTS[owner] if owner else METADATA] += size
    for table, column, part in COLUMNS:
        size = connection.execute(f"SELECT sum(length(CAST({column} AS BLOB))) FROM {table}").fetchone()[0]  # noqa: S608 - constants
        parts[part] += size or 0
        parts[PARTS[table]] -= size or 0
    return parts


def bytes_by_table(connection: sqlite3.Connection) -> Counter[str]:
    """Return the bytes of the pages of each table, its indexes included."""
    table_of = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE rootpage > 0"))
    try:
        rows = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
    except sqlite3.OperationalError:
        sys.exit("this Python's SQLite was built without dbstat, which counts the pages of a table")
    sizes: Counter[str] = Counter()
    for name, size in rows:
        sizes[table_of.get(name, "sqlite_schema")] += size
    return sizes


if __name__ == "__main__":
    main()
