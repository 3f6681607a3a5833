"""The JSON of the HTTP interface, version 1. Fields may be added, none renamed."""

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)

from chunker.readers.sidecar import MAX_AUTHORS, MAX_CHARS
from embeddings.search import Filters, SearchOrder
from service.answer import Turn
from service.audit import Action
from service.hosting.problems import Problem
from service.library.fetching import MAX_URL_CHARS
from service.questions import MAX_OFFSET, MAX_TOP_K, MAX_TURNS
from service.settings import CollectionName
from service.understanding.search_queries import Mode

Id = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class RequestModel(BaseModel):
    """A part of a request: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


def _with_nulls(schema: dict[str, Any]) -> None:
    """Say in the schema of a request that what need not be given may be null."""
    for name, one in schema.get("properties", {}).items():
        if name in schema.get("required", ()) or {"type": "null"} in one.get("anyOf", ()):
            continue
        told = {key: one.pop(key) for key in ("title", "description", "default", "examples") if key in one}
        schema["properties"][name] = {"anyOf": [one, {"type": "null"}], **told}


class WithoutNulls(BaseModel):
    """A part of a request: a null is as if it were absent, since many clients send all fields they know."""

    model_config = ConfigDict(json_schema_extra=_with_nulls)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: one for name, one in value.items() if one is not None}


class ResponseModel(BaseModel):
    """A part of a response, made from the object that it shows."""

    model_config = ConfigDict(from_attributes=True)


def _is_iso_day(value: object) -> object:
    """Refuse what pydantic would take for a date beside ISO days: numbers, as seconds since 1970."""
    if isinstance(value, dt.date) or (isinstance(value, str) and _ISO_DAY.fullmatch(value)):
        return value
    raise ValueError("must be a day, as 1939-08-23")


Day = Annotated[dt.date, BeforeValidator(_is_iso_day)]


Offset = Annotated[int, Field(ge=0, le=MAX_OFFSET)]


class DateRange(WithoutNulls, RequestModel):
    """Documents whose date lies in, or overlaps, a range of days."""

    date_from: Day | None = Field(None, description="first day, inclusive", examples=["1939-01-01"])
    date_to: Day | None = Field(None, description="last day, inclusive", examples=["1940-12-31"])

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise ValueError("date_from is after date_to")
        return self


class SearchFilters(DateRange):
    """Which passages may be returned; an absent field does not restrict."""

    sources: list[Id] = Field([], max_length=1_000, description="source ids or names, any of them")
    documents: list[Id] = Field([], max_length=1_000, description="document ids, any of them")
    kinds: list[Id] = Field(
        [], max_length=100, description="kinds of document, any of them", examples=[["telegram"]]
    )
    participants: list[Id] = Field(
        [],
        max_length=100,
        description="people or bodies who wrote, received or took part",
        examples=[["Molotov"]],
    )

    def as_filters(self) -> Filters:
        """Return the filters a search takes."""
        return Filters(
            sources=tuple(self.sources),
            documents=tuple(self.documents),
            kinds=tuple(self.kinds),
            participants=tuple(self.participants),
            date_from=self.date_from.isoformat() if self.date_from else None,
            date_to=self.date_to.isoformat() if self.date_to else None,
        )


class DocumentFilters(DateRange):
    """Which documents are meant, in an address."""

    source: list[Id] = Field([], max_length=100, description="source ids or names, any of them")
    kind: list[Id] = Field([], max_length=100, description="kinds, any of them")
    participant: list[Id] = Field([], max_length=100, description="who wrote, received or took part")

    def as_filters(self) -> Filters:
        """Return the filters a list takes."""
        return SearchFilters(
            sources=self.source,
            kinds=self.kind,
            participants=self.participant,
            date_from=self.date_from,
            date_to=self.date_to,
        ).as_filters()


class DocumentQuery(DocumentFilters):
    """Which documents are listed, and which part of the list."""

    title: str | None = Field(None, max_length=500, description="only titles that hold these words in a row")
    after: Id | None = Field(None, description="the id of a document; the part begins with the next one")
    offset: Offset = 0
    limit: int = Field(100, ge=1, le=1_000)


class HistoryTurn(WithoutNulls, RequestModel):
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=100_000)

    def as_turn(self) -> Turn:
        """Return the turn the answerer takes."""
        return Turn(self.role, self.content)


class SearchRequest(WithoutNulls, RequestModel):
    """A question whose passages are wanted."""

    question: Text = Field(examples=["What did Molotov want in return for a new Straits regime?"])
    top_k: int | None = Field(
        None,
        description="passages to return, for an overview one of each paper; as configured, 5, if absent",
        json_schema_extra={"minimum": 1, "maximum": MAX_TOP_K},
    )
    mode: Mode | None = Field(
        None,
        description='`search`: its words as they are written, with "a phrase", -word, word*, AND, OR, NOT and'
        " brackets, as in a library's catalogue; `ask`: as a question; absent: as its form says",
    )
    order: SearchOrder | None = Field(
        None,
        description="of a search as in a catalogue: the passages in which its words weigh most, the usual,"
        " or those of the earliest documents",
    )
    filters: SearchFilters = SearchFilters()
    collection: CollectionName | None = Field(
        None, description="which of the collections is asked; absent: that of the address"
    )
    boxes: StrictBool = Field(
        True, description="whether quotes and passages come with their places on the pages of their files"
    )


class AskRequest(SearchRequest):
    """A question whose answer is wanted."""

    history: list[HistoryTurn] = Field(
        [], description=f"the conversation so far, oldest first; the last {MAX_TURNS} messages are read"
    )
    form: Literal["extract", "overview", "list", "facts"] | None = Field(
        None,
        description="what one place says, papers in order of time, documents by exact rules, or what the"
        " catalogue tells; absent: as the question asks",
    )
    stream: StrictBool = Field(False, description="true: the answer comes as server-sent events")


class AlsoIn(ResponseModel):
    """Another place where the same passage stands."""

    source: str
    source_id: str
    document_id: str
    title: str
    page: str | None
    url: str


Fraction = Annotated[float, Field(ge=0, le=1)]
Rectangle = Annotated[
    tuple[Fraction, Fraction, Fraction, Fraction],
    Field(description="left, top, right, bottom, in fractions of the page from its upper left corner"),
]


class PageBoxes(ResponseModel):
    """Where words stand on one page of a file."""

    position: int = Field(description="the page's place in the file, from 1")
    pages: int = Field(description="how many the file has")
    page: str | None = Field(description="the page a reader would cite; null where none is known")
    width: float = Field(description="of the page as it is shown, in points")
    height: float
    image_url: str = Field(description="a picture of the page")
    boxes: list[Rectangle] = Field(description="one a line of the words")
    is_whole: bool = Field(description="whether all of the words were found on the page")
    ocr_confidence: float | None = Field(
        description="how sure the reading of the words from the scan is, 0 to 1; null: they are from none"
    )


class SourceBoxes(ResponseModel):
    """Where a range of a source's characters stands on its pages."""

    source_id: str
    start_char: int
    end_char: int
    pages: list[PageBoxes]


