"""The model's own tokens, by the Rust tokenizer alone: no torch, no transformers, no truncation."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from chunker.text.letters import undecomposed
from embeddings.encoders.encoder import EncoderError, Tokens
from embeddings.terms import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tokenizers import Encoding, Tokenizer


@dataclass(frozen=True, slots=True)
class ModelInput:
    """What the model reads of one text, special tokens included, and which of it carries meaning.

    Both are of the same length.
    """

    ids: list[int]
    is_content: list[bool]


class WordPieces:
    """Counts and reads a text's tokens as one model does. Safe to use from many threads.

    ``definition`` is the JSON of a ``tokenizer.json``; what it says of truncation and padding
    is set aside, but for the id of the padding token where ``padding_id`` does not give it.
    """

    def __init__(self, definition: str, *, padding_id: int | None = None) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Tokenizer = Tokenizer.from_str(definition)
        self.padding_id = self._padding_id() if padding_id is None else padding_id
        self._unknown_id = next(
            (
                number
                for token in ("[UNK]", "<unk>")
                if (number := self._tokenizer.token_to_id(token)) is not None
            ),
            None,
        )
        self._kinds: dict[int, Literal["mark", "function word", "content"]] = {}
        # Letters that a model without accents never saw as a part of a word; others know them.
        self._letters = undecomposed() if _strips_accents(definition) else {}
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @property
    def definition(self) -> str:
        """The JSON of a ``tokenizer.json`` that neither cuts nor pads."""
        return str(self._tokenizer.to_str())

    @property
    def special_tokens(self) -> int:
        """How many tokens the model puts around each text."""
        return int(self._tokenizer.num_special_tokens_to_add(is_pair=False))

    def count(self, text: str) -> int:
        """Return the number of tokens of ``text``, special tokens excluded."""
        return len(self._encode(text).ids)

    def tokenize(self, text: str) -> Tokens:
        """Return the tokens of ``text`` that carry meaning, and where they stand in it."""
        encoding = self._encode(text)
        content = np.asarray(self._content(encoding), dtype=np.bool_)
        return Tokens(
            ids=np.asarray(encoding.ids, dtype=np.int32)[content],
            offsets=np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2)[content],
        )

    def model_inputs(self, texts: Sequence[str], *, max_tokens: int) -> list[ModelInput]:
        """Return what the model reads of each text, cut to ``max_tokens`` between its special tokens."""
        inputs = []
        for encoding in self._tokenizer.encode_batch(
            list(map(self._encodable, texts)), add_special_tokens=False
        ):
            content = iter(self._content(encoding))
            encoding.truncate(max_tokens)
            whole = self._tokenizer.post_process(encoding)
            is_content = [not special and next(content) for special in whole.special_tokens_mask]
            inputs.append(ModelInput(whole.ids, is_content))
        return inputs

    def _content(self, encoding: Encoding) -> list[bool]:
        """Tell for each token whether it carries meaning; each piece of a longer word does."""
        pieces = Counter(encoding.word_ids)
        return [
            kind == "content" or (kind == "function word" and pieces[word] > 1)
            for word, kind in zip(encoding.word_ids, map(self._kind, encoding.ids), strict=True)
        ]

    def _kind(self, token_id: int) -> Literal["mark", "function word", "content"]:
        kind = self._kinds.get(token_id)
        if kind is None:
            piece = self._tokenizer.id_to_token(token_id) or ""
            bare = (
                piece.removeprefix("##").lstrip("\u2581\u0120").lower()
            )  # as BERT, SentencePiece, GPT mark words
            known = token_id != self._unknown_id and any(map(str.isalnum, bare))
            kind = ("function word" if bare in STOPWORDS else "content") if known else "mark"
            self._kinds[token_id] = kind
        return kind

    def _padding_id(self) -> int:
        stated = self._tokenizer.padding
        if stated:
            return int(stated["pad_id"])
        found = (self._tokenizer.token_to_id(token) for token in ("[PAD]", "<pad>"))
        return next((number for number in found if number is not None), 0)

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(self._encodable(text), add_special_tokens=False)

    def _encodable(self, text: str) -> str:
        return text if text.isascii() else _without_surrogates(text.translate(self._letters))


def _strips_accents(definition: str) -> bool:
    """Tell whether the tokenizer strips accents, as BERT's does with lower case unless told otherwise."""
    normalizer = json.loads(definition).get("normalizer") or {}
    strips = normalizer.get("strip_accents")
    lowers = normalizer.get("type") == "BertNormalizer" and bool(normalizer.get("lowercase"))
    return lowers if strips is None else bool(strips)


def read_word_pieces(folder: Path, *, padding_id: int | None = None) -> WordPieces:
    """Read the tokenizer of the model in ``folder``.

    Raises:
        EncoderError: there is no readable ``tokenizer.json``.
    """
    path = folder / "tokenizer.json"
    try:
        return WordPieces(path.read_text(encoding="utf-8"), padding_id=padding_id)
    except Exception as error:  # the tokenizers package raises nothing narrower
        raise EncoderError(
            f"{path} is missing or not a tokenizer: set DOSSIER_MODEL to another model."
        ) from error


def _without_surrogates(text: str) -> str:
    """Return ``text`` with each lone surrogate, which UTF-8 cannot hold, as a question mark."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
