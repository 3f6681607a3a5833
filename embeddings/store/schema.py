"""The tables of the store.

Three groups. The source tables hold what was added and are never derived from anything else: a later
schema may add to them, but not change what is here, for a rebuild starts from them. The derived tables
hold what chunking and encoding made of it. The full-text tables are for lexical search; all three are
written together with the passages (:mod:`embeddings.store.lexical_index`).

Passages and documents have two names: ``id`` is the public one and comes from the content, ``key`` is
the row's number, which FAISS and the full-text tables share. Keys are never used twice
(``AUTOINCREMENT``), so a vector index can be brought up to date by comparing keys.
"""

from __future__ import annotations

SCHEMA_VERSION = 15  # raised whenever a table changes: an older store asks to be made anew
APPLICATION_ID = 0x446F7373
"""Marks the file as ours ("Doss"), in the header field that SQLite keeps for this."""

BLOCK_CHARACTERS = 16_384
"""Of a source's text: some six pages of a book, of which a reader mostly asks for one."""

SOURCE_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS sources (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        media_type TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        title TEXT,
        characters INTEGER NOT NULL,
        added_at TEXT NOT NULL
    ) STRICT
    """,
    # The same bytes may be known under several names; that of the first origin by alphabet is shown.
    """
    CREATE TABLE IF NOT EXISTS source_names (
        name TEXT NOT NULL PRIMARY KEY,
        source_key INTEGER NOT NULL REFERENCES sources (key) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID
    """,
    # headings: [[start_char, end_char, level, text]], page_starts: [[start_char, label, method, margin]];
    # text: of older sources, until their store is made anew
    """
    CREATE TABLE IF NOT EXISTS source_texts (
        source_key INTEGER PRIMARY KEY REFERENCES sources (key) ON DELETE CASCADE,
        text TEXT NOT NULL,
        headings TEXT NOT NULL,
        page_starts TEXT NOT NULL
    ) STRICT
    """,
    # The text, in blocks of BLOCK_CHARACTERS
    """
    CREATE TABLE IF NOT EXISTS source_blocks (
        source_key INTEGER NOT NULL REFERENCES sources (key) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (source_key, number)
    ) STRICT
    """,
    # What the format tells of the documents, [[start_char, title, [start, end, precision] or null, kind,
    # [participants]]], and what may be read wrongly or was left out, [line]. Older sources have none.
    """
    CREATE TABLE IF NOT EXISTS readings (
        source_key INTEGER PRIMARY KEY REFERENCES sources (key) ON DELETE CASCADE,
        documents TEXT NOT NULL,
        notices TEXT NOT NULL
    ) STRICT
    """,
    # Pages read from pictures. words: of each [start_char, end_char, line, left, top, right, bottom,
    # confidence], packed (chunker.recognised); start_char: the first's, end_char: the last's
    """
    CREATE TABLE IF NOT EXISTS recognised_pages (
        source_key INTEGER NOT NULL REFERENCES sources (key) ON DELETE CASCADE,
        start_char INTEGER NOT NULL,
        end_char INTEGER NOT NULL,
        position INTEGER NOT NULL,
        words BLOB NOT NULL,
        PRIMARY KEY (source_key, start_char)
    ) STRICT
    """,
    # What a source is as a publication (chunker.readers.sidecar): all it states, what a person edited of it.
    """
    CREATE TABLE IF NOT EXISTS descriptions (
        source_key INTEGER PRIMARY KEY REFERENCES sources (key) ON DELETE CASCADE,
        stated TEXT NOT NULL,
        edited TEXT NOT NULL
    ) STRICT
    """,
    # Which file each source was read from, where it is kept (embeddings.store.originals); without a source:
    # none needs it. digest: its SHA-256
    """
    CREATE TABLE IF NOT EXISTS originals (
        digest TEXT NOT NULL,
        source_key INTEGER UNIQUE REFERENCES sources (key) ON DELETE SET NULL
    ) STRICT
    """,
    "CREATE INDEX IF NOT EXISTS originals_by_digest ON originals (digest)",
)
"""Made in an older store too, before it is made anew."""

LATER_COLUMNS = (
    # A path read upwards (embeddings.indexing.naming), and how many of its last parts the name has at least.
    ("source_names", "origin", "TEXT NOT NULL DEFAULT ''"),
    ("source_names", "parts", "INTEGER NOT NULL DEFAULT 1"),
    # Tells whether the file there need be read again (chunker.readers.fingerprint); empty: nobody knows.
    ("source_names", "fingerprint", "TEXT NOT NULL DEFAULT ''"),
)
"""Columns of source tables, their names and types, that older schemas lack."""

SOURCE_INDEXES = (
    "CREATE INDEX IF NOT EXISTS source_names_by_origin ON source_names (origin)",
    "CREATE INDEX IF NOT EXISTS source_origins_by_source ON source_names (source_key, origin)",
)

SECOND_VECTORS = """
    CREATE TABLE IF NOT EXISTS second_vectors (
        passage_key INTEGER PRIMARY KEY REFERENCES passages (key) ON DELETE CASCADE,
        model TEXT NOT NULL,
        vector BLOB NOT NULL
    ) STRICT
"""
"""Vectors by a second model: each passage has one where the manifest names such a model.

The table may come to an older store (:mod:`embeddings.indexing.completing`).
"""

DERIVED_TABLES = (
    "CREATE TABLE manifest (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # One row a change, so that a derived index can tell whether it stems from this very history.
    """
    CREATE TABLE generations (
        number INTEGER PRIMARY KEY,
        token TEXT NOT NULL,
        sources INTEGER NOT NULL,
        documents INTEGER NOT NULL,
        passages INTEGER NOT NULL
    ) STRICT
    """,
    # The keys of the passages that went with each change, a row for each run of them.
    """
    CREATE TABLE removals (
        generation INTEGER NOT NULL,
        first_key INTEGER NOT NULL,
        last_key INTEGER NOT NULL,
        PRIMARY KEY (generation, first_key)
    ) STRICT, WITHOUT ROWID
    """,
    # What sources begin and end with (embeddings.indexing.repetition). edges: [[first lines], [last lines]];
    # head and tail: the prefix of the first line of each
    """
    CREATE TABLE source_edges (
        source_key INTEGER PRIMARY KEY REFERENCES sources (key) ON DELETE CASCADE,
        digest BLOB NOT NULL,
        head BLOB,
        tail BLOB,
        edges TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX source_edges_by_digest ON source_edges (digest)",
    "CREATE INDEX source_edges_by_head ON source_edges (head)",
    "CREATE INDEX source_edges_by_tail ON source_edges (tail)",
    # sources: how many, those with the same edges counted once
    """
    CREATE TABLE edge_prefixes (
        prefix BLOB NOT NULL PRIMARY KEY,
        shorter BLOB NOT NULL,
        sources INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX edge_prefixes_by_shorter ON edge_prefixes (shorter, sources)",
    """
    CREATE TABLE pages (
        source_key INTEGER NOT NULL REFERENCES sources (key) ON DELETE CASCADE,
        start_char INTEGER NOT NULL,
        label TEXT NOT NULL,
        method TEXT NOT NULL,
        margin INTEGER NOT NULL,
        position INTEGER,
        PRIMARY KEY (source_key, start_char)
    ) STRICT, WITHOUT ROWID
    """,
    # A section runs to the next one, or to the end of its document.
    """
    CREATE TABLE sections (
        source_key INTEGER NOT NULL REFERENCES sources (key) ON DELETE CASCADE,
        start_char INTEGER NOT NULL,
        title TEXT NOT NULL,
        PRIMARY KEY (source_key, start_char)
    ) STRICT, WITHOUT ROWID
    """,
    # repeated: [[start_char, end_char]], what was left out as a header common to many sources;
    # pages_end_char: where the page map ends
    """
    CREATE TABLE chunkings (
        source_key INTEGER PRIMARY KEY REFERENCES sources (key) ON DELETE CASCADE,
        repeated TEXT NOT NULL,
        pages_end_char INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE documents (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        source_key INTEGER NOT NULL REFERENCES sources (key) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        title TEXT NOT NULL,
        file_title TEXT,
        start_char INTEGER NOT NULL,
        end_char INTEGER NOT NULL,
        date_start TEXT,
        date_end TEXT,
        date_precision TEXT,
        kind TEXT,
        secrecy TEXT,
        archive_reference TEXT,
        publication_reference TEXT
    ) STRICT
    """,
    "CREATE UNIQUE INDEX documents_by_source ON documents (source_key, ordinal)",
    "CREATE INDEX documents_by_kind ON documents (kind)",
    "CREATE INDEX documents_by_date ON documents (date_start, date_end)",
    """
    CREATE TABLE document_participants (
        document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (document_key, ordinal)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX document_participants_by_name ON document_participants (name)",
    # In which forms a document has names, and what it shows of each (chunker.metadata.mentions).
    """
    CREATE TABLE document_mentions (
        document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
        form TEXT NOT NULL,
        count INTEGER NOT NULL,
        inside INTEGER NOT NULL,
        as_person INTEGER NOT NULL,
        as_place INTEGER NOT NULL,
        against INTEGER NOT NULL,
        small INTEGER NOT NULL,
        PRIMARY KEY (document_key, form)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX document_mentions_by_form ON document_mentions (form)",
    # The same summed over all documents. cluster: what forms have in common that may be one name's
    """
    CREATE TABLE mention_totals (
        form TEXT NOT NULL PRIMARY KEY,
        cluster TEXT NOT NULL,
        documents INTEGER NOT NULL,
        count INTEGER NOT NULL,
        inside INTEGER NOT NULL,
        as_person INTEGER NOT NULL,
        as_place INTEGER NOT NULL,
        against INTEGER NOT NULL,
        small INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX mention_totals_by_cluster ON mention_totals (cluster)",
    # What follows from these (chunker.metadata.mentioned_names), as it was last settled: forms: [form];
    # documents: at least so many, exactly where is_exact; sorted_by: a person's surname, a place's whole name
    """
    CREATE TABLE names (
        kind TEXT NOT NULL,
        sorted_by TEXT NOT NULL,
        name TEXT NOT NULL,
        cluster TEXT NOT NULL,
        forms TEXT NOT NULL,
        documents INTEGER NOT NULL,
        is_exact INTEGER NOT NULL,
        PRIMARY KEY (kind, sorted_by, name)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX names_by_cluster ON names (cluster)",
    "CREATE INDEX names_by_documents ON names (kind, documents DESC, name)",
    # Clusters that a change has touched and that are still to be settled
    "CREATE TABLE unsettled_names (cluster TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID",
    # text_hash: of the text that was encoded, so that no text is encoded twice
    """
    CREATE TABLE passages (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        start_char INTEGER NOT NULL,
        end_char INTEGER NOT NULL,
        token_count INTEGER NOT NULL,
        page_label TEXT,
        page_method TEXT,
        page_margin INTEGER,
        page_position INTEGER,
        page_end_label TEXT,
        page_end_method TEXT,
        page_end_margin INTEGER,
        page_end_position INTEGER,
        ocr_confidence REAL,
        text_hash BLOB NOT NULL,
        text TEXT NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX passages_by_document ON passages (document_key, ordinal)",
    "CREATE INDEX passages_by_text ON passages (text_hash)",
    # vector: little-endian float16; token_codes: what the codec made of each token, one after another
    """
    CREATE TABLE vectors (
        passage_key INTEGER PRIMARY KEY REFERENCES passages (key) ON DELETE CASCADE,
        vector BLOB NOT NULL,
        token_codes BLOB
    ) STRICT
    """,
    SECOND_VECTORS,
)

FULL_TEXT_TABLES = (
    """
    CREATE VIRTUAL TABLE passage_text
    USING fts5(header, body, tokenize = 'porter unicode61 remove_diacritics 2')
    """,
    # The next two keep no copy of their text, since both can be made again from passage_text.
    """
    CREATE VIRTUAL TABLE document_text
    USING fts5(text, content = '', tokenize = 'porter unicode61 remove_diacritics 2')
    """,
    """
    CREATE VIRTUAL TABLE passage_ngrams
    USING fts5(ngrams, content = '', tokenize = "unicode61 remove_diacritics 2 tokenchars '_'")
    """,
    # In how many passages each n-gram stands: FTS5 could count them too, but not quickly enough.
    """
    CREATE TABLE ngram_counts (
        ngram TEXT NOT NULL PRIMARY KEY,
        passages INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # The same for the stems that passage_text has.
    """
    CREATE TABLE stem_counts (
        stem TEXT NOT NULL PRIMARY KEY,
        passages INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # Which words there are, as they are written (embeddings.store.word_counts).
    """
    CREATE TABLE word_counts (
        word TEXT NOT NULL PRIMARY KEY,
        sound TEXT NOT NULL,
        passages INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX word_counts_by_sound ON word_counts (sound, passages)",
    "CREATE INDEX word_counts_by_start ON word_counts (substr(word, 1, 2), length(word), passages DESC)",
    "CREATE INDEX word_counts_by_end ON word_counts (substr(word, -2), length(word), passages DESC)",
)

SOURCE_TABLE_NAMES = frozenset(
    {
        *("sources", "source_names", "source_texts", "source_blocks", "readings", "recognised_pages"),
        *("descriptions", "originals"),
    }
)
