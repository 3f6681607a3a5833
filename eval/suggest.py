"""Drafts gold questions from documents, for a person to correct: no language model, nothing made up.

From each document a sentence is taken that holds a name, a day or a counted thing, and a question
is put together from it by pattern. The evidence is the sentence to the letter. What a person must
still do: reword the question as a reader would ask it, shorten the quote, write the answer.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.normalising import tidy
from chunker.sentences import sentence_spans
from eval.gold import Evidence, GoldQuestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from chunker.documents import Document, Source

NOTE = "Draft: reword the question, shorten the quote, write the answer; then remove this note."
SHORTEST_CHARS, LONGEST_CHARS = 70, 320

# Names are runs of capitalised words that do not begin the sentence.
_NAME = re.compile(r"(?<=[a-z,;] )(?:[A-Z][\w'’-]{2,})(?: (?:of (?=[A-Z]))?[A-Z][\w'’-]{2,}){0,3}")
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = re.compile(rf"\b(?:(?:{_MONTH}) \d{{1,2}}|\d{{1,2}} (?:{_MONTH}))(?:,? \d{{4}})?\b")
_COUNT = re.compile(
    r"\b(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundreds?|thousands?) "
    r"(?P<things>(?:[a-z]{3,} )?[a-z]{3,}s)\b"
)


@dataclass(frozen=True, slots=True)
class SegmentedSource:
    """A source with the documents found in it."""

    source: Source
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence fit to ask about: ``quote`` as it stands in the source, ``text`` as a reader sees it."""

    quote: str
    text: str
    names: tuple[str, ...]


def suggest_questions(sources: Iterable[SegmentedSource], *, count: int) -> tuple[GoldQuestion, ...]:
    """Return up to ``count`` drafts, spread evenly over the documents and over the kinds of question."""
    documents = [(one.source, document) for one in sources for document in one.documents]
    sentences = [_sentences(source, document) for source, document in documents]
    frequency = Counter(name for group in sentences for name in {n for one in group for n in one.names})
    drafts: list[GoldQuestion] = []
    for position, pattern in _turns(len(documents), count):
        source, document = documents[position]
        found = _first_fit(sentences[position], pattern, _described(document), frequency)
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
    for turn in range(len(_PATTERNS)):
        for number, position in enumerate(order):
            yield position, (number + turn) % len(_PATTERNS)


def _sentences(source: Source, document: Document) -> list[_Sentence]:
    found = []
    for span in sentence_spans(source.text, document.start_char, document.end_char):
        quote = source.text[span.start_char : span.end_char]
        text = " ".join(tidy(quote).text.split())
        is_whole = text[:1].isupper() and text[-1:] in ".!?"
        if is_whole and SHORTEST_CHARS <= len(text) <= LONGEST_CHARS and not _repeats(document.title, text):
            found.append(_Sentence(quote, text, _names(text)))
    return found


def _repeats(title: str, sentence: str) -> bool:
    """Return whether the sentence is mostly the document's own heading."""
    words, heading = re.findall(r"\w+", sentence.lower()), set(re.findall(r"\w+", title.lower()))
    return sum(word in heading for word in words) > len(words) / 2


def _names(sentence: str) -> tuple[str, ...]:
    names = (re.sub(r"['’ʹ]s$", "", name) for name in _NAME.findall(sentence))
    return tuple(dict.fromkeys(name for name in names if not re.fullmatch(_MONTH, name)))


def _first_fit(
    sentences: Sequence[_Sentence], pattern: int, document: str, frequency: Counter[str]
) -> tuple[str, str, _Sentence] | None:
    kind, ask = _PATTERNS[pattern]
    for sentence in sentences:
        wording = ask(sentence, document, frequency)
        if wording:
            return kind, wording, sentence
    return None


def _ask_about_name(sentence: _Sentence, document: str, frequency: Counter[str]) -> str | None:
    # a name that many documents share would not single this sentence out
    name = min(sentence.names, key=lambda name: frequency[name], default=None)
    return name and f"What is said about {name} in {document}?"


def _ask_about_day(sentence: _Sentence, document: str, _: Counter[str]) -> str | None:
    day = _DAY.search(sentence.text)
    return day and f"What happened on {day[0]}, according to {document}?"


def _ask_about_count(sentence: _Sentence, document: str, _: Counter[str]) -> str | None:
    count = _COUNT.search(sentence.text)
    return count and f"Of how many {count['things']} does {document} speak?"


def _ask_by_keywords(sentence: _Sentence, _: str, frequency: Counter[str]) -> str | None:
    names = sorted(sentence.names, key=lambda name: frequency[name])[:2]
    words = sorted(re.findall(r"\b[a-z]{7,}\b", sentence.text), key=lambda word: (-len(word), word))[:2]
    return " ".join([*names, *words]) if len(names) == 2 and words else None


_PATTERNS: tuple[tuple[str, Callable[[_Sentence, str, Counter[str]], str | None]], ...] = (
    ("position", _ask_about_name),
    ("factoid", _ask_about_day),
    ("factoid", _ask_about_count),
    ("keywords", _ask_by_keywords),
)


def _described(document: Document) -> str:
    date = _date(document)
    if document.metadata.kind and date:
        return f"the {document.metadata.kind} of {date}"
    return f"\N{LEFT DOUBLE QUOTATION MARK}{document.title}\N{RIGHT DOUBLE QUOTATION MARK}"


def _date(document: Document) -> str | None:
    return document.metadata.date.text if document.metadata.date else None
