"""What indexing makes of one source before anything is written: passages, folded texts, vectors."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from chunker.chunking import chunk, indexed_header, indexed_text
from chunker.metadata.mentions import find_mentions
from chunker.segmenting.boilerplate import edge_lines
from chunker.text.tokens import TokenLimit
from embeddings.encoders.encoder import EncoderError
from embeddings.store.lexical_index import lexical_text
from embeddings.store.manifest import second_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from chunker.chunking import ChunkingSettings
    from chunker.documents import ChunkedSource, Document, Source, Span
    from chunker.metadata.mentions import Mention
    from chunker.segmenting.boilerplate import EdgeLines
    from embeddings.encoders.encoder import Encoder, FloatArray, SecondEncoder, TokenEncoder
    from embeddings.encoders.token_vectors import TokenCodec
    from embeddings.store.lexical_index import LexicalText


@dataclass(frozen=True, slots=True)
class IndexingProgress:
    """How far the encoding of one source is, in passages; those encoded before are not counted."""

    source_name: str
    encoded: int
    to_encode: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a source becomes documents, passages and vectors.

    With a ``codec`` the vectors of the tokens are kept too; the encoder is a ``TokenEncoder`` then. With a
    ``second`` encoder its vectors are kept beside those of the first. ``encoded_ahead`` gives what these have
    encoded before it is needed, by the hash of its text.
    """

    encoder: Encoder
    chunking: ChunkingSettings
    codec: TokenCodec | None = None
    second: SecondEncoder | None = None
    encoded_ahead: Callable[[bytes], StoredEncoding | None] | None = None

    @property
    def window(self) -> TokenLimit:
        """What the encoder sees of one text."""
        return TokenLimit(self.encoder.count_tokens, self.encoder.max_tokens)

    def header(self, document: Document) -> str:
        """Return what stands before each passage of ``document`` where it is indexed."""
        return indexed_header(document, settings=self.chunking, window=self.window)


@dataclass(frozen=True, slots=True)
class StoredEncoding:
    """A passage's vector, of shape ``(dimension,)``, and its token vectors as the codec keeps them.

    ``second`` is its vector by the second encoder, where there is one.
    """

    vector: FloatArray
    token_codes: bytes | None = None
    second: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class PreparedSource:
    """A source with all that is to be written of it.

    ``lexical_texts`` to ``second_vectors`` are parallel to ``chunked.passages``: what lexical search
    indexes, the hash of the text that was encoded, the vectors, of shape ``(passages, dimension)``, the token
    vectors as the codec keeps them (empty where there is no codec), and the second encoder's vectors, with
    its name and revision as the store records them (empty where there is none). ``mentions`` are the names
    that stand in each document, by its id.
    """

    chunked: ChunkedSource
    edges: EdgeLines
    repeated: tuple[Span, ...]
    lexical_texts: tuple[LexicalText, ...]
    text_hashes: tuple[bytes, ...]
    vectors: FloatArray
    token_codes: tuple[bytes, ...] = ()
    second_vectors: tuple[FloatArray, ...] = ()
    second_model: str = ""
    mentions: Mapping[str, tuple[Mention, ...]] = field(default_factory=dict)


_SURROGATE = re.compile(r"[\ud800-\udfff]")


