"""The model's own tokens, by the Rust tokenizer alone: no torch, no transformers, no truncation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoder import EncoderError, Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tokenizers import Encoding, Tokenizer


class WordPieces:
    """Counts and reads a text's tokens as one model does. Safe to use from many threads.

    ``definition`` is the JSON of a ``tokenizer.json``; what it says of truncation and padding
    is set aside, but for the id of the padding token where ``padding_id`` does not give it.
    """

    def __init__(self, definition: str, *, padding_id: int | None = None) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Tokenizer = Tokenizer.from_str(definition)
        self.padding_id = self._padding_id() if padding_id is None else padding_id
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
        """Return the tokens of ``text`` and where they stand in it, special tokens excluded."""
        encoding = self._encode(text)
        return Tokens(
            ids=np.asarray(encoding.ids, dtype=np.int32),
            offsets=np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2),
        )

    def model_inputs(self, texts: Sequence[str], *, max_tokens: int) -> list[tuple[list[int], list[bool]]]:
        """Return what the model reads of each text, cut to ``max_tokens`` between its special tokens.

        Each is a list of token ids and, of the same length, whether the token stands in the text.
        """
        inputs = []
        for encoding in self._tokenizer.encode_batch_fast(
            list(map(_encodable, texts)), add_special_tokens=False
        ):
            encoding.truncate(max_tokens)
            whole = self._tokenizer.post_process(encoding)
            inputs.append((whole.ids, [not special for special in whole.special_tokens_mask]))
        return inputs

    def _padding_id(self) -> int:
        stated = self._tokenizer.padding
        if stated:
            return int(stated["pad_id"])
        found = (self._tokenizer.token_to_id(token) for token in ("[PAD]", "<pad>"))
        return next((number for number in found if number is not None), 0)

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(_encodable(text), add_special_tokens=False)


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


def _encodable(text: str) -> str:
    """Return ``text`` with each lone surrogate, which UTF-8 cannot hold, as a question mark."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