class CitedPages(ResponseModel):
    """The pages that words stand on, from their first to their last."""

    page: str | None = Field(description="the page a reader would cite; null where none is known")
    page_end: str | None
    page_method: Literal["printed", "contents", "estimated", "none"]
    page_margin: int = Field(
        description="for an estimated page: pages it may be off; 0: its place in a file without numbers"
    )
    page_position: int | None = Field(
        description="which of the file's own pages it is, from 1, whatever is printed on it"
    )
    page_end_position: int | None
    ocr_confidence: float | None = Field(
        description="how sure the reading of the words from a scan is, 0 to 1; null: they are from none"
    )


class Citation(CitedPages):
    """Where a passage stands, as a reader would cite it."""

    number: int = Field(description="the [n] of the answer")
    source: str = Field(description="the file's name")
    source_id: str
    source_title: str | None = Field(description="what the file is called as a publication")
    document_id: str
    title: str
    section: str | None = Field(description="the heading in the document that the words stand below")
    date: str | None = Field(description="ISO 8601, as exact as the document gives it")
    kind: str | None
    participants: list[str]
    start_char: int
    end_char: int
    archive_reference: str | None
    url: str = Field(description="the reader, opened at this passage")
    boxes_url: str | None = Field(
        description="where on its pages the passage stands; null where they cannot be shown"
    )
    boxes: list[PageBoxes] | None = Field(
        None, description="the same; null also where `boxes_url` has to be asked"
    )
    also_in: list[AlsoIn] = Field(description="the same passage elsewhere, folded into this one")


