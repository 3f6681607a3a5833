"""Words of a document to show it by: how it begins, what it says on a matter, how a page begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from chunker.documents import Span
from chunker.metadata.dates import is_date_line
from chunker.text.sentences import sentence_spans
from embeddings.search import Filters, Hit, Scores
from embeddings.terms import STOPWORDS, read_terms
from service.answering.catalogue.told import Cut
from service.answering.quoting import tidied_passage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from chunker.documents import Document
    from embeddings.search import Place
    from embeddings.store.snapshot import Snapshot

SHOWN_WORDS = 45
"""Of each document as much as an overview shows of a paper."""
_OPENING_PASSAGES = 2
"""Where a document's first statement is looked for, behind its heading, date and salutation."""
_PASSAGES = 5
"""Passages of a document that are looked at for what it says on a matter."""
_LEAST_WORDS = 4
_WORDS_BESIDE_DATE = 8
"""A date with so few words beside it only dates the paper: "Transmitted by radio on April 21"."""
PAGE_WORDS = 90
"""Of a page as much as an answer's best part shows."""
_STATES = re.compile(r"[.!?…:;。！？][^\w]*$")
_WORD = re.compile(r"[^\W_]+")


class _Sentence(NamedTuple):
    span: Span
    text: str


def opening(snapshot: Snapshot, document: Document) -> Cut | None:
    """Return the first statement of a document and what follows, ``None`` where it has no passage."""
    places = snapshot.places(snapshot.passage_keys(document.id)[:_OPENING_PASSAGES])
    heading = STOPWORDS.union(_words(document.header))
    for place in places:
        sentences = _sentences(place)
        for position, sentence in enumerate(sentences):
            if _is_statement(sentence.text, heading):
                return _cut(place, sentences[position:])
    sentences = _sentences(places[0]) if places else []
    return _cut(places[0], sentences) if sentences else None


def saying(snapshot: Snapshot, document: Document, wanted: AbstractSet[str]) -> Cut | None:
    """Return what a document says with most of the stems that are ``wanted``, else its opening."""
    query, filters = " ".join(sorted(wanted)), Filters(documents=(document.id,))
    keys = [key for key, _ in snapshot.lexical_search(query, limit=_PASSAGES, filters=filters)]
    heading = STOPWORDS.union(_words(document.header))
    best: tuple[tuple[int, bool], Cut] | None = None
    for place in snapshot.places(keys):
        sentences = _sentences(place)
        for position, sentence in enumerate(sentences):
            held = len({term.stem for term in read_terms(sentence.text, wanted)})
            worth = held, _is_statement(sentence.text, heading)
            is_heading = heading.issuperset(_words(sentence.text))
            if held and not is_heading and (best is None or worth > best[0]):
                best = worth, _cut(place, sentences[position:])
    return best[1] if best else opening(snapshot, document)


def page_opening(snapshot: Snapshot, source_id: str, offset: int, end: int | None) -> Cut | None:
    """Return the first words of a page from ``offset`` of a source to ``end``; ``None`` where it is empty."""
    record = snapshot.document_at(source_id, offset)
    if record is None:
        return None
    place = next(
        (
            place
            for place in snapshot.places([one.id for one in snapshot.passages_of(record.document.id)])
            if place.passage.end_char > offset
        ),
        None,
    )
    if place is None:
        return None
    passage = place.passage
    last = passage.end_char if end is None else min(end, passage.end_char)
    start = max(offset, passage.start_char) - passage.start_char
    shown = Span(start, max(start, last - passage.start_char)).trimmed(passage.text)
    return _cut(place, _sentences(place, shown), PAGE_WORDS) if shown else None


def words_at(place: Place, span: Span, lead: str | None = None) -> Cut:
    """Return the words at a span of a source within a passage."""
    return Cut(Hit(place, 1.0, Scores()), span, lead)


def _cut(place: Place, sentences: Sequence[_Sentence], most_words: int = SHOWN_WORDS) -> Cut:
    """Return the first of ``sentences`` with as many of those after it as are shown together."""
    last, left = sentences[0], most_words
    for number, sentence in enumerate(sentences):
        left -= len(sentence.text.split())
        is_torn = most_words == SHOWN_WORDS and not _STATES.search(sentence.text)
        leads_on = last.text.rstrip().endswith(":")  # and says nothing without what follows
        if number and (left < 0 or is_torn) and not leads_on:
            break
        last = sentence
    return words_at(place, Span(sentences[0].span.start_char, last.span.end_char))


def _sentences(place: Place, within: Span | None = None) -> list[_Sentence]:
    """Return the sentences of a passage, or of a span of it, where the first and the last may be cut."""
    passage = place.passage
    within = within or Span(0, len(passage.text))
    spans = [
        Span(max(span.start_char, within.start_char), min(span.end_char, within.end_char))
        for span in sentence_spans(passage.text)
        if span.end_char > within.start_char and span.start_char < within.end_char
    ]
    tidied = tidied_passage(passage.text)
    sentences = []
    for span in filter(None, (one.trimmed(passage.text) for one in spans or [within])):
        shown = tidied.derived_span(span.start_char, span.end_char)
        in_source = Span(passage.start_char + span.start_char, passage.start_char + span.end_char)
        sentences.append(_Sentence(in_source, tidied.text[shown.start_char : shown.end_char]))
    return sentences


def _is_statement(text: str, heading: frozenset[str]) -> bool:
    """Tell a sentence from a heading, a line with a date and the fragments around them."""
    words = _words(text)
    return (
        len(words) >= _LEAST_WORDS
        and bool(_STATES.search(text))
        and not heading.issuperset(words)
        and not is_date_line(text, _WORDS_BESIDE_DATE)
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
