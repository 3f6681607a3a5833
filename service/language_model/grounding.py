"""What a language model wrote, held to the passages it was given: what they do not support goes.

A sentence stands when it cites a passage, and the passages it cites hold every number, every name and
half of the content words in it, and every quotation to the letter. Nothing here knows whether
a sentence follows from its passage: a wrong "not" is not seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from chunker.documents import Span
from chunker.text.normalising import fold
from chunker.text.sentences import sentence_spans
from embeddings.terms import read_terms, stems
from service.answer import Words
from service.answering.quoting import locate, quote_of
from service.wording.phrases import date_words, with_reference_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from service.answer import Quote, RankedPassage

_CITATION = re.compile(r"\s*\[\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*\]")
_AFTER_STOP = re.compile(
    r"(?P<stop>[.!?…][\"'”’»)]*)(?P<citations>(?:\s*\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\])+)"
)
_QUOTED = re.compile(r"“([^“”]+)”|«([^«»]+)»|\"([^\"]+)\"|„([^„“”]+)[“”]")
_ADDRESS = re.compile(r"(?:https?:|www\.|mailto:|data:|javascript:)", re.IGNORECASE)
_MARKUP = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)|<[^<>]{1,300}>|(?<!\w)[*_`#>|]+|[*_`#|]+(?!\w)")
_LIST_MARK = re.compile(r"^\s*(?:[-•*–]|\d{1,2}[.)])\s+")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class GroundingSettings:
    """How far a sentence may differ from the passages it cites; chosen by hand, not measured.

    At least ``least_share`` of its content words stand in them. Two spellings of a name are one where their
    similarity (:func:`rapidfuzz.fuzz.ratio`, 0 to 100) is ``same_name``: Saracoglu and Sarajoglu are, at 88,
    Inonu and Ismet are not, at 20. A quotation of fewer than ``least_quoted_words`` is a turn of speech,
    whose words count as any others.
    """

    least_share: float = 0.5
    same_name: float = 84
    least_quoted_words: int = 3


GROUNDING = GroundingSettings()


@dataclass(frozen=True, slots=True)
class _Support:
    """What a passage can vouch for: its own words, and those of its document's title and date."""

    passage: RankedPassage
    stems: frozenset[str]
    numbers: frozenset[str]


def ground(reply: str, passages: Sequence[RankedPassage], *, question: str) -> tuple[tuple[Words, ...], int]:
    """Return the sentences of ``reply`` that the passages they cite support, and how many they do not."""
    supports = {passage.rank: _support(passage) for passage in passages}
    names = _names([reply, question, *(passage.text for passage in passages)])
    kept: list[Words] = []
    left_out = 0
    for sentence, numbers in _cited_sentences(reply):
        cited = [supports[number] for number in numbers if number in supports]
        quotes = _quotes(sentence, cited)
        if not cited or quotes is None or not _is_supported(sentence, cited, names):
            left_out += 1
            continue
        citations = tuple(one.passage.citation for one in cited)
        kept.append(Words(sentence, "sentence", citations, tuple(quotes)))
    return tuple(kept), left_out


def _cited_sentences(reply: str) -> Iterator[tuple[str, list[int]]]:
    """Yield each sentence without markup, and the numbers it cites."""
    # "… said. [1]" and "… said [1]." are the same: citations are brought before the full stop.
    text = _AFTER_STOP.sub(lambda match: f" {match['citations'].strip()}{match['stop']}", reply)
    for line in text.splitlines():
        plain = _MARKUP.sub(lambda match: match[1] or "", _LIST_MARK.sub("", line))
        for sentence in _sentences(plain):
            numbers = [
                int(number) for match in _CITATION.finditer(sentence) for number in _NUMBER.findall(match[1])
            ]
            bare = " ".join(_CITATION.sub("", sentence).split())
            if any(character.isalnum() for character in bare):
                yield bare, list(dict.fromkeys(numbers))


def _sentences(line: str) -> Iterator[str]:
    """Yield the sentences of ``line``; a quotation of several is part of the one that it stands in."""
    quotations = [match.span() for match in _QUOTED.finditer(line)]
    begin = 0
    for span in sentence_spans(line):
        if not any(start < span.end_char < end for start, end in quotations):
            yield line[begin : span.end_char].strip()
            begin = span.end_char


def _support(passage: RankedPassage) -> _Support:
    document = passage.hit.place.document
    date = document.metadata.date
    text = "\n".join(
        [
            passage.text,
            document.title,
            *document.metadata.participants,
            *((date.start, date.end, date_words(date.text)) if date else ()),
        ]
    )
    numbers = {number.lstrip("0") or "0" for number in _NUMBER.findall(_joined_thousands(text))}
    return _Support(passage, frozenset(stems(text)), frozenset(numbers))


def _joined_thousands(text: str) -> str:
    """Write ``26,000`` and ``26 000`` as ``26000``."""
    return re.sub(r"(?<=\d)[,. \u00a0](?=\d{3}(?!\d))", "", text)


def _is_supported(sentence: str, cited: Iterable[_Support], names: frozenset[str]) -> bool:
    cited = list(cited)
    if _ADDRESS.search(sentence):
        return False
    known_numbers = frozenset[str]().union(*(one.numbers for one in cited))
    numbers = {number.lstrip("0") or "0" for number in _NUMBER.findall(_joined_thousands(sentence))}
    if not numbers <= known_numbers:
        return False
    known = frozenset[str]().union(*(one.stems for one in cited))
    words = {word for word in stems(sentence) if not word.isdigit()}
    if not words:
        return False
    unknown = {word for word in words if word not in known and not _is_spelt_otherwise(word, names, known)}
    return not unknown & names and len(unknown) <= (1 - GROUNDING.least_share) * len(words)


def _is_spelt_otherwise(word: str, names: frozenset[str], known: frozenset[str]) -> bool:
    """Tell whether ``word`` is a name that a passage spells a little otherwise, as transliterations do."""
    return word in names and any(
        other[0] == word[0] and fuzz.ratio(word, other) >= GROUNDING.same_name for other in known
    )


def _names(texts: Iterable[str]) -> frozenset[str]:
    """Return the stems of words that stand capitalised within a text, where a capital tells a name.

    At the beginning of a sentence it does where no text has the word in lower case; of a text, never.
    """
    inside, first, lower = set(), set(), set()
    for text in texts:
        for number, span in enumerate(sentence_spans(text)):
            sentence = text[span.start_char : span.end_char]
            begin = next((at for at, character in enumerate(sentence) if character.isalnum()), 0)
            for term in read_terms(sentence):
                if not sentence[term.start_char].isupper():
                    lower.add(term.stem)
                elif term.start_char > begin:
                    inside.add(term.stem)
                elif number:
                    first.add(term.stem)
    return frozenset(inside | (first - lower))


def _quotes(sentence: str, cited: Sequence[_Support]) -> list[Quote] | None:
    """Return the quotations of ``sentence``, ``None`` where one stands in no cited passage."""
    quotes = []
    for match in _QUOTED.finditer(sentence):
        words = next(group for group in match.groups() if group)
        if len(words.split()) < GROUNDING.least_quoted_words:
            continue
        found = next((quote for one in cited if (quote := _quote(words, one.passage))), None)
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
    named = _names([text]) | {stem for stem in stems(text) if stem.isdigit()}
    return not _ADDRESS.search(fold(text).text) and named <= known
