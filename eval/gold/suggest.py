"""Drafts gold questions from documents, for a person to correct: no language model, nothing made up.

Of each document sentences are taken that say something definite of a thing
(:mod:`eval.gold.question_patterns`), and only of things whose words are rare in the collection: of what
stands everywhere many papers tell. The evidence is the sentence to the letter. What a person must still do:
see that a reader would ask it so, shorten the quote, write the answer.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.text.normalising import tidy
from chunker.text.sentences import sentence_spans
from eval.gold.described import described_document
from eval.gold.question_patterns import PATTERNS, Asked, content_words, is_definite
from eval.gold.questions import Evidence, GoldQuestion, evenly_spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chunker.documents import Document, Source

NOTE = "Draft: reword the question, shorten the quote, write the answer; then remove this note."
KEYWORDS = "keywords"
KEYWORDS_COUNT = (
    3  # so many times as much as another pattern, for keywords fit every sentence; chosen by hand
)
LAST_RESORT = len(PATTERNS) - 1

# Signs that text recognition or an editor leaves; a sentence or a title with one reads badly.
_SPOILT = re.compile(r"[\[\]{}<>*_#|\\~^]|\w\?\w|\.{4,}")


@dataclass(frozen=True, slots=True)
class DraftSettings:
    """Which sentences are asked about, by characters; all chosen by hand, not measured.

    A sentence shall tell something and be short enough to be one quote. A word is rare that stands in at
    most ``rare_share`` of the documents, or in ``rare_documents`` of them. Words searched for are
    ``keywords`` in number.
    """

    shortest_chars: int = 40
    longest_chars: int = 320
    rare_share: float = 0.1
    rare_documents: int = 2
    keywords: int = 4


SETTINGS = DraftSettings()


@dataclass(frozen=True, slots=True)
class SegmentedSource:
    """A source with the documents found in it."""

    source: Source
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Drafts:
    """Drafts, and what became of the sentences, by what it was, most telling first."""

    questions: tuple[GoldQuestion, ...]
    documents: int
    sentences: Mapping[str, int]

    def why_fewer(self, count: int) -> str:
        """Say why there are fewer than were asked for."""
        read = ", ".join(f"{number:,} {what}" for what, number in self.sentences.items() if number)
        return (
            f"{len(self.questions)} of {count} drafts: {self.documents:,} documents with "
            f"{sum(self.sentences.values()):,} sentences ({read or 'none'}). A sentence makes one question, "
            "and the patterns read English: give more documents, or write the others by hand"
        )


ASKED = "can be asked about"
BLAND = "speak of nothing that tells documents apart"
UNASKED = "say nothing that a pattern asks for"
UNFIT = "too short or too long for one quote"
SPOILT = "incomplete or damaged"
HEADING = "repeat their document's title"


@dataclass(frozen=True, slots=True)
class _Candidate:
    pattern: int
    kind: str
    asked: Asked
    quote: str
    text: str
    rareness: float


def suggest_questions(sources: Iterable[SegmentedSource], *, count: int) -> Drafts:
    """Return up to ``count`` drafts, spread evenly over the documents and over the patterns."""
    documents = [(one.source, document) for one in sources for document in one.documents]
    tally: Counter[str] = Counter()
    sentences = [list(_sentences(source, document, tally)) for source, document in documents]
    words = _Words(sentences)
    found = [list(_candidates(group, words, tally)) for group in sentences]
    chosen = list(_chosen(found, count))
    drafts = tuple(_draft(number, one, *documents[place]) for number, (place, one) in enumerate(chosen, 1))
    order = (ASKED, BLAND, UNASKED, UNFIT, SPOILT, HEADING)
    return Drafts(drafts, len(documents), {what: tally[what] for what in order})


def _chosen(found: Sequence[Sequence[_Candidate]], count: int) -> Iterator[tuple[int, _Candidate]]:
    """Yield document and candidate: in turns, of the pattern least used; the last resort when all else is."""
    used: Counter[int] = Counter()
    left = count
    for is_last in (False, True):
        waiting = [[one for one in group if (one.pattern == LAST_RESORT) is is_last] for group in found]
        for _ in range(max(map(len, waiting), default=0)):
            for place in evenly_spread([number for number, group in enumerate(waiting) if group], left):
                if not left:
                    return
                one = min(waiting[place], key=lambda each: (used[each.pattern], each.pattern, -each.rareness))
                used[one.pattern] += KEYWORDS_COUNT if one.kind == KEYWORDS else 1
                left -= 1
                yield place, one
                waiting[place] = [other for other in waiting[place] if other.quote != one.quote]


def _draft(number: int, one: _Candidate, source: Source, document: Document) -> GoldQuestion:
    date = document.metadata.date
    return GoldQuestion(
        id=f"draft-{number:03d}",
        question=_wording(one.asked, document),
        kind=one.kind,
        answer=one.asked.answer or one.text,
        is_answerable=True,
        evidence=(Evidence(one.quote, document.title, date.text if date else None, source.name),),
        note=NOTE,
    )


def draft_json(question: GoldQuestion) -> str:
    """Return a draft as one line of a gold file."""
    evidence = [
        {"quote": piece.quote, "document": piece.document, "date": piece.date, "file": piece.file}
        for piece in question.evidence
    ]
    return json.dumps(
        {
            "id": question.id,
            "question": question.question,
            "kind": question.kind,
            "answer": question.answer,
            "answerable": question.is_answerable,
            "evidence": evidence,
            "note": question.note,
        },
        ensure_ascii=False,
    )


def _sentences(source: Source, document: Document, tally: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield each sentence fit to ask about, as it stands in the source and as a reader sees it."""
    for span in sentence_spans(source.text, document.start_char, document.end_char):
        quote = source.text[span.start_char : span.end_char]
        text = " ".join(tidy(quote).text.split())
        if not SETTINGS.shortest_chars <= len(text) <= SETTINGS.longest_chars:
            tally[UNFIT] += 1
        elif not text[:1].isupper() or text[-1:] not in ".!?" or _SPOILT.search(text):
            tally[SPOILT] += 1
        elif _repeats(document.title, text):
            tally[HEADING] += 1
        else:
            yield quote, text


