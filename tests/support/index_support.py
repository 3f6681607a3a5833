"""Sources and stores for tests of the index, small enough to be checked by hand or by brute force."""

import sqlite3
from contextlib import closing, contextmanager

import numpy as np

from chunker.chunking import ChunkingSettings
from chunker.documents import ChunkedSource, Document, DocumentMetadata, PageMap, Passage, Source, content_id
from chunker.segmenting.boilerplate import EdgeLines
from embeddings.indexing import writing as store_writing
from embeddings.indexing.preparing import PreparedSource
from embeddings.store.lexical_index import lexical_text
from embeddings.store.names import settle_names

CHUNKING = ChunkingSettings(max_tokens=40)


def make_source(name, text, **values):
    encoded = text.encode("utf-8", "surrogatepass")
    return Source(
        **{
            "id": content_id(text),
            "name": name,
            "media_type": "text/plain",
            "text": text,
            "size_bytes": len(encoded),
            **values,
        }
    )


class now:  # noqa: N801 - reads as a word: now(index).sources()
    """What a reader who comes now sees: a snapshot of its own for each call of one of its methods."""

    def __init__(self, index):
        self._index = index

    def __getattr__(self, name):
        def call(*arguments, **options):
            with self._index.snapshot() as snapshot:
                return getattr(snapshot, name)(*arguments, **options)

        return call


def prepare_by_hand(name, documents, *, vectors=None, dimension=4):
    """Prepare a source of ``documents``, each a title, metadata and the texts of its passages."""
    text = "\n".join("\n".join([title, *bodies]) for title, _, bodies in documents)
    source = make_source(name, text)
    made, passages, position = [], [], 0
    for ordinal, (title, metadata, bodies) in enumerate(documents):
        length = len("\n".join([title, *bodies]))
        document_id = content_id(source.id, str(ordinal))
        made.append(Document(document_id, source.id, ordinal, title, position, position + length, metadata))
        start = position + len(title) + 1
        for number, body in enumerate(bodies):
            passage_id = content_id(document_id, str(number))
            passages.append(Passage(passage_id, document_id, number, start, start + len(body), body, 1))
            start += len(body) + 1
        position += length + 1
    header_of = {document.id: document.header for document in made}
    if vectors is None:
        vectors = np.eye(dimension, dtype=np.float32)[[n % dimension for n in range(len(passages))]]
    return PreparedSource(
        chunked=ChunkedSource(source, PageMap(), tuple(made), tuple(passages)),
        edges=EdgeLines((), ()),
        repeated=(),
        lexical_texts=tuple(lexical_text(header_of[p.document_id], p.text) for p in passages),
        text_hashes=tuple(content_id(p.text).encode() for p in passages),
        vectors=np.asarray(vectors, dtype=np.float32),
    )


def write_by_hand(store, *prepared):
    """Write prepared sources in one transaction; return the key of each."""
    with store.writing() as connection:
        keys = []
        store_writing.new_generation(connection)
        for parts in prepared:
            keys.append(store_writing.insert_source(connection, parts.chunked.source))
            store_writing.insert_derived(connection, keys[-1], parts)
        settle_names(connection)
    return keys


def write_passages(store, bodies, *, title="", name="a.txt", vectors=None):
    """Write a source of one document with these passages."""
    return write_by_hand(
        store, prepare_by_hand(name, [(title, DocumentMetadata(), list(bodies))], vectors=vectors)
    )


@contextmanager
def changed_by_hand(folder):
    """Give the store of a data folder to be changed past the program, without it being taken for damage."""
    (folder / "index.sqlite.seal").unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / "index.sqlite")) as connection, connection:
        yield connection
