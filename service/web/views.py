"""Answers and passages as the page shows them: with links, and with everything in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from service.answer import Answer, Words, paragraphs
from service.questions import MAX_TOP_K
from service.web.refining import RefiningView, refining
from service.wording.links import cite_link, place_link
from service.wording.phrases import date_words, method_words, position_beside, source_words, word_count
from service.wording.taken import TakenPlace, taken_words, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from embeddings.search import Place
    from service.answer import Citation, Found, Piece, Quote, RankedPassage
    from service.understanding.search_queries import Mode
    from service.web.addresses import AskAddress

_MORE_PASSAGES = 10
"""Passages that "Show more" adds."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a passage: ``is_word`` bears on the question, ``is_quoted`` stands in the answer."""

    text: str
    is_word: bool
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage with everything that stands around it."""

    passage: RankedPassage
    segments: tuple[Segment, ...]
    why: str

    @property
    def citation(self) -> Citation:
        """Where it stands."""
        return self.passage.citation

    @property
    def date_words(self) -> str:
        """The document's date in words."""
        return date_words(self.citation.date)

    @property
    def method_words(self) -> str:
        """How the page is known."""
        citation = self.citation
        return method_words(citation.page_method, citation.page_margin, position_beside(citation.page))

    @property
    def link(self) -> str:
        """The reader's address with the passage marked."""
        return self.citation.link

    @property
    def cite_link(self) -> str:
        """The address of its citations."""
        return cite_link(self.citation.document_id, self.citation.span)

    @property
    def take(self) -> str:
        """How the passage is taken along."""
        return written([_taken(self.citation)])

    @property
    def also_in(self) -> list[tuple[str, str]]:
        """Other places of the same passage: how each is called, and its address."""
        return [(_place_words(place), place_link(place)) for place in self.passage.hit.also_in]


