"""Prompts that a person picks in an agent's own menu: what to do with the tools, in words."""

from typing import Annotated

from pydantic import Field

_CITE = (
    "Cite title, date and page with what you take from there, and say so where a page is estimated. "
    "Where the documents do not answer, say that, and nothing from memory."
)


def answer(question: Annotated[str, Field(description="in plain language")]) -> str:
    """Answer a question from the documents, with citations."""
    return (
        f"Answer this from the documents of the dossier server, not from memory: {question}\n\n"
        "Call `ask` first; `search_passages` and `read_pages` where its quotes leave something open. "
        f"{_CITE}"
    )


def chronology(
    topic: Annotated[str, Field(description="a matter, a person, a place")],
    date_from: Annotated[str, Field(description="a year, month or day; empty: from the first")] = "",
    date_to: Annotated[str, Field(description="the same; empty: to the last")] = "",
) -> str:
    """Tell how a matter went, paper by paper in order of time."""
    times = (f" from {date_from}" if date_from else "") + (f" to {date_to}" if date_to else "")
    return (
        f"Tell from the documents of the dossier server how this went{times}: {topic}\n\n"
        'Call `ask` with form "overview", and with "list" for what it counts and does not show; '
        f"a line for each paper, in order of time. {_CITE}"
    )


def read_document(document_id: Annotated[str, Field(description="as `list_documents` gives it")]) -> str:
    """Read a document through and say what is in it."""
    return (
        f"Read the document {document_id} with `read_pages`, all of its pages, and say what it is, "
        f"who speaks in it and what it says, page by page. {_CITE}"
    )


PROMPTS = (
    ("Answer from the documents", answer),
    ("A chronology", chronology),
    ("Read a document", read_document),
)
"""Each with its title."""
