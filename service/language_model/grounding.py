"""What a language model wrote, held to the passages it was given: what they do not support goes.

A sentence stands when it cites a passage, and the passages it cites support it
(:mod:`service.language_model.support`) and hold every quotation in it to the letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.text.normalising import fold
from embeddings.terms import stems
from service.answer import Words
from service.answering.quoting import locate, quote_of
from service.language_model.naming import capitalised_words, read_names
from service.language_model.quantities import quantities, values
from service.language_model.replies import quotations, read_reply
from service.language_model.support import fault_of, known_of, surroundings
from service.wording.phrases import with_reference_marks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.answer import Quote, RankedPassage
    from service.language_model.replies import CitedSentence
    from service.language_model.support import Known

_ADDRESS = re.compile(r"(?:https?:|www\.|mailto:|data:|javascript:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GroundingSettings:
    """What counts as a quotation; chosen by hand, not measured.

    One of fewer than ``least_quoted_words`` is a turn of speech, whose words count as any others.
    """

    least_quoted_words: int = 3


GROUNDING = GroundingSettings()


class Grounding:
    """Holds sentences, one by one, to the ``passages`` that a model was given with a ``question``."""

    def __init__(self, passages: Sequence[RankedPassage], *, question: str) -> None:
        self._passages = {passage.rank: passage for passage in passages}
        self._around = surroundings(question, passages)
        self._known: dict[int, Known] = {}

    def checked(self, sentence: CitedSentence) -> Words | None:
        """Return the sentence with its citations and quotes, ``None`` where they do not support it."""
        cited = [number for number in sentence.numbers if number in self._passages]
        passages = [self._passages[number] for number in cited]
        quotes = _quotes(sentence.text, passages)
        if not cited or quotes is None:
            return None
        known = [self._known_of(number) for number in cited]
        if fault_of(sentence.text, known, self._around, is_quoting=bool(quotes)):
            return None
        return Words(sentence.text, "sentence", tuple(one.citation for one in passages), tuple(quotes))

    def _known_of(self, number: int) -> Known:
        if number not in self._known:
            self._known[number] = known_of(self._passages[number])
        return self._known[number]


def ground(reply: str, passages: Sequence[RankedPassage], *, question: str) -> tuple[tuple[Words, ...], int]:
    """Return the sentences of ``reply`` that the passages they cite support, and how many they do not."""
    grounding = Grounding(passages, question=question)
    read = read_reply(reply, {passage.rank for passage in passages})
    checked = [grounding.checked(sentence) for sentence in read if not sentence.is_refusal]
    kept = tuple(words for words in checked if words)
    return kept, len(checked) - len(kept)


def _quotes(sentence: str, cited: Sequence[RankedPassage]) -> list[Quote] | None:
    """Return the quotations of ``sentence``, ``None`` where one stands in no cited passage."""
    quotes = []
    for words in quotations(sentence):
        if len(words.split()) < GROUNDING.least_quoted_words:
            continue
        found = next((quote for one in cited if (quote := _quote(words, one))), None)
        if found is None:
            return None
        quotes.append(found)
    return quotes


def _quote(words: str, ranked: RankedPassage) -> Quote | None:
    passage = ranked.hit.place.passage
    # The model was shown the source's own reference marks in another form, so that [1] is always its own.
    wanted = with_reference_marks(words).strip().rstrip(".,;:")
    located = locate(wanted, passage.text, Span(0, len(passage.text)))
    if located is None:
        return None
    start, end = located.span.start_char, located.span.end_char
    text = passage.text[start:end] if located.match == "exact" else None
    return quote_of(ranked, Span(passage.start_char + start, passage.start_char + end), text=text)


def keeps_to(text: str, sources: Sequence[str]) -> bool:
    """Tell whether every name and number of ``text`` stands in one of ``sources``."""
    known = {stem for source in sources for stem in stems(source)}
    capitals, _ = capitalised_words(text)
    names = read_names(text, capitals=capitals, lower=frozenset())
    named = {stem for name in names for stem in stems(name.text)}
    numbers = frozenset[object]().union(*(values(source) for source in sources))
    return (
        not _ADDRESS.search(fold(text).text)
        and named <= known
        and all(not one.is_plain or one.readings & numbers for one in quantities(text))
    )