@dataclass(frozen=True, slots=True)
class CitedView:
    """A place that an answer cites, and pieces, of which those that cite it have their words there.

    ``year`` is empty where the entry before has the same.
    """

    citation: Citation
    pieces: Sequence[Piece] = ()
    year: str = ""

    @property
    def date_words(self) -> str:
        """The document's date in words."""
        return date_words(self.citation.date)

    @property
    def cite_link(self) -> str:
        """The address of its citations."""
        return cite_link(self.citation.document_id, self.citation.span)

    @property
    def take(self) -> str:
        """How the words that stand there are taken along: each quote by itself."""
        quotes = [quote.citation for piece in self.pieces for quote in piece.quotes]
        here = [one for one in quotes if one.number == self.citation.number]
        return written(map(_taken, here or [self.citation]))


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an answer: a paragraph, or papers that follow each other, each with its words."""

    pieces: Sequence[Piece] = ()
    entries: tuple[CitedView, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnView:
    """A question and what came of it: what was found, then the answer, or why there is none.

    ``said`` are the pieces of an answer that is still being written.
    ``mode`` is how it was to be taken, ``None``: by its form; ``other_mode_link`` takes it the other way,
    ``unfiltered_link`` without the filters, where under them nothing was found.
    """

    number: int
    question: str
    is_last: bool = True
    found: Found | Answer | None = None
    problem: str = ""
    more_link: str = ""
    wants_passages: bool = False
    said: tuple[Piece, ...] = ()
    mode: Mode | None = None
    other_mode_link: str = ""
    unfiltered_link: str = ""
    refining: RefiningView | None = None

    @property
    def answer(self) -> Answer | None:
        """The answer, ``None`` as long as there is none."""
        return self.found if isinstance(self.found, Answer) else None

    @property
    def is_search(self) -> bool:
        """Whether its words were looked for as they are written."""
        return self.found is not None and self.found.interpretation.mode == "search"

    @property
    def is_waiting(self) -> bool:
        """Whether the answer is still to come."""
        return self.answer is None and not self.problem

    @property
    def understood_as(self) -> str:
        """The question with its references resolved, where that differs from what was asked."""
        found = self.found
        return found.standalone_question if found and found.standalone_question != found.question else ""

    @property
    def also_searched(self) -> str:
        """Words of the documents searched for others of the question, as ``Molotov (for Molotof)``."""
        if self.found is None:
            return ""
        searched = self.found.interpretation.also_searched.items()
        return ", ".join(f"{', '.join(others)} (for {word})" for word, others in searched)

    @property
    def blocks(self) -> list[Block]:
        """The answer as far as it goes, without its notice; a search's is put together by papers."""
        made = blocks(paragraphs(self.answer.pieces if self.answer else self.said))
        return [by_paper(one) for one in made] if self.is_search else made

    def count_words(self, entry: CitedView) -> str:
        """Return how much of a search's words stands in a paper, where that is more than is shown."""
        counted = self.found.counted if self.found else None
        found = counted.per_document.get(entry.citation.document_id, 0) if counted else 0
        return word_count(found, "passage") if found > 1 else ""

    @property
    def cited(self) -> list[CitedView]:
        """The places that the answer refers to by numbers alone, each once."""
        if self.answer is None or not self.answer.answerable or self.is_search:
            return []
        pieces = [piece for block in self.blocks for piece in block.pieces]
        first = {one.number: one for piece in reversed(pieces) for one in reversed(piece.citations)}
        return [CitedView(first[number], pieces) for number in sorted(first)]

    @property
    def is_open(self) -> bool:
        """Whether passages are shown at once: where no answer shows what matters, or more were wished for."""
        is_refused = self.answer is not None and not self.answer.answerable
        return self.is_last and not self.is_search and (self.wants_passages or is_refused)

    @property
    def passages(self) -> list[PassageView]:
        """The passages, with the words that the answer quotes from each marked."""
        quotes = self.answer.quotes if self.answer else ()
        found = self.found.passages if self.found else ()
        return [passage_view(one, quotes, is_search=self.is_search) for one in found]

    @property
    def passages_title(self) -> str:
        """What stands above the passages."""
        number = len(self.found.passages) if self.found else 0
        count = f"{number} {'passage' if number == 1 else 'passages'}"
        if self.found and self.found.counted:
            every = self.found.counted
            return (
                f"{count if number == every.passages else f'{number} of {every.passages:,} passages'} in full"
            )
        is_refused = self.answer is not None and not self.answer.answerable
        return f"The nearest {count}" if is_refused else count

    @property
    def status(self) -> str:
        """The turn in a line, for those who do not see it."""
        if self.problem or self.answer is None:
            return self.problem
        told = self.answer.counted.words if self.answer.counted else self.answer.text
        return f"{told} {self.passages_title}."

    @property
    def origin(self) -> str:
        """What the answer was made from."""
        if self.answer and self.answer.form in ("list", "facts") and not self.is_search:
            return "From the catalogue"
        is_generated = self.answer is not None and self.answer.kind == "generated"
        return (
            "Written by a language model from the passages below"
            if is_generated
            else "In the documents’ own words"
        )

    @property
    def confidence(self) -> str:
        """The confidence in per cent."""
        return f"{self.found.confidence:.0%}" if self.found else ""


def blocks(read: Iterable[Sequence[Piece]]) -> list[Block]:
    """Return paragraphs as blocks: one that begins with whose words follow is an entry of its paper."""
    made: list[Block] = []
    year = ""
    for first, *rest in read:
        introduced = first.introduces if isinstance(first, Words) else None
        if introduced is None:
            made.append(Block((first, *rest)))
            continue
        own = (introduced.date or "")[:4]
        entry = CitedView(introduced, rest, own if own != year else "")
        year = own
        before = made.pop().entries if made and made[-1].entries else ()
        made.append(Block(entries=(*before, entry)))
    return made


def by_paper(block: Block) -> Block:
    """Return a block with the entries of each paper as one, where the first stood, with all their words."""
    papers: dict[str, CitedView] = {}
    for one in block.entries:
        first = papers.get(one.citation.document_id)
        joined = replace(first, pieces=(*first.pieces, *one.pieces)) if first else one
        papers[one.citation.document_id] = joined
    entries = list(papers.values())
    years = ["", *((one.citation.date or "")[:4] for one in entries)]
    told = (own if own != before else "" for before, own in pairwise(years))
    return replace(
        block, entries=tuple(replace(one, year=year) for one, year in zip(entries, told, strict=True))
    )


