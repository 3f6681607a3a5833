"""The JSON of the OpenAI-compatible interface: what is read of a request, and what is answered.

Requests are read leniently, since every client sends fields of its own; what is answered follows
OpenAI's API reference for chat completions, with Perplexity's ``citations`` and ``search_results``.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from service.api.schemas import SearchFilters, WithoutNulls
from service.questions import MAX_TOP_K


class LenientModel(WithoutNulls):
    """A part of a request: unknown fields are passed over, too."""

    model_config = ConfigDict(extra="ignore")


class ContentPart(LenientModel):
    """A part of a message; only text is read."""

    type: str = "text"
    text: str | None = None


class ChatMessage(LenientModel):
    """One message of the conversation, oldest first; `system` and `tool` messages are passed over."""

    role: str
    content: str | list[ContentPart | str] | None = None

    @property
    def text(self) -> str:
        """The message's words; parts that are no text are left out."""
        if isinstance(self.content, str) or self.content is None:
            return self.content or ""
        parts = (part if isinstance(part, str) else part.text or "" for part in self.content)
        return "\n".join(part for part in parts if part)


class StreamOptions(LenientModel):
    """What a stream carries beside the answer."""

    include_usage: StrictBool = False


class DossierOptions(LenientModel):
    """What the question is asked with; fields of this name are nobody else's."""

    top_k: int | None = Field(None, json_schema_extra={"minimum": 1, "maximum": MAX_TOP_K})
    mode: Literal["ask", "search"] | None = None
    form: Literal["extract", "overview", "list", "facts"] | None = None
    filters: SearchFilters = SearchFilters()


class ResponseFormat(LenientModel):
    """The form that an answer is to have; answers are text."""

    type: Literal["text"] = "text"


class ChatRequest(LenientModel):
    """A conversation whose last question is to be answered."""

    model: str | None = Field(
        None,
        max_length=200,
        description="`dossier/NAME` asks the collection NAME, any other name the one of the address",
    )
    messages: list[ChatMessage] = Field(min_length=1, max_length=1_000)
    stream: StrictBool = False
    stream_options: StreamOptions = StreamOptions()
    n: Literal[1] = 1
    response_format: ResponseFormat = ResponseFormat()
    tool_choice: Literal["auto", "none"] = Field("auto", description="no tool is ever called")
    modalities: list[Literal["text"]] = Field(["text"])
    dossier: DossierOptions = Field(
        DossierOptions(), description="`top_k`, `mode`, `form` and `filters`, as in `POST /v1/ask`"
    )


class UrlCitation(BaseModel):
    """A place in the answer, and where its words stand; offsets count characters."""

    start_index: int
    end_index: int
    url: str
    title: str


class Annotation(BaseModel):
    """A citation as OpenAI's own web search gives it."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class SearchResult(BaseModel):
    """A passage as Perplexity gives search results; the first is the `[1]` of the answer."""

    title: str
    url: str
    date: str | None
    snippet: str
    source: str
    page: str | None
    page_end: str | None
    ocr_confidence: float | None
    boxes_url: str | None


class AssistantMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation] = []


class Choice(BaseModel):
    """The one choice there is."""

    index: int = 0
    message: AssistantMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class Usage(BaseModel):
    """Tokens by tiktoken; nothing is charged for them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """An answer with its citations."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="seconds since 1970")
    model: str
    system_fingerprint: str | None = None
    choices: list[Choice]
    usage: Usage
    citations: list[str] = Field(description="addresses; the first is the `[1]` of the answer")
    search_results: list[SearchResult]


class ModelCard(BaseModel):
    """A model as clients list it."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ModelList(BaseModel):
    """The models there are: one for each collection."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class OpenAIError(BaseModel):
    """What went wrong, as OpenAI says it."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class ErrorBody(BaseModel):
    """An error as clients of OpenAI read it."""

    error: OpenAIError


Chunk = dict[str, Any]
"""A part of a stream: ``chat.completion.chunk``, whose fields come and go."""