class _Words:
    """How many documents hold each word, and which words are written small somewhere."""

    def __init__(self, sentences: Sequence[Sequence[tuple[str, str]]]) -> None:
        self.documents = len(sentences)
        held = ({one for _, text in group for one in content_words(text)} for group in sentences)
        self.held = Counter(word for words in held for word in words)
        inside = (re.findall(r"(?<=[a-z,;] )[a-z]+", text) for group in sentences for _, text in group)
        self.small = {word for words in inside for word in words}

    def uncapitalised(self, text: str) -> str:
        """Return a sentence with its first word written as it would be inside another."""
        first, blank, rest = text.partition(" ")
        return f"{first.lower()}{blank}{rest}" if first.lower() in self.small else text

    def are_telling(self, thing: str) -> bool:
        """Return whether a thing is definite, and one of its words tells documents apart."""
        most = max(SETTINGS.rare_documents, SETTINGS.rare_share * self.documents)
        return is_definite(thing) and any(self.held[word] <= most for word in content_words(thing))

    def rareness(self, word: str) -> float:
        """Return its inverse document frequency; what stands once may be misread, and counts as if twice."""
        return math.log((self.documents + 1) / max(2, self.held[word]))


def _candidates(
    sentences: Sequence[tuple[str, str]], words: _Words, tally: Counter[str]
) -> Iterator[_Candidate]:
    for quote, text in sentences:
        asked = [
            (number, kind, one)
            for number, (kind, ask) in enumerate(PATTERNS)
            for one in ask(words.uncapitalised(text))
        ]
        # where the document is named, that makes it definite
        telling = [each for each in asked if not each[2].thing or words.are_telling(each[2].thing)]
        tally[ASKED if telling else BLAND if asked else UNASKED] += 1
        if not telling:
            continue
        closest = telling[0][0]
        for number, kind, one in telling:
            if number == closest:
                rareness = sorted(map(words.rareness, one.words))[-2:]
                yield _Candidate(number, kind, one, quote, text, sum(rareness))
        if closest != LAST_RESORT and (searched := _searched(telling[0][2], text, words)):
            yield _Candidate(len(PATTERNS), KEYWORDS, searched, quote, text, rareness=0.0)


def _searched(asked: Asked, text: str, words: _Words) -> Asked | None:
    """Return the words that a search engine would be asked by: of the thing, then the sentence's rarest."""
    of_thing = list(asked.words[: SETTINGS.keywords - 1])
    others = {word for word in content_words(text) if word.isalpha()} - set(of_thing)
    rarest = sorted(others, key=lambda word: (-words.rareness(word), word))
    chosen = [*of_thing, *rarest][: SETTINGS.keywords]
    return Asked(" ".join(chosen), asked.answer, asked.thing) if len(chosen) == SETTINGS.keywords else None


def _repeats(title: str, sentence: str) -> bool:
    """Return whether the sentence is mostly the document's own heading."""
    words, heading = re.findall(r"\w+", sentence.lower()), set(re.findall(r"\w+", title.lower()))
    return sum(word in heading for word in words) > len(words) / 2


def _wording(asked: Asked, document: Document) -> str:
    """Return the question, its document named where it would be asked of many."""
    wording = asked.wording
    return wording if asked.thing else f"{wording.removesuffix('?')} in {described_document(document)}?"