class PassageScores(ResponseModel):
    """The score by each method that found the passage; null where one did not."""

    dense: float | None = Field(description="cosine of the question's and the passage's vectors")
    lexical: float | None = Field(description="BM25")
    late_interaction: float | None = None
    rerank: float | None = Field(None, description="the cross-encoder's, where one is configured")


class RankedPassage(ResponseModel):
    """One search result, best first."""

    rank: int
    score: float
    scores: PassageScores
    text: str = Field(description="the passage, tidied for display")
    highlights: list[tuple[int, int]] = Field(description="ranges of `text` that bear on the question")
    citation: Citation


class Quote(CitedPages):
    """Words of the answer that stand in a source, with the pages of these very words."""

    citation: int = Field(description="the number of the passage's citation")
    text: str
    start_char: int
    end_char: int
    match: Literal["exact", "normalised"]


class QuotePiece(Quote):
    """A quote as a part of the answer, with the sentences around it."""

    type: Literal["quote"] = "quote"
    before: str = Field(description="the sentence before it in its passage; empty where there is none")
    after: str
    boxes_url: str | None = Field(description="where on the page they stand; null where it cannot be shown")
    boxes: list[PageBoxes] | None = Field(
        None, description="the same; null also where `boxes_url` has to be asked"
    )
    marks: list[tuple[int, int]] = Field(
        description="ranges of `text` that give the number or date asked for, or hold the words searched for"
    )


class WordsPiece(BaseModel):
    """Words that are no quote: a sentence of a language model, a refusal, or a notice beside the answer."""

    type: Literal["words"] = "words"
    text: str
    role: Literal["sentence", "attribution", "fact", "refusal", "notice"]
    citations: list[int] = Field(description="the passages that a sentence rests on")


class AnswerText(ResponseModel):
    """The answer itself."""

    text: str = Field(description="made from the pieces, each reference as [n]; no other [n] is in it")
    form: Literal["extract", "overview", "list", "facts", "none"]
    kind: Literal["extractive", "generated", "none"]
    pieces: list[QuotePiece | WordsPiece] = Field(description="the answer, in order")
    quotes: list[Quote]
    total: int | None = Field(
        None, description="of an overview or a list: how many papers are found, shown or not"
    )
    rule: str | None = Field(None, description="of an overview or a list: how the papers were taken")
    notice: str | None = Field(
        None, description="how the answer came about, where a language model failed or was corrected"
    )


class IndexState(ResponseModel):
    """The index that was asked."""

    generation: int
    model: str
    passages: int


class AskedDates(ResponseModel):
    """A time that the question asks of: its papers are ranked higher; of a list, they alone are taken."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    first_day: str | None = Field(alias="from", description="ISO day, inclusive; null where it is open")
    last_day: str | None = Field(alias="to", description="ISO day, inclusive; null where it is open")
    text: str = Field(description="the words of the question that say so")


class Interpretation(ResponseModel):
    """What was understood of the question, beside its words."""

    dates: list[AskedDates] = Field(description="in the order of the question")
    also_searched: dict[str, list[str]] = Field(
        description="for words of the question, those of the documents that were searched, too, or instead"
    )
    language: str | None = Field(
        None, description="of the question, an ISO 639-1 code; null where it is too short to tell"
    )
    participants: list[str] = Field(
        [], description="of a list: participants by whom documents were taken, as the catalogue names them"
    )
    kinds: list[str] = Field([], description="of a list: kinds by which documents were taken")
    mode: Mode = Field(description="whether it was answered as a question or searched for as it is written")


class ValueCount(ResponseModel):
    """A value that documents can be filtered by."""

    value: str
    documents: int


class YearCount(ResponseModel):
    """A year in which documents begin."""

    year: int
    documents: int


class Facets(ResponseModel):
    """What documents can be filtered by: the most frequent values first, the years in order."""

    kinds: list[ValueCount]
    participants: list[ValueCount]
    years: list[YearCount]
    undated: int


class DocumentCount(ResponseModel):
    """A document of which passages are shown, and how many of it a search found."""

    document_id: str
    passages: int


class Counted(ResponseModel):
    """How much a search found, shown or not."""

    passages: int
    documents: int
    words: str = Field(description="both in a sentence, or that there is nothing and what comes near")
    is_whole: bool = Field(description="false: there may be more than the counts say")
    order: SearchOrder = Field(description="of the passages shown")
    per_document: list[DocumentCount] = Field(description="of each document shown, in order")
    facets: Facets = Field(description="what all documents found can be filtered by")
    did_you_mean: str | None = Field(
        description="the search with words that stand nowhere as others that do; null: nothing to say"
    )


class SearchResponse(ResponseModel):
    """The passages nearest to a question."""

    question: str
    passages: list[RankedPassage]
    interpretation: Interpretation
    counted: Counted | None = Field(None, description="of a search as in a catalogue")
    index: IndexState
    timings_ms: dict[str, float]


class AskResponse(ResponseModel):
    """An answer in the documents' own words, and the passages it stands on."""

    question: str
    standalone_question: str = Field(description="the question with its follow-up references resolved")
    answerable: bool
    confidence: float = Field(description="calibrated probability that the passages hold the answer")
    answer: AnswerText
    passages: list[RankedPassage]
    interpretation: Interpretation
    counted: Counted | None = Field(None, description="of a search as in a catalogue")
    index: IndexState
    timings_ms: dict[str, float]


