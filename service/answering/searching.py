"""A catalogue search told as an answer: how much holds the words, then the best passages' own."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.text.normalising import fold
from chunker.text.sentences import sentence_spans
from embeddings.expressions import AllOf, AnyOf, Phrase, Without, phrases_of
from embeddings.ranking.exact import ExactRetrieval, retrieve_exactly
from embeddings.search import Filters
from service.answer import Answer, Counted, Found, IndexState, RankedPassage, SearchResult, Words
from service.answering.passages import passage_with_marks
from service.answering.quoting import attribution, check_pieces, quote_of, tidied_passage
from service.answering.writing import NOTHING_INDEXED
from service.interpretation import Interpretation
from service.understanding.search_queries import read_search
from service.wording.phrases import word_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from embeddings.expressions import Expression
    from embeddings.local_index import LocalIndex
    from embeddings.ranking.exact import Held
    from embeddings.search import HiddenSpan, SearchOrder
    from service.answer import Piece, Quote

NOTHING_NAMED = "There is nothing in this to search for: it has no words, or only such as must not be there."
NOT_AS_WRITTEN = "This could not be read with its signs, so that its words were looked for, all of them."

_TOLD_CHARS = 400
"""Of a longer search so much is said again in the sentence that counts; chosen by hand."""
_SENTENCE_WORDS = 60
_WORDS_AROUND = 25
"""A sentence of up to 60 words is quoted whole, else 25 words on either side; chosen by hand."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a catalogue search found, told in ``pieces``; ``counted`` is None where no word was named."""

    passages: tuple[RankedPassage, ...]
    pieces: tuple[Piece, ...]
    counted: Counted | None
    index: IndexState
    rule: str | None
    timings_ms: dict[str, float]

    @property
    def understood(self) -> Interpretation:
        """What was understood: that this is a search."""
        return Interpretation(mode="search")


def search(
    index: LocalIndex,
    query: str,
    *,
    top_k: int,
    order: SearchOrder = "relevance",
    filters: Filters | None = None,
    hidden_spans: Sequence[HiddenSpan] = (),
) -> Search:
    """Look for ``query`` as it is written, and tell of the ``top_k`` first passages how they hold it."""
    started = time.perf_counter()
    read = read_search(query)
    if read.wanted is None:
        with index.snapshot() as snapshot:
            info = snapshot.info()
        text = NOTHING_NAMED if info.passages else NOTHING_INDEXED
        state = IndexState.of(info)
        return Search((), (Words(text, "refusal"),), None, state, None, {})
    found = retrieve_exactly(
        index, read.wanted, top_k=top_k, order=order, filters=filters, hidden=hidden_spans
    )
    phrases = phrases_of(found.wanted)
    passages = tuple(
        passage_with_marks(number, hit, lambda text: _places(text, phrases))
        for number, hit in enumerate(found.hits, start=1)
    )
    told = _told(found, read.wanted, is_filtered=filters not in {None, Filters()})
    pieces: list[Piece] = [Words(told, "fact" if passages else "refusal")]
    for passage in passages:
        quote = _quote(passage, phrases)
        pieces += [attribution(quote.citation), quote]
    if not read.is_as_written:
        pieces.append(Words(NOT_AS_WRITTEN, "notice"))
    return Search(
        passages=passages,
        pieces=tuple(pieces),
        counted=Counted(
            found.passages,
            found.documents,
            told,
            found.facets,
            found.is_whole,
            order=order,
            per_document=found.per_document,
            did_you_mean=_did_you_mean(index, query, found.meant, filters),
        ),
        index=IndexState.of(found.index),
        rule=_rule(found, order) if passages else None,
        timings_ms={**found.timings_ms, "total": (time.perf_counter() - started) * 1000},
    )


def told_as_answer(found: Search, query: str, index: LocalIndex) -> Iterator[Found | Piece | Answer]:
    """Yield a search as answers come: what is found, each piece once its quotes are checked, the whole."""
    is_found = bool(found.passages)
    event = Found(
        query, query, float(is_found), found.passages, found.index, found.understood, counted=found.counted
    )
    yield event
    pieces, failed = check_pieces(found.pieces, index)
    yield from pieces
    yield Answer(
        question=query,
        standalone_question=query,
        confidence=event.confidence,
        kind="extractive" if is_found else "none",
        form="list" if is_found else "none",
        pieces=pieces,
        passages=found.passages,
        index=found.index,
        total=found.counted.documents if found.counted else None,
        rule=found.rule,
        failed_quotes=failed,
        timings_ms=found.timings_ms,
        interpretation=found.understood,
        counted=found.counted,
    )


def told_as_result(found: Search, query: str) -> SearchResult:
    """Return a search as ranked passages without an answer."""
    return SearchResult(
        query, found.passages, found.index, found.timings_ms, found.understood, counted=found.counted
    )


def _told(found: ExactRetrieval, wanted: Expression, *, is_filtered: bool) -> str:
    """Return the sentence that counts, or says that there is nothing and what comes near."""
    if not found.index.passages:
        return NOTHING_INDEXED
    words = shorten(_in_words(wanted), _TOLD_CHARS, placeholder=" …")
    where = " under the filters given" if is_filtered else ""
    if found.passages:
        passages, documents = word_count(found.passages, "passage"), word_count(found.documents, "document")
        least = "" if found.is_whole else "At least "
        holds = "holds" if found.passages == 1 else "hold"
        told = f"{least}{passages} in {documents} {holds} {words}{where}."
        return told[0].upper() + told[1:]
    told = f"No passage holds {words}{where}."
    return " ".join([told, *_near(found.held, wanted)])


