"""What the tools of the Model Context Protocol return: short enough for a context, cited throughout."""

from typing import Literal

from pydantic import BaseModel, Field


class CitedPlace(BaseModel):
    """Where words stand, as a reader would cite it."""

    title: str
    section: str | None = Field(description="the heading in the document that the words stand below")
    date: str | None = Field(description="ISO 8601, as exact as the document gives it")
    page: str | None = Field(description="the page to cite; null where none is known")
    page_end: str | None = Field(description="where these words end; the same where they stand on one page")
    page_is_estimated: bool = Field(description="true: the page may be off, say so when citing it")
    ocr_confidence: float | None = Field(
        description="0 to 1, how sure the reading of these words from a scan is; null: they are from none"
    )
    source: str = Field(description="the file's title as a publication, or else its name")
    archive_reference: str | None
    document_id: str = Field(description="for read_pages")
    url: str = Field(description="the reader, opened at these words")
    boxes_url: str | None = Field(
        description="GET: where on the pictures of its pages they stand; null where these cannot be shown"
    )


class CitedQuote(CitedPlace):
    """Words of the answer that stand in a document to the letter."""

    number: int = Field(description="the [n] of the answer")
    text: str


class CitedPassage(CitedPlace):
    """A passage found for the question, best first."""

    number: int
    text: str
    score: float


class AskResult(BaseModel):
    """An answer, or the plain statement that the documents do not give one."""

    standalone_question: str
    answerable: bool = Field(description="false: the documents do not answer it; do not answer from memory")
    confidence: float = Field(description="probability that the passages hold the answer")
    answer: str
    kind: Literal["extractive", "generated", "none"]
    form: Literal["extract", "overview", "list", "facts", "none"]
    mode: Literal["ask", "search"] = Field(description="search: the words were looked for as written")
    total: int | None = Field(description="of an overview or a list: papers found, shown or not")
    rule: str | None = Field(description="of an overview or a list: how the papers were taken")
    notice: str | None
    quotes: list[CitedQuote]
    passages: list[CitedPassage]


class SearchPassagesResult(BaseModel):
    """Passages nearest to a question, or found by a search, best first."""

    mode: Literal["ask", "search"] = Field(description="search: the words were looked for as written")
    counted: str | None = Field(description="of a search: how many passages and documents there are")
    passages: list[CitedPassage]


class PageOfText(BaseModel):
    """What of a document stands on one page."""

    page: str | None = Field(description="null: this text is on no known page")
    page_is_estimated: bool
    text: str


class ReadPagesResult(BaseModel):
    """Pages of a document in reading order."""

    document_id: str
    title: str
    date: str | None
    source: str
    url: str
    pages: list[PageOfText]
    all_pages: list[str] = Field(description="the labels of every page of the document")
    next_page: str | None = Field(description="where to read on; null: nothing was left out")


class ListedDocument(BaseModel):
    """A document as a list shows it."""

    document_id: str
    title: str
    date: str | None
    kind: str | None
    participants: list[str]
    source: str
    archive_reference: str | None
    url: str


class ListDocumentsResult(BaseModel):
    """A part of the documents, in the order of their files."""

    documents: list[ListedDocument]
    total: int
    next_offset: int | None = Field(description="where the list goes on; null: it ends here")


class ListedCollection(BaseModel):
    """One library."""

    name: str
    title: str
    description: str


class ListCollectionsResult(BaseModel):
    """The libraries there are."""

    collections: list[ListedCollection]