class SourceInfo(ResponseModel):
    """A file in the index."""

    id: str = Field(description="made from the file's bytes")
    name: str
    copies: list[str] = Field(description="further names under which the same bytes were added")
    media_type: str
    size_bytes: int
    title: str | None
    words: str = Field(description="what to call it: its title, else what it begins with, and when")
    authors: list[str]
    publisher: str | None
    place: str | None
    year: str | None
    rights: str | None
    edited: list[str] = Field(description="what of title to rights a person has said, not the file")
    characters: int
    documents: int
    passages: int
    added_at: dt.datetime
    original_url: str | None = Field(description="the file as it came; null where it is not kept")
    notices: list[str] = Field(description="what may be read wrongly or was left out, in a line each")


Line = Annotated[str, StringConstraints(max_length=MAX_CHARS)]


class SourceDescription(RequestModel):
    """What a person says of a file; what is left out stays, null takes back what was said before."""

    title: Line | None = None
    authors: list[Line] | None = Field(None, max_length=MAX_AUTHORS)
    publisher: Line | None = None
    place: Line | None = Field(None, description="where it was published")
    year: Line | None = Field(None, description="of publication, or a span")
    rights: Line | None = None


class SourceList(ResponseModel):
    """A part of the files in the index, by name."""

    sources: list[SourceInfo]
    total: int
    offset: int
    limit: int


class JobProgress(ResponseModel):
    """How far a job is."""

    passages_done: int
    passages_total: int | None = Field(
        description="null until the file is split into passages; those encoded before do not count"
    )
    pages_done: int = Field(description="pages read by OCR")
    pages_total: int | None = Field(description="pages that need it; null where the job reads none")


class SourceChange(ResponseModel):
    """What an ingest came to; the counts are of the source as it stands in the index."""

    status: Literal["added", "replaced", "unchanged", "copy"]
    documents: int
    passages: int
    tokens: int
    copy_of: str | None = Field(description="for a copy: the name under which the same bytes were known")


class JobInfo(ResponseModel):
    """A file on its way into the index, or a change to one. It outlives a restart of the service."""

    id: str
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    is_cancelling: bool = Field(description="it ends at its next safe point")
    attempts: int = Field(
        description="how often it was begun; the third time that it ends the service is the last"
    )
    source_id: str | None = Field(description="null until the file is read")
    source_name: str
    progress: JobProgress
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    change: SourceChange | None = Field(description="what it came to")
    problem: Problem | None = Field(description="why it failed")
    url: str = Field(description="where to ask again")


class JobList(ResponseModel):
    """A part of the jobs that are remembered, the newest first."""

    jobs: list[JobInfo]
    total: int
    offset: int
    limit: int


class PagesToFetch(RequestModel):
    """Pages of the web that are to be indexed."""

    urls: list[Annotated[str, StringConstraints(max_length=MAX_URL_CHARS)]] = Field(
        min_length=1, max_length=1_000, description="of http or https"
    )


