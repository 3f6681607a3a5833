"""What the service gives back for a question: pieces of an answer, each with its place, and the passages.

An answer is data. Its text, and every other form in which a door shows it, is made from the pieces and
never read back out of text: a reference number that a source has in it is words like any others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from service.interpretation import Interpretation
from service.wording.links import boxes_link, reader_link
from service.wording.notebook import notebook_html
from service.wording.phrases import (
    date_words,
    least_sure,
    ocr_words,
    page_range_words,
    source_words,
    without_reference_marks,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chunker.documents import Page, PageMethod, Span
    from embeddings.search import Hit, Place, SearchOrder
    from embeddings.store.records import Facets, IndexInfo

AnswerKind = Literal["extractive", "generated", "none"]
AnswerForm = Literal["extract", "overview", "list", "facts", "none"]
QuoteMatch = Literal["exact", "normalised"]
WordsRole = Literal["sentence", "attribution", "fact", "refusal", "notice"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where words stand: a span of a source's text, with the document and the pages it is on.

    ``number`` is that of the passage it lies in, the [n] of the answer. ``page`` and ``page_end`` are those
    of the span's own first and last character, ``None`` where no page is known. ``section`` is the heading
    that the first stands below in the document, where it has any. ``ocr_confidence`` is how sure the reading
    of the words from a picture of the page is, 0..1, ``None`` where they were not.
    """

    number: int
    place: Place
    span: Span
    page: Page | None
    page_end: Page | None
    section: str | None = None
    ocr_confidence: float | None = None

    @property
    def document_id(self) -> str:
        """The document's id."""
        return self.place.document.id

    @property
    def title(self) -> str:
        """The document's title."""
        return self.place.document.title

    @property
    def source_title(self) -> str:
        """What the file is called in which the document stands; empty where both are one."""
        label, title = self.place.source_label, self.place.source_title
        if title is None and label is not None and label.documents > 1:
            return source_words(label, self.place.source_name)
        return title if title and title != self.title else ""

    @property
    def date(self) -> str | None:
        """The document's date in ISO 8601, as exact as it gives it."""
        when = self.place.document.metadata.date
        return when.text if when else None

    @property
    def page_label(self) -> str | None:
        """The page a reader would cite."""
        return self.page.label if self.page else None

    @property
    def page_method(self) -> PageMethod | Literal["none"]:
        """How the pages are known: as the less sure of both is."""
        return self._method_and_margin[0]

    @property
    def page_margin(self) -> int:
        """How many pages the less sure of the pages may be off."""
        return self._method_and_margin[1]

    @property
    def _method_and_margin(self) -> tuple[PageMethod | Literal["none"], int]:
        return least_sure([page for page in (self.page, self.page_end) if page]) if self.page else ("none", 0)

    @property
    def page_words(self) -> str:
        """The pages in words, such as ``pp. 404–405``; ``no page known`` for none."""
        return page_range_words(self.page, self.page_end)

    @property
    def ocr_words(self) -> str:
        """How sure the reading of the words from a picture is, such as ``read by OCR, 87 %``; or empty."""
        return ocr_words(self.ocr_confidence)

    @property
    def link(self) -> str:
        """The reader's address with the words marked, at their page."""
        return reader_link(self.document_id, span=self.span, page=self.page_label)

    @property
    def boxes_link(self) -> str | None:
        """The address that tells where on their pages the words stand; ``None``: these cannot be shown."""
        place = self.place
        return boxes_link(place.document.source_id, self.span) if place.is_pictured else None

    def with_section(self, title: str) -> str:
        """Return ``title`` and the section, unless it says that already."""
        title, section = title.rstrip("."), (self.section or "").rstrip(".")
        return title if section.casefold() in title.casefold() else f"{title} › {section}"

    def described(self, title: str) -> str:
        """Return ``title``, section, date and page as in a footnote; what it says already is left out."""
        title, when = self.with_section(title), date_words(self.date)
        parts = [title, "" if when.casefold() in title.casefold() else when]
        if self.page is not None:
            parts.append(self.page_words)
        parts.append(self.ocr_words)
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        """Return the document's title, its date and the page."""
        return self.described(self.title)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that stand in a source, at the span of their ``citation``.

    ``match`` is ``exact`` when the span is ``text`` to the character, ``normalised`` when white space,
    markup, hyphenation or typographic forms were put right. ``before`` and ``after`` are the sentences
    around it in its passage, empty where there are none. ``marks`` are the spans of ``text`` that give what
    the question asks for, where that can be told.
    """

    text: str
    citation: Citation
    match: QuoteMatch
    before: str = ""
    after: str = ""
    marks: tuple[Span, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the words are cited with: the one place where they stand."""
        return (self.citation,)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes of this piece: itself."""
        return (self,)

    @property
    def shown(self) -> str:
        """The words as text shows them: reference numbers of the source cannot be taken for the answer's."""
        return without_reference_marks(self.text)

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The words as text shows them, in parts, each with whether it is marked."""
        return _parts(self.shown, self.marks)  # as long as the text


@dataclass(frozen=True, slots=True)
class Words:
    """Words that are no quote: a model's sentence, a line that says whose words follow, a refusal, a notice.

    A ``sentence`` has the ``citations`` of the passages it rests on, each at the words it quotes from
    there, if any; ``quotes`` are the quotations in it. An ``attribution`` says where the words stand that it
    ``introduces``. One that ``begins_paragraph`` stands apart from those before it.
    """

    text: str
    role: WordsRole
    citations: tuple[Citation, ...] = ()
    quotes: tuple[Quote, ...] = ()
    introduces: Citation | None = None
    begins_paragraph: bool = False

    @property
    def citation(self) -> Citation | None:
        """The first place it rests on, ``None`` for none."""
        return self.citations[0] if self.citations else None

    @property
    def shown(self) -> str:
        """The words."""
        return self.text


Piece = Quote | Words


def _parts(text: str, marks: Iterable[Span]) -> list[tuple[str, bool]]:
    """Return ``text`` cut at marks that are in order and apart, each part with whether it is marked."""
    parts, end = [], 0
    for mark in marks:
        parts += [(text[end : mark.start_char], False), (text[mark.start_char : mark.end_char], True)]
        end = mark.end_char
    return [part for part in (*parts, (text[end:], False)) if part[0]]


def piece_text(piece: Piece) -> str:
    """Return a piece as a line of text with its references, such as ``It was built in 1871. [1]``."""
    references = "".join(f"[{citation.number}]" for citation in piece.citations)
    return f"{piece.shown} {references}" if references else piece.shown


def plain_text(pieces: Iterable[Piece]) -> str:
    """Return the answer as text with references; notices are told beside it and are not in it."""
    text = ""
    for piece in pieces:
        if not is_notice(piece):
            text += (space_before(piece) if text else "") + piece_text(piece)
    return text


def space_before(piece: Piece) -> str:
    """Return what parts a piece from the one before it: a line that says whose words follow begins anew."""
    begins = isinstance(piece, Words) and (piece.role == "attribution" or piece.begins_paragraph)
    return "\n\n" if begins else " "


def paragraphs(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Return the pieces of the answer, notices aside, by the paragraphs they make."""
    made: list[list[Piece]] = []
    for piece in pieces:
        if is_notice(piece):
            continue
        if not made or space_before(piece) != " ":
            made.append([])
        made[-1].append(piece)
    return made


