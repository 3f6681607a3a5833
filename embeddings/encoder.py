"""The seam between text and vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FloatArray = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors whose inner product is their similarity."""

    @property
    def name(self) -> str:
        """The model's name, as the index's manifest records it."""

    @property
    def revision(self) -> str:
        """What distinguishes two models of the same name: a hash of the weights, or a hub commit."""

    @property
    def dimension(self) -> int:
        """The length of one vector."""

    @property
    def max_tokens(self) -> int:
        """The model's own tokens that one text may have before it is cut off, special tokens excluded."""

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's own tokens ``text`` has, special tokens excluded, uncut."""

    def encode(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        """Return the vectors of ``texts``: shape ``(len(texts), dimension)``, float32, rows of length 1.

        ``on_progress`` is called with the number of texts finished so far.
        """
