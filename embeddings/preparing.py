"""What indexing makes of one source before anything is written: passages, folded texts, vectors."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from chunker.boilerplate import edge_lines
from chunker.chunking import chunk, fitted_header, indexed_text
from chunker.tokens import TokenLimit
from embeddings.encoder import EncoderError
from embeddings.lexical_index import lexical_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chunker.boilerplate import EdgeLines
    from chunker.chunking import ChunkingSettings
    from chunker.documents import ChunkedSource, Source, Span
    from embeddings.encoder import Encoder, FloatArray
    from embeddings.lexical_index import LexicalText


@dataclass(frozen=True, slots=True)
class IndexingProgress:
    """How far the encoding of one source is, in passages; those encoded before are not counted."""

    source_name: str
    encoded: int
    to_encode: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a source becomes documents, passages and vectors."""

    encoder: Encoder
    chunking: ChunkingSettings

    @property
    def window(self) -> TokenLimit:
        """What the encoder sees of one text."""
        return TokenLimit(self.encoder.count_tokens, self.encoder.max_tokens)


@dataclass(frozen=True, slots=True)
class PreparedSource:
    """A source with all that is to be written of it.

    The last three are parallel to ``chunked.passages``: what lexical search indexes, the hash of
    the text that was encoded, and the vectors, of shape ``(passages, dimension)``.
    """

    chunked: ChunkedSource
    edges: EdgeLines
    repeated: tuple[Span, ...]
    lexical_texts: tuple[LexicalText, ...]
    text_hashes: tuple[bytes, ...]
    vectors: FloatArray


_SURROGATE = re.compile(r"[\ud800-\udfff]")


def storable(source: Source) -> Source:
    """Return ``source`` with each lone surrogate, which UTF-8 cannot hold, as U+FFFD.

    A file name that is no valid UTF-8 has some, and so may a text that was read from HTML.
    """
    return replace(
        source,
        name=_SURROGATE.sub("\ufffd", source.name),
        title=None if source.title is None else _SURROGATE.sub("\ufffd", source.title),
        text=_SURROGATE.sub("\ufffd", source.text),
        headings=tuple(replace(h, text=_SURROGATE.sub("\ufffd", h.text)) for h in source.headings),
    )


def prepare_source(
    source: Source,
    recipe: Recipe,
    repeated: tuple[Span, ...],
    *,
    stored_vector: Callable[[bytes], FloatArray | None],
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> PreparedSource:
    """Chunk a source and encode those of its passages whose text has no vector yet.

    ``stored_vector`` gives the vector kept for a hash of an indexed text, or ``None``.
    """

    def report(encoded: int, to_encode: int) -> None:
        if on_progress is not None:
            on_progress(IndexingProgress(source.name, encoded, to_encode))

    window = recipe.window
    chunked = chunk(source, settings=recipe.chunking, window=window, repeated=repeated)
    document_of = {document.id: document for document in chunked.documents}
    texts = [indexed_text(document_of[p.document_id], p, window) for p in chunked.passages]
    headers = {document.id: fitted_header(document, window) for document in chunked.documents}
    hashes = [hashlib.sha256(text.encode()).digest()[:16] for text in texts]
    return PreparedSource(
        chunked=chunked,
        edges=edge_lines(source.text),
        repeated=repeated,
        lexical_texts=tuple(lexical_text(headers[p.document_id], p.text) for p in chunked.passages),
        text_hashes=tuple(hashes),
        vectors=_vectors(texts, hashes, recipe.encoder, stored_vector=stored_vector, on_progress=report),
    )


def _vectors(
    texts: Sequence[str],
    hashes: Sequence[bytes],
    encoder: Encoder,
    *,
    stored_vector: Callable[[bytes], FloatArray | None],
    on_progress: Callable[[int, int], None],
) -> FloatArray:
    vector_of: dict[bytes, FloatArray] = {}
    to_encode: dict[bytes, str] = {}
    for text_hash, text in zip(hashes, texts, strict=True):
        stored = stored_vector(text_hash)
        if stored is None:
            to_encode[text_hash] = text
        else:
            vector_of[text_hash] = stored
    if to_encode:
        vectors = encode(
            encoder, list(to_encode.values()), on_progress=lambda done: on_progress(done, len(to_encode))
        )
        vector_of.update(zip(to_encode, vectors, strict=True))
    rows = [vector_of[text_hash] for text_hash in hashes]
    return np.array(rows, dtype=np.float32).reshape(len(rows), encoder.dimension)


def encode(
    encoder: Encoder, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
) -> FloatArray:
    """Return the vectors of ``texts``, having seen that they are fit to be stored.

    Raises:
        EncoderError: the encoder gave vectors of another shape, or numbers that are none.
    """
    vectors = encoder.encode(texts, on_progress=on_progress)
    if vectors.shape != (len(texts), encoder.dimension) or not np.isfinite(vectors).all():
        raise EncoderError(
            f"The model {encoder.name} gave no valid vectors (shape {vectors.shape} for {len(texts)} texts): "
            "set DOSSIER_MODEL to another model."
        )
    return vectors
