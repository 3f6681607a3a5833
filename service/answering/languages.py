"""Whether a question is in another language than what was found for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.understanding.languages import language_name, language_of, languages_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.search import Hit

_HITS = 10
"""Passages whose language is looked at: those by which the answer is judged."""
_PASSAGE_CHARS = 600
"""Of each so much: a few sentences tell their language."""
FOREIGN = (
    "{}, so that it could not be judged whether they answer it. Ask in their language, or by names. "
    "These passages come nearest."
)
FOREIGN_IN_DOUBT = "{}, so that it could not be judged whether they answer it. These words may bear on it:"


@dataclass(frozen=True, slots=True)
class Languages:
    """The language of a question, ``None``: it does not tell, and those of the passages found, by number."""

    asked: str | None = None
    found: tuple[str, ...] = ()

    @classmethod
    def of(cls, question: str, hits: Sequence[Hit]) -> Languages:
        """Return the languages of a question and of what was found for it."""
        texts = (hit.place.passage.text[:_PASSAGE_CHARS] for hit in hits[:_HITS])
        return cls(language_of(question), languages_of(texts))

    @property
    def difference(self) -> str:
        """What to say where the question's language is none of those of the passages; empty where it is."""
        if self.asked is None or not self.found or self.asked in self.found:
            return ""
        found = " and ".join(map(language_name, self.found[:3]))
        return f"The question seems to be in {language_name(self.asked)}; the documents found are in {found}"
