"""Encoders for tests: quick, deterministic, and with a meaning of a kind."""

import hashlib
import re
import threading
from functools import cache

import numpy as np

from embeddings.encoders.encoder import TextEncoding, Tokens
from embeddings.encoders.token_vectors import TokenCodec

_WORD = re.compile(r"\w+")


class WordHashEncoder:
    """Gives texts that share words near vectors: each word adds a direction of its own."""

    precision = "fp32"

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
        return _direction(f"{self.name}\0{self.revision}\0{word}", self.dimension)


class PausingEncoder(WordHashEncoder):
    """Waits with texts of several passages, saying how far it is, until it may go on."""

    def __init__(self):
        super().__init__()
        self.began = threading.Event()
        self.may_go_on = threading.Event()

    def encode(self, texts, *, on_progress=None):
        if on_progress is not None and len(texts) > 1:
            self.began.set()
            while not self.may_go_on.wait(0.01):
                on_progress(1)
        return super().encode(texts, on_progress=on_progress)


@cache
def _direction(name, dimension):
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng(list(digest)).standard_normal(dimension)


class WordHashTokenEncoder(WordHashEncoder):
    """The same with a token for each word, so that late interaction can look at it."""

    def tokenize(self, text):
        found = list(_WORD.finditer(text))
        ids = [int(hashlib.sha256(match[0].casefold().encode()).hexdigest()[:6], 16) for match in found]
        offsets = np.array([match.span() for match in found], dtype=np.int32).reshape(-1, 2)
        return Tokens(np.array(ids, dtype=np.int32), offsets)

    def encode_tokens(self, texts, *, on_progress=None):
        for text, vector in zip(texts, self.encode(texts, on_progress=on_progress), strict=True):
            words = _WORD.findall(text.casefold())[: self.max_tokens]
            vectors = np.array([self._direction(word) for word in words], dtype=np.float32)
            vectors = vectors.reshape(len(words), self.dimension)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            yield TextEncoding(vector, self.tokenize(text).ids[: len(words)], vectors / lengths)


def word_hash_codec(*, dimension=32):
    """Return a codec fit for the vectors of :class:`WordHashTokenEncoder`."""
    random = np.random.default_rng(1)
    return TokenCodec(random.standard_normal((dimension // 2, 256, 2)).astype(np.float32) / dimension**0.5)


_ENGLISH = {
    "посланник": "envoy",
    "закрыл": "closed",
    "проливы": "straits",
    "цены": "prices",
    "хлопка": "cotton",
}


class TranslatingEncoder(WordHashEncoder):
    """A second encoder: it has its own space, and reads the words of a small dictionary as English ones."""

    def __init__(self, *, name="translating", dimension=16, fails_after=None, **options):
        super().__init__(name=name, dimension=dimension, **options)
        self._calls_left = fails_after

    def encode(self, texts, *, on_progress=None):
        if self._calls_left is not None:
            self._calls_left -= 1
            if self._calls_left < 0:
                raise KeyboardInterrupt
        return super().encode(texts, on_progress=on_progress)

    def encode_question(self, question):
        words = _WORD.findall(question.casefold())
        return self._vector(" ".join(_ENGLISH.get(word, word) for word in words)).astype(np.float32)