def storable_text(text: str) -> str:
    """Return ``text`` with each lone surrogate, which UTF-8 cannot hold, as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def storable(source: Source) -> Source:
    """Return ``source`` with texts that UTF-8 can hold; what was read from HTML may have others."""
    return replace(
        source,
        name=storable_text(source.name),
        path=None if source.path is None else storable_text(source.path),
        title=None if source.title is None else storable_text(source.title),
        text=storable_text(source.text),
        headings=tuple(replace(h, text=storable_text(h.text)) for h in source.headings),
    )


def prepare_source(
    source: Source,
    recipe: Recipe,
    repeated: tuple[Span, ...],
    *,
    stored_encoding: Callable[[bytes], StoredEncoding | None],
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> PreparedSource:
    """Chunk a source and encode those of its passages whose text has not been encoded yet.

    ``stored_encoding`` gives what is kept for a hash of an indexed text, or ``None``.
    """

    def report(encoded: int, to_encode: int) -> None:
        if on_progress is not None:
            on_progress(IndexingProgress(source.name, encoded, to_encode))

    window = recipe.window
    chunked = chunk(source, settings=recipe.chunking, window=window, repeated=repeated)
    headers = {document.id: recipe.header(document) for document in chunked.documents}
    texts = [indexed_text(headers[p.document_id], p) for p in chunked.passages]
    hashes = [hash_of(text) for text in texts]
    mentions = {
        one.id: find_mentions(source.text[one.start_char : one.end_char], one.metadata.participants)
        for one in chunked.documents
    }
    encodings = _encodings(texts, hashes, recipe, stored_encoding=stored_encoding, on_progress=report)
    return PreparedSource(
        chunked=chunked,
        edges=edge_lines(source.text),
        repeated=repeated,
        lexical_texts=tuple(lexical_text(headers[p.document_id], p.text) for p in chunked.passages),
        text_hashes=tuple(hashes),
        vectors=np.array([one.vector for one in encodings], dtype=np.float32).reshape(
            len(encodings), recipe.encoder.dimension
        ),
        token_codes=tuple(one.token_codes for one in encodings if one.token_codes is not None),
        second_vectors=tuple(one.second for one in encodings if one.second is not None),
        second_model=second_model(recipe.second) if recipe.second else "",
        mentions=mentions,
    )


def expected_texts(source: Source, recipe: Recipe) -> list[str]:
    """Return the texts that are to be encoded of a source, as far as it alone tells."""
    chunked = chunk(storable(source), settings=recipe.chunking, window=recipe.window)
    headers = {document.id: recipe.header(document) for document in chunked.documents}
    return [indexed_text(headers[p.document_id], p) for p in chunked.passages]


def hash_of(text: str) -> bytes:
    """Return what tells a text that was encoded from all others."""
    return hashlib.sha256(text.encode()).digest()[:16]


def _encodings(
    texts: Sequence[str],
    hashes: Sequence[bytes],
    recipe: Recipe,
    *,
    stored_encoding: Callable[[bytes], StoredEncoding | None],
    on_progress: Callable[[int, int], None],
) -> list[StoredEncoding]:
    encoding_of: dict[bytes, StoredEncoding] = {}
    to_encode: dict[bytes, str] = {}
    for text_hash, text in zip(hashes, texts, strict=True):
        stored = stored_encoding(text_hash)
        if stored is None and recipe.encoded_ahead is not None:
            stored = recipe.encoded_ahead(text_hash)
        if stored is None:
            to_encode[text_hash] = text
        else:
            encoding_of[text_hash] = stored
    if to_encode:
        encoded = encode(recipe, list(to_encode.values()), lambda done: on_progress(done, len(to_encode)))
        encoding_of.update(zip(to_encode, encoded, strict=True))
    return [encoding_of[text_hash] for text_hash in hashes]


def encode(
    recipe: Recipe, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
) -> Iterator[StoredEncoding]:
    """Yield what is to be stored for each text, having seen that it is fit to be.

    Raises:
        EncoderError: the encoder gave vectors of another shape, or numbers that are none.
    """
    second = None
    if recipe.second:
        # The second is far the slower one: its progress is the one to tell.
        second, on_progress = iter(encode_second(recipe.second, texts, on_progress)), None
    for vector, codes in _encoded(recipe, texts, on_progress):
        _require_valid(vector, (recipe.encoder.dimension,), recipe.encoder)
        yield StoredEncoding(vector, codes, next(second) if second else None)


def encode_second(
    encoder: SecondEncoder, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
) -> FloatArray:
    """Return the second encoder's vectors of ``texts``, having seen that they are fit to be stored.

    Raises:
        EncoderError: the encoder gave vectors of another shape, or numbers that are none.
    """
    vectors = encoder.encode(texts, on_progress=on_progress)
    _require_valid(vectors, (len(texts), encoder.dimension), encoder)
    return vectors


def _require_valid(vectors: FloatArray, shape: tuple[int, ...], encoder: Encoder | SecondEncoder) -> None:
    if vectors.shape != shape or not np.isfinite(vectors).all():
        raise EncoderError(
            f"The model {encoder.name} gave no valid vectors (shape {vectors.shape} for {shape}): "
            "set DOSSIER_MODEL to another model."
        )


def _encoded(
    recipe: Recipe, texts: Sequence[str], on_progress: Callable[[int], None] | None
) -> Iterator[tuple[FloatArray, bytes | None]]:
    if recipe.codec is None:
        vectors = recipe.encoder.encode(texts, on_progress=on_progress)
        _require_valid(vectors, (len(texts), recipe.encoder.dimension), recipe.encoder)
        yield from ((vector, None) for vector in vectors)
        return
    encoder = cast("TokenEncoder", recipe.encoder)
    for encoding in encoder.encode_tokens(texts, on_progress=on_progress):
        yield encoding.vector, recipe.codec.encode(encoding.token_vectors).tobytes()
