"""Encoders for tests: quick, deterministic, and with a meaning of a kind."""

import hashlib
import re

import numpy as np

_WORD = re.compile(r"\w+")


class WordHashEncoder:
    """Gives texts that share words near vectors: each word adds a direction of its own."""

    def __init__(self, *, name="word-hash", revision="1", dimension=32, max_tokens=64):
        self.name = name
        self.revision = revision
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.encoded_texts = []

    def count_tokens(self, text):
        return len(_WORD.findall(text))

    def encode(self, texts, *, on_progress=None):
        self.encoded_texts += texts
        vectors = np.array([self._vector(text) for text in texts], dtype=np.float32)
        if on_progress is not None:
            on_progress(len(texts))
        return vectors.reshape(len(texts), self.dimension)

    def _vector(self, text):
        words = _WORD.findall(text.casefold())[: self.max_tokens] or [""]
        total = np.sum([self._direction(word) for word in words], axis=0)
        return total / np.linalg.norm(total)

    def _direction(self, word):
        digest = hashlib.sha256(f"{self.name}\0{self.revision}\0{word}".encode()).digest()
        return np.random.default_rng(list(digest)).standard_normal(self.dimension)
