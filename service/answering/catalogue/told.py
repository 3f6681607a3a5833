"""What the catalogue tells: words of the service, and words of the documents, before it is an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.interpretation import Interpretation

if TYPE_CHECKING:
    from chunker.documents import Span
    from embeddings.search import Hit
    from service.answer import AnswerForm, Words

NEAREST = "The words shown come nearest to the question."
"""Ends a notice that says what was not found; below it there may be passages alone."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Words to be quoted: a span of a source within the hit's passage.

    ``lead`` is the line above them, ``None``: their attribution.
    """

    hit: Hit
    span: Span
    lead: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the catalogue tells on a question, in reading order.

    With ``goes_on`` the words of the documents that come nearest follow. ``notice`` says what could not be
    told; then there are no parts. ``total`` and ``rule`` are those of :class:`service.answer.Answer`.
    """

    form: AnswerForm
    parts: tuple[Words | Cut, ...] = ()
    understood: Interpretation = field(default_factory=Interpretation)
    total: int | None = None
    rule: str | None = None
    notice: str | None = None
    goes_on: bool = False

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The hits whose words are quoted, in order, each passage once."""
        cuts = [part for part in self.parts if isinstance(part, Cut)]
        return tuple({cut.hit.place.passage.id: cut.hit for cut in reversed(cuts)}.values())[::-1]
