"""The JSON of the HTTP interface, version 1. Fields may be added, none renamed."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Id = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class RequestModel(BaseModel):
    """A part of a request: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class ResponseModel(BaseModel):
    """A part of a response, made from the object that it shows."""

    model_config = ConfigDict(from_attributes=True)


class SearchFilters(RequestModel):
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
    date_from: dt.date | None = Field(None, description="first day, inclusive", examples=["1939-01-01"])
    date_to: dt.date | None = Field(None, description="last day, inclusive", examples=["1940-12-31"])

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise ValueError("date_from is after date_to")
        return self


class HistoryTurn(RequestModel):
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=100_000)


class SearchRequest(RequestModel):
    """A question whose passages are wanted."""

    question: Text = Field(examples=["What did Molotov want in return for a new Straits regime?"])
    top_k: int | None = Field(
        None, ge=1, le=50, description="passages to return; as configured, 5, if absent"
    )
    filters: SearchFilters = SearchFilters()


class AskRequest(SearchRequest):
    """A question whose answer is wanted."""

    history: list[HistoryTurn] = Field(
        [], max_length=100, description="the conversation so far, oldest first"
    )
    stream: bool = Field(False, description="true: the answer comes as server-sent events")


class AlsoIn(ResponseModel):
    """Another place where the same passage stands."""

    source: str
    source_id: str
    document_id: str
    title: str
    page: str | None
    url: str


class Citation(ResponseModel):
    """Where a passage stands, as a reader would cite it."""

    number: int = Field(description="the [n] of the answer")
    source: str = Field(description="the file's name")
    source_id: str
    document_id: str
    title: str
    date: str | None = Field(description="ISO 8601, as exact as the document gives it")
    kind: str | None
    participants: list[str]
    page: str | None = Field(description="the page a reader would cite; null where none is known")
    page_end: str | None
    page_method: Literal["printed", "contents", "estimated", "none"]
    page_margin: int = Field(description="for an estimated page: how many pages it may be off")
    start_char: int
    end_char: int
    archive_reference: str | None
    url: str = Field(description="the reader, opened at this passage")
    also_in: list[AlsoIn] = Field(description="the same passage elsewhere, folded into this one")


class PassageScores(ResponseModel):
    """The score by each method that found the passage; null where one did not."""

    dense: float | None = Field(description="cosine of the question's and the passage's vectors")
    lexical: float | None = Field(description="BM25")
    late_interaction: float | None = None
    rerank: float | None = None


class RankedPassage(ResponseModel):
    """One search result, best first."""

    rank: int
    score: float
    scores: PassageScores
    text: str = Field(description="the passage, tidied for display")
    highlights: list[tuple[int, int]] = Field(description="ranges of `text` that bear on the question")
    citation: Citation


class Quote(ResponseModel):
    """Words of the answer that stand in a source."""

    citation: int = Field(description="the number of the passage's citation")
    text: str
    start_char: int
    end_char: int
    match: Literal["exact", "normalised"]


class AnswerText(ResponseModel):
    """The answer itself."""

    text: str
    kind: Literal["extractive", "generated", "none"]
    quotes: list[Quote]


class IndexState(ResponseModel):
    """The index that was asked."""

    generation: int
    model: str
    passages: int


class SearchResponse(ResponseModel):
    """The passages nearest to a question."""

    question: str
    passages: list[RankedPassage]
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
    index: IndexState
    timings_ms: dict[str, float]


class SourceInfo(ResponseModel):
    """A file in the index."""

    id: str
    name: str
    title: str | None = None
    media_type: str
    size_bytes: int
    characters: int
    documents: int
    passages: int


class SourceList(ResponseModel):
    """The files in the index."""

    sources: list[SourceInfo]
    total: int