def turn_view(number: int, found: Found | Answer, address: AskAddress, *, is_last: bool) -> TurnView:
    """Return a turn of the conversation; ``address`` is that of the whole conversation."""
    shown = len(found.passages)
    is_search = found.interpretation.mode == "search"
    has_more = is_last and 0 < shown < MAX_TOP_K and shown >= (address.top_k or 1)
    if found.counted:
        has_more = has_more and shown < found.counted.passages
    elif isinstance(found, Answer) and found.form == "list":
        has_more = False  # its rule says which documents are shown, whatever number of passages is wished for
    more = min(shown + _MORE_PASSAGES, MAX_TOP_K)
    more_link = address.with_more(more).link if has_more else ""
    is_unanswered = isinstance(found, Answer) and not found.answerable
    is_refined = is_last and is_search and found.counted is not None
    other = address.in_mode("ask" if is_search else "search").link if is_search or is_unanswered else ""
    return TurnView(
        number,
        found.question,
        is_last,
        found,
        more_link=more_link,
        wants_passages=address.top_k is not None,
        mode=address.mode_of(number),
        other_mode_link=other if is_last else "",
        unfiltered_link=address.without_filters().link
        if is_last and is_unanswered and address.has_filters
        else "",
        refining=refining(found.counted, address) if is_refined and found.counted else None,
    )


def passage_view(passage: RankedPassage, quotes: Iterable[Quote], *, is_search: bool = False) -> PassageView:
    """Return ``passage`` with its words and the words that ``quotes`` took from it marked."""
    quoted = [quote.text for quote in quotes if quote.citation.number == passage.rank]
    words = [(span.start_char, span.end_char) for span in passage.highlights]
    return PassageView(
        passage, segments(passage.text, words, quoted), why_words(passage, is_search=is_search)
    )


def segments(text: str, words: Sequence[tuple[int, int]], quoted: Iterable[str]) -> tuple[Segment, ...]:
    """Return ``text`` cut wherever a word that bears on the question or a quote begins or ends."""
    words = [(start, end) for start, end in words if 0 <= start < end <= len(text)]
    quotes = [(start, start + len(quote)) for quote in quoted if (start := text.find(quote)) >= 0 and quote]
    cuts = sorted({0, len(text), *(cut for span in [*words, *quotes] for cut in span)})
    return tuple(
        Segment(text[start:end], _covers(words, start), _covers(quotes, start))
        for start, end in pairwise(cuts)
    )


def why_words(passage: RankedPassage, *, is_search: bool = False) -> str:
    """Return why a passage was found: the question's words in it, and the score of each method."""
    words = (passage.text[span.start_char : span.end_char].casefold() for span in passage.highlights)
    found = ", ".join(dict.fromkeys(words))
    shares = f"Shares the words {found} with the question" if found else "Shares no word with the question"
    if is_search:
        shares = f"Holds {found}"
    methods = (
        ("nearness in meaning", passage.hit.scores.dense),
        ("weight of shared words", passage.hit.scores.lexical),
    )
    scores = [f"{name} {score:.2f}" for name, score in methods if score is not None]
    return f"{shares}; {', '.join(scores)}." if scores else f"{shares}."


def _taken(citation: Citation) -> TakenPlace:
    passage, document, span = citation.place.passage, citation.place.document, citation.span
    start, end = span.start_char - passage.start_char, span.end_char - passage.start_char
    return taken_words(document, span, passage.text[start:end])


def _place_words(place: Place) -> str:
    """Return what the source of a passage is called, and the passage's page."""
    words, page = source_words(place.source_label, place.source_name), place.passage.page
    return f"{words}, p. {page.label}" if page else words


def _covers(spans: Iterable[tuple[int, int]], place: int) -> bool:
    return any(start <= place < end for start, end in spans)