class Refused(ResponseModel):
    """One of several that was not taken."""

    name: str = Field(description="the file's path, or the page's address, as it was given")
    problem: Problem


class Accepted(ResponseModel):
    """What became of several that were sent together, each in the order in which they came."""

    jobs: list[JobInfo] = Field(description="one for each that was taken")
    refused: list[Refused]


class AuditEntry(ResponseModel):
    """One thing that was done; entries are numbered from 1 without gaps."""

    number: int
    at: dt.datetime
    actor: str = Field(description="a key's name, or a user of the machine; empty: somebody without a key")
    door: str = Field(description="what it was done through", examples=["http", "command line", "python"])
    request_id: str = Field(description="of the request that asked for it; empty: it was none")
    action: Action
    subject: str = Field(description="the name of the source or the key")
    subject_id: str


class AuditList(ResponseModel):
    """A part of who did what, the newest first."""

    entries: list[AuditEntry]
    total: int
    offset: int
    limit: int


class DocumentSummary(ResponseModel):
    """What a reader would cite: a telegram in a book of telegrams, a chapter, a whole file."""

    id: str
    title: str
    date: str | None = Field(description="ISO 8601, as exact as the document gives it")
    date_from: str | None = Field(description="the first full day the date may mean")
    date_to: str | None = Field(description="the last full day the date may mean")
    kind: str | None
    participants: list[str]
    secrecy: str | None
    archive_reference: str | None
    publication_reference: str | None
    source: str = Field(description="the file's name")
    source_id: str
    ordinal: int = Field(description="place among the file's documents, from 0")
    start_char: int
    end_char: int
    passages: int
    url: str = Field(description="the reader")


class DocumentList(ResponseModel):
    """A part of the documents, in the order of their files."""

    documents: list[DocumentSummary]
    total: int
    offset: int
    limit: int
    next: str | None = Field(description="what to give as `after` for the next part; null at the end")


class PageInfo(ResponseModel):
    """A page, or the part of it that a document takes."""

    label: str
    method: Literal["printed", "contents", "estimated"]
    margin: int = Field(
        description="for an estimated page: pages it may be off; 0: its place in a file without numbers"
    )
    position: int | None = Field(
        description="which of the file's own pages it is, from 1, whatever is printed on it"
    )
    start_char: int
    end_char: int


class Neighbour(ResponseModel):
    """The document before or after."""

    id: str
    title: str


class DocumentDetail(DocumentSummary):
    """A document with its pages and its neighbours in the file."""

    pages: list[PageInfo]
    previous: Neighbour | None
    next: Neighbour | None
    text: str | None = Field(None, description="the whole text, where it was asked for")


class PageText(PageInfo):
    """What of a document stands on one page."""

    document_id: str
    text: str
    previous: str | None = Field(description="the label of the page before, within the document")
    next: str | None = Field(description="the label of the page after, within the document")


class NameQuery(RequestModel):
    """Which of the names that stand in the texts are wanted."""

    kind: Literal["person", "place"] = "person"
    after: str = Field("", max_length=MAX_CHARS, description="the `next` of the part before")
    limit: int = Field(100, ge=1, le=1_000)


class NameInfo(ResponseModel):
    """A person or a place that stands in the texts."""

    name: str
    forms: list[str] = Field(description="how texts have it, the most frequent first")
    documents: int = Field(description="in how many it stands")
    is_exact: bool = Field(description="whether it is so many; else at least so many")


class NameList(ResponseModel):
    """A part of the names, by the alphabet: persons by their surnames."""

    names: list[NameInfo]
    next: str | None = Field(description="what the part after this one follows on; null for the last")


class CollectionInfo(ResponseModel):
    """One library of the service: its name in addresses, what is said of it, and how much it holds."""

    name: str
    title: str
    description: str
    is_default: bool = Field(description="whether it is the one that needs no name")
    sources: int | None = Field(description="null, as the next two, where its index cannot be opened")
    documents: int | None
    passages: int | None
    url: str = Field(description="its page; its API stands at `/v1/collections/NAME/`")


class CollectionList(BaseModel):
    """The collections that the caller may see, the default one first."""

    collections: list[CollectionInfo]


class NewCollection(WithoutNulls, RequestModel):
    """A collection to be made."""

    name: CollectionName
    title: str = Field("", max_length=200)
    description: str = Field("", max_length=2_000)
