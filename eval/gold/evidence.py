"""Gold questions with their evidence found in the sources.

Gold points at words in a source, never at passage ids, so that it outlives every change of the splitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.text.normalising import AlignedText, fold
from eval.errors import GoldError
from eval.gold.questions import is_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eval.gold.questions import Evidence, GoldConversation, GoldQuestion


@dataclass(frozen=True, slots=True, order=True)
class TextSpan:
    """A half-open range of characters of one source's text."""

    source_name: str
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class LocatedEvidence:
    """A piece of evidence with every place where its words stand; any of them will do.

    ``is_whole_source`` marks sets that judge sources only: any passage of the place's source
    matches. ``grade`` is 1 or more, as a set gives it.
    """

    places: tuple[TextSpan, ...]
    is_alternative: bool = False
    is_whole_source: bool = False
    grade: int = 1


@dataclass(frozen=True, slots=True)
class LocatedQuestion:
    """A gold question with its evidence found in the sources.

    ``sources`` are those that a set judges as wholes beside the places in them; empty where it does not.
    """

    gold: GoldQuestion
    evidence: tuple[LocatedEvidence, ...]
    sources: tuple[LocatedEvidence, ...] = ()

    @property
    def required_pieces(self) -> int:
        """How many pieces must be found; an alternative may stand in for any of them."""
        return sum(not evidence.is_alternative for evidence in self.evidence)

    @property
    def judges_whole_sources(self) -> bool:
        """Whether the set says which sources answer, but not where in them."""
        return any(evidence.is_whole_source for evidence in self.evidence)


@dataclass(frozen=True, slots=True)
class LocatedConversation:
    """A gold conversation with the evidence of every turn found in the sources."""

    turns: tuple[LocatedQuestion, ...]
    standalone: tuple[str, ...]


class SourceTexts:
    """The sources' texts, ready to find quotes in."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        self._folded: dict[str, AlignedText] = {}

    def places_of(self, quote: str) -> tuple[TextSpan, ...]:
        """Return every place in every source where the words of ``quote`` stand, after folding."""
        words = fold(quote).text
        if not words:
            return ()
        return tuple(
            TextSpan(name, span.start_char, span.end_char)
            for name in self.texts
            for folded in [self._fold(name)]
            for span in (
                folded.original_span(start, start + len(words)) for start in _occurrences(words, folded.text)
            )
        )

    def holds(self, span: TextSpan, text: str, *, to_the_character: bool = False) -> bool:
        """Return whether ``text`` is what stands at ``span``, after folding unless ``to_the_character``."""
        source = self.texts.get(span.source_name)
        if source is None or not 0 <= span.start_char < span.end_char <= len(source):
            return False
        words = source[span.start_char : span.end_char]
        return words == text or (not to_the_character and fold(words).text == fold(text).text)

    def _fold(self, name: str) -> AlignedText:
        if name not in self._folded:
            self._folded[name] = fold(self.texts[name])
        return self._folded[name]


def _occurrences(words: str, text: str) -> Iterable[int]:
    start = text.find(words)
    while start >= 0:
        yield start
        start = text.find(words, start + 1)


def locate(questions: Iterable[GoldQuestion], sources: SourceTexts) -> tuple[LocatedQuestion, ...]:
    """Return the questions with their evidence found in the sources.

    The web pages repeat papers of the book, so a quote may stand in more places than its ``file``
    says: all of them count as the same piece.

    Raises:
        GoldError: a quote stands nowhere, or not in the file it names.
    """
    return tuple(
        LocatedQuestion(
            question, tuple(_locate_evidence(question, evidence, sources) for evidence in question.evidence)
        )
        for question in questions
    )


def locate_conversations(
    conversations: Iterable[GoldConversation], sources: SourceTexts
) -> tuple[LocatedConversation, ...]:
    """Return the conversations with their evidence found; raises like :func:`locate`."""
    return tuple(
        LocatedConversation(locate(conversation.turns, sources), conversation.standalone)
        for conversation in conversations
    )


def _locate_evidence(question: GoldQuestion, evidence: Evidence, sources: SourceTexts) -> LocatedEvidence:
    places = sources.places_of(evidence.quote)
    if not any(is_named(place.source_name, evidence.file) for place in places):
        where = evidence.file or "any source"
        raise GoldError(
            f"question {question.id}: the quote {evidence.quote[:40]!r}... does not stand in {where}; "
            "run dossier gold check, and see that the index holds the gold's sources"
        )
    return LocatedEvidence(places=places, is_alternative=evidence.is_alternative)
