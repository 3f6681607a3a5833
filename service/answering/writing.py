"""The seam between what was found and how it is worded: by a language model, where one is configured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from service.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.answer import AnswerForm, AnswerKind, Piece, RankedPassage, Turn
    from service.understanding.forms import AskedForm

NOTHING_INDEXED = "Nothing is indexed yet: add documents with `dossier index PATH`."
NO_ANSWER = "The documents do not answer this question. These passages come nearest."


class WritingError(ServiceError):
    """A writer is of no use now; the message says why, to end the sentence "it was of no use: …"."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before its quotes are checked; see :class:`service.answer.Answer` for its parts."""

    kind: AnswerKind
    pieces: tuple[Piece, ...]
    form: AnswerForm = "extract"
    total: int | None = None
    rule: str | None = None


class Writer(Protocol):
    """Words questions and answers; what it cannot do it says with :class:`WritingError`."""

    def stand_alone(self, question: str, history: Sequence[Turn]) -> str | None:
        """Return ``question`` so that it can be understood without ``history``; ``None``: by rule, please."""

    def write(
        self, question: str, passages: Sequence[RankedPassage], *, form: AskedForm = "extract"
    ) -> Iterator[Piece]:
        """Yield the pieces of an answer that rests on ``passages``, each as soon as it is known.

        As many of the passages are read as can be, the first ones first; sentences cite them by their ranks.
        A refusal among the pieces says that the passages do not answer.
        """