def is_notice(piece: Piece) -> bool:
    """Tell whether a piece is no part of the answer, but tells how it came about."""
    return isinstance(piece, Words) and piece.role == "notice"


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A hit as it is shown: ``text`` is tidied, ``highlights`` are spans of that text."""

    hit: Hit
    text: str
    citation: Citation
    highlights: tuple[Span, ...] = ()

    @property
    def rank(self) -> int:
        """Its place among the passages, from 1."""
        return self.citation.number

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The text in parts, each with whether it is highlighted."""
        return _parts(self.text, self.highlights)


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index that was asked."""

    generation: int
    model: str
    passages: int

    @classmethod
    def of(cls, info: IndexInfo) -> IndexState:
        """Return the state that ``info`` is of."""
        return cls(generation=info.generation, model=info.model, passages=info.passages)


@dataclass(frozen=True, slots=True)
class Counted:
    """How much a search for words found, shown or not, and the same in ``words``.

    Where not ``is_whole`` there may be more than the two counts say. ``order`` is that of what is shown;
    ``per_document`` says of each document shown, by id, how many of its passages there are; ``facets`` are
    those of all documents found. ``did_you_mean`` is the search with words that stand nowhere as others that
    do, ``None`` where there is nothing to say of it.
    """

    passages: int
    documents: int
    words: str
    facets: Facets
    is_whole: bool = True
    order: SearchOrder = "relevance"
    per_document: Mapping[str, int] = field(default_factory=dict)
    did_you_mean: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question, before the answer is written."""

    question: str
    standalone_question: str
    confidence: float
    passages: tuple[RankedPassage, ...]
    index: IndexState
    interpretation: Interpretation = field(default_factory=Interpretation)
    counted: Counted | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question: its ``pieces`` in reading order, and the ``passages`` they are cited to.

    ``form`` is ``extract`` (what one place says), ``overview`` (papers in order of time), ``list`` (documents
    chosen by exact rules, or what a search found), ``facts`` (what the catalogue says of the collection) or
    ``none``. Of an overview or a list ``total`` counts the papers found and ``rule`` says how they were
    taken; ``counted`` is a search's alone.
    ``confidence`` is the probability that the passages hold the answer. ``failed_quotes`` counts those
    left out since they do not stand in their source. ``timings_ms`` has the stages and their ``total``.
    ``signals`` are what the confidence was made of, by name (:mod:`service.answering.judging`).
    """

    question: str
    standalone_question: str
    confidence: float
    kind: AnswerKind
    form: AnswerForm
    pieces: tuple[Piece, ...]
    passages: tuple[RankedPassage, ...]
    index: IndexState
    total: int | None = None
    rule: str | None = None
    failed_quotes: int = 0
    timings_ms: dict[str, float] = field(default_factory=dict)
    signals: dict[str, float] = field(default_factory=dict)
    interpretation: Interpretation = field(default_factory=Interpretation)
    counted: Counted | None = None

    @property
    def answerable(self) -> bool:
        """Whether the documents answer the question."""
        return self.kind != "none"

    @property
    def text(self) -> str:
        """The answer as text, each reference as [n]."""
        return plain_text(self.pieces)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Every quote of the answer, in order, each once; where there is no answer, there is none."""
        if not self.answerable:
            return ()
        return tuple(dict.fromkeys(quote for piece in self.pieces for quote in piece.quotes))

    @property
    def notice(self) -> str | None:
        """How the answer came about, where that is not as configured."""
        return " ".join(piece.text for piece in self.pieces if is_notice(piece)) or None

    @property
    def cited(self) -> list[Citation]:
        """What the pieces cite, by number; of a passage that is cited twice, its first words."""
        everything = [citation for piece in self.pieces for citation in piece.citations]
        first = {citation.number: citation for citation in reversed(everything)}
        return [first[number] for number in sorted(first)]

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return notebook_html(
            "notebook_answer", answer=self, paragraphs=paragraphs(self.pieces), cited=self.cited
        )


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Ranked passages without an answer."""

    question: str
    passages: tuple[RankedPassage, ...]
    index: IndexState
    timings_ms: dict[str, float] = field(default_factory=dict)
    interpretation: Interpretation = field(default_factory=Interpretation)
    counted: Counted | None = None

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return notebook_html("notebook_search", result=self)