def _near(held: Sequence[Held], wanted: Expression) -> Iterator[str]:
    """Yield sentences on what of a search is there by itself, and what its words may be meant for."""
    counts = [one for one in held if one.phrase != wanted]
    phrases = phrases_of(wanted)
    if len(phrases) == 1 and len(phrases[0].forms[0]) == 1:
        # of words that begin so only where the word itself is nowhere
        counts = [one for one in counts if one.passages][:1]
    parts = [
        f"{_in_words(one.phrase)} {'stands ' if number == 0 else ''}in"
        f" {word_count(one.passages, 'passage') if one.passages else 'none'}"
        for number, one in enumerate(counts)
    ]
    if parts:
        yield f"{', '.join(parts)}."
    for one in held:
        if one.alike:
            is_name = one.phrase.written[:1].isupper()
            alike = (f"“{word.capitalize() if is_name else word}”" for word in one.alike)
            yield f"For “{one.phrase.written}” perhaps {' or '.join(alike)} is meant."


def _in_words(wanted: Expression, *, is_inside: bool = False) -> str:
    match wanted:
        case Phrase():
            is_cut = wanted.is_prefix and not wanted.written.endswith("*")
            return f"“{wanted.written}{'*' if is_cut else ''}”"
        case Without():
            return f"not {_in_words(wanted.part, is_inside=True)}"
        case AllOf() | AnyOf():
            joint = " and " if isinstance(wanted, AllOf) else " or "
            words = joint.join(_in_words(part, is_inside=True) for part in wanted.parts)
            return f"({words})" if is_inside else words


def _did_you_mean(
    index: LocalIndex, query: str, meant: Mapping[str, Sequence[str]], filters: Filters | None
) -> str | None:
    """Return the query with its missing words as the likeliest others, unless that finds nothing either."""
    other = query
    for word, (first, *_) in meant.items():
        replacement = first.capitalize() if word[:1].isupper() else first
        other = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _, to=replacement: to, other)  # type: ignore[misc]
    wanted = read_search(other).wanted if other != query else None
    if wanted is None:
        return None
    return other if retrieve_exactly(index, wanted, top_k=1, filters=filters).passages else None


def _rule(found: ExactRetrieval, order: SearchOrder) -> str:
    shown = len(found.hits)
    first = "those in which they weigh most" if order == "relevance" else "the earliest"
    how = "Every passage with these words as they are written was counted, whatever their case and accents"
    if not found.is_whole:
        how = "There may be too many to count: only those were read in which its words weigh most"
    if shown == found.passages:
        return f"{how}; all are shown, first {first}."
    if order == "date":
        return f"{how}; shown are {shown}, of the earliest documents."
    return f"{how}; shown are the {shown} in which they weigh most."


def _places(text: str, phrases: Sequence[Phrase]) -> tuple[Span, ...]:
    """Return where phrases stand in a text, in order; what overlaps is one."""
    folded = fold(text)
    spans = sorted(folded.original_span(*place) for one in phrases for place in one.places(folded.text))
    apart: list[Span] = []
    for span in spans:
        if apart and span.start_char < apart[-1].end_char:
            apart[-1] = Span(apart[-1].start_char, max(span.end_char, apart[-1].end_char))
        else:
            apart.append(span)
    return tuple(apart)


def _quote(ranked: RankedPassage, phrases: Sequence[Phrase]) -> Quote:
    """Return the sentence with most of the phrases, the first of several, with the phrases marked."""
    text, passage = ranked.text, ranked.hit.place.passage
    sentences = list(sentence_spans(text)) or [Span(0, len(text))]
    folded = [fold(text[one.start_char : one.end_char]).text for one in sentences]
    best = max(range(len(sentences)), key=lambda at: sum(one.stands_in(folded[at]) for one in phrases))
    sentence = sentences[best]
    inside = [one for one in ranked.highlights if sentence.start_char <= one.start_char < sentence.end_char]
    kept = inside[0] if inside else next(iter(ranked.highlights), sentence)
    if not inside:  # a phrase that goes on in the next sentence
        sentence = next((one for one in sentences if one.end_char > kept.start_char), sentence)
    shown = _shortened(text, sentence, kept)
    tidied = tidied_passage(passage.text)
    span = tidied.original_span(shown.start_char, shown.end_char)
    start = passage.start_char
    quote = quote_of(ranked, Span(start + span.start_char, start + span.end_char))
    return replace(quote, marks=_places(quote.text, phrases))


def _shortened(text: str, sentence: Span, kept: Span) -> Span:
    """Return the sentence with all that is ``kept``; of a long one some words on either side of that."""
    end = max(sentence.end_char, kept.end_char)
    if len(text[sentence.start_char : end].split(None, _SENTENCE_WORDS)) <= _SENTENCE_WORDS:
        return Span(sentence.start_char, end)
    before = text[sentence.start_char : kept.start_char].rsplit(None, _WORDS_AROUND)
    after = text[kept.end_char : end].split(None, _WORDS_AROUND)
    first = sentence.start_char
    if len(before) > _WORDS_AROUND:
        first += len(before[0])
    last = end - len(after[-1]) if len(after) > _WORDS_AROUND else end
    return Span(first, last).trimmed(text) or kept
