"""What a conversation has quoted already, so that a new question is not answered by the old words again.

The messages of the assistant come from whoever asks and are trusted in nothing: their words are compared with
sentences that were found in the documents, and can only make one of these come later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.text.normalising import fold
from service.wording.phrases import without_reference_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.answer import Turn
    from service.answering.extracting import Sentence

_ANSWERS = 10
"""Answers that are looked at, the last ones."""
_ANSWER_CHARS = 20_000
"""Of each so much: several times the longest answer with its sources."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Said:
    """The words of the answers before, levelled; Markdown and reference numbers make no difference."""

    answers: tuple[str, ...] = ()

    @classmethod
    def in_history(cls, history: Iterable[Turn]) -> Said:
        """Return what the assistant's messages say."""
        told = [turn.content[:_ANSWER_CHARS] for turn in history if turn.role == "assistant"]
        return cls(tuple(_levelled(text) for text in told[-_ANSWERS:]))

    def holds(self, sentence: Sentence) -> bool:
        """Tell whether a sentence was quoted whole."""
        words = _levelled(without_reference_marks(sentence.text))
        return any(words in answer for answer in self.answers)


def new_first(sentences: Sequence[Sentence], said: Said, *, least_share: float) -> list[Sentence]:
    """Return ``sentences``, best first, with those that were quoted before behind new ones as good as nearly.

    A new one goes before them where it is worth ``least_share`` of the best one.
    """
    if not said.answers or not sentences:
        return list(sentences)
    least = least_share * sentences[0].score
    worthy = [sentence for sentence in sentences if sentence.score >= least]
    told = {id(sentence) for sentence in worthy if said.holds(sentence)}
    new = [sentence for sentence in worthy if id(sentence) not in told]
    return [*new, *(one for one in worthy if id(one) in told), *sentences[len(worthy) :]]


def _levelled(text: str) -> str:
    return f" {' '.join(_WORD.findall(fold(text).text.lower()))} "
