"""Drafts gold questions from documents, for a person to correct: no language model, nothing made up.

From each document a sentence is taken that tells what somebody said, a day, a counted thing or a name,
and a question is put together from it by pattern (:mod:`eval.gold.question_patterns`). The evidence is the
sentence to the letter. What a person must still do: reword the question as a reader would ask it,
shorten the quote, write the answer.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.text.normalising import tidy
from chunker.text.sentences import sentence_spans
from eval.gold.question_patterns import PATTERNS, Sentence, told
from eval.gold.questions import Evidence, GoldQuestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chunker.documents import Document, DocumentDate, Source

NOTE = "Draft: reword the question, shorten the quote, write the answer; then remove this note."

# Signs that text recognition or an editor leaves; a sentence or a title with one reads badly.
_SPOILT = re.compile(r"[\[\]{}<>*_#|\\~^]|\w\?\w|\.{4,}")


@dataclass(frozen=True, slots=True)
class DraftSettings:
    """Which sentences are asked about, by characters; all chosen by hand, not measured.

    A sentence shall tell something and be short enough to be one quote; a title longer than
    ``longest_title_chars`` would drown the question.
    """

    shortest_chars: int = 70
    longest_chars: int = 320
    longest_title_chars: int = 120


SETTINGS = DraftSettings()


@dataclass(frozen=True, slots=True)
class SegmentedSource:
    """A source with the documents found in it."""

    source: Source
    documents: tuple[Document, ...]


def suggest_questions(sources: Iterable[SegmentedSource], *, count: int) -> tuple[GoldQuestion, ...]:
    """Return up to ``count`` drafts, spread evenly over the documents and over the kinds of question."""
    documents = [(one.source, document) for one in sources for document in one.documents]
    sentences = [_sentences(source, document) for source, document in documents]
    frequency = Counter(
        word for group in sentences for word in {word for one in group for word in (*one.names, *one.words)}
    )
    described = [_described(document) for _, document in documents]
    for group in sentences:
        group.sort(key=lambda one: -told(one, frequency))  # stable: as they stand where they tell alike
    drafts: list[GoldQuestion] = []
    for position, pattern in _turns(len(documents), count):
        source, document = documents[position]
        found = _first_fit(sentences[position], pattern, described[position], frequency)
        if found:
            kind, wording, sentence = found
            evidence = Evidence(sentence.quote, document.title, _date(document), source.name)
            drafts.append(
                GoldQuestion(
                    id=f"draft-{len(drafts) + 1:03d}",
                    question=wording,
                    kind=kind,
                    answer=sentence.text,
                    is_answerable=True,
                    evidence=(evidence,),
                    note=NOTE,
                )
            )
            sentences[position] = [one for one in sentences[position] if one is not sentence]
        if len(drafts) == count:
            break
    return tuple(drafts)


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


def _turns(documents: int, count: int) -> Iterator[tuple[int, int]]:
    """Yield (document, pattern): evenly spread documents first, then every other one, pattern by pattern."""
    if not documents:
        return
    spread = [number * documents // min(count, documents) for number in range(min(count, documents))]
    order = list(dict.fromkeys([*spread, *range(documents)]))
    for turn in range(len(PATTERNS)):
        for number, position in enumerate(order):
            yield position, (number + turn) % len(PATTERNS)


def _sentences(source: Source, document: Document) -> list[Sentence]:
    found = []
    for span in sentence_spans(source.text, document.start_char, document.end_char):
        quote = source.text[span.start_char : span.end_char]
        text = " ".join(tidy(quote).text.split())
        is_whole = text[:1].isupper() and text[-1:] in ".!?" and not _SPOILT.search(text)
        is_fit = SETTINGS.shortest_chars <= len(text) <= SETTINGS.longest_chars
        if is_whole and is_fit and not _repeats(document.title, text):
            found.append(Sentence.read(quote, text))
    return found


def _repeats(title: str, sentence: str) -> bool:
    """Return whether the sentence is mostly the document's own heading."""
    words, heading = re.findall(r"\w+", sentence.lower()), set(re.findall(r"\w+", title.lower()))
    return sum(word in heading for word in words) > len(words) / 2


def _first_fit(
    sentences: Sequence[Sentence], pattern: int, document: str | None, frequency: Mapping[str, int]
) -> tuple[str, str, Sentence] | None:
    kind, ask = PATTERNS[pattern]
    for sentence in sentences if document else ():
        wording = ask(sentence, document or "", frequency)
        if wording:
            return kind, wording, sentence
    return None


def _described(document: Document) -> str | None:
    """Return the document in words: its kind, partners and day, else its title; None: it has neither."""
    date = document.metadata.date
    if document.metadata.kind and date:
        partners = document.metadata.participants[:2]
        is_talk = document.metadata.kind == "conversation" and len(partners) == 2
        between = f" between {' and '.join(partners)}" if is_talk else ""
        return f"the {document.metadata.kind}{between} of {_in_words(date)}"
    title = document.title
    if not title or len(title) > SETTINGS.longest_title_chars or _SPOILT.search(title):
        return None
    return f"\N{LEFT DOUBLE QUOTATION MARK}{title}\N{RIGHT DOUBLE QUOTATION MARK}"


def _in_words(date: DocumentDate) -> str:
    """Return a date as a reader would write it: 14 November 1940, November 1940 or 1940."""
    day = dt.date.fromisoformat(date.start)
    month = f"{calendar.month_name[day.month]} {day.year}"
    return {"day": f"{day.day} {month}", "month": month, "year": str(day.year)}[date.precision]


def _date(document: Document) -> str | None:
    return document.metadata.date.text if document.metadata.date else None
