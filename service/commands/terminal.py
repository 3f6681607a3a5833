"""How answers and settings look in a terminal, or where they are piped to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.commands.lists import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.answer import Answer, Citation, Quote, RankedPassage, SearchResult
    from service.settings import LoadedSettings

_INDENT = 4  # the width of "[1] "
_UNBROKEN = 1_000_000  # characters of a line, more than a passage or a setting has


def console() -> Console:
    """Return what prints to standard output; where that is no terminal, no line is broken."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=_UNBROKEN)


def print_answer(console: Console, answer: Answer) -> None:
    """Print the answer, then each passage it cites, or the nearest ones where there is no answer."""
    console.print()
    if answer.standalone_question != answer.question:
        console.print(Text(f"Understood as: {answer.standalone_question}", style="dim"))
        console.print()
    console.print(Text(answer.text, style="bold" if answer.answerable else "yellow"))
    console.print()
    for line in filter(None, (answer.rule, answer.notice)):
        console.print(Text(line, style="dim"))
        console.print()
    cited = {citation.number for piece in answer.pieces for citation in piece.citations}
    shown = [one for one in answer.passages if one.rank in cited] if cited else answer.passages
    if answer.form in ("overview", "list", "facts"):
        # its words stand above, each under its paper: only where to find them is left to tell
        for passage in shown:
            number = Text(f"[{passage.rank}] ".rjust(_INDENT + 1), style="cyan")
            console.print(
                number
                + Text(
                    _place(passage) if answer.form == "list" and not answer.counted else str(passage.citation)
                )
            )
        console.print()
        shown = []
    if not answer.answerable and shown:
        console.print(Text("The nearest passages:", style="dim"))
        console.print()
    for passage in shown:
        quotes = [quote for quote in answer.quotes if quote.citation.number == passage.rank]
        texts = [_quotation(quote) for quote in quotes] or [_marked(passage)]
        _print_cited(console, passage, quotes[0].citation if quotes else passage.citation, texts)
    is_search = answer.interpretation.mode == "search"
    _print_footer(
        console,
        *([] if is_search else [f"confidence {answer.confidence:.0%}"]),
        f"{answer.index.passages:,} passages",
        f"{answer.timings_ms.get('total', 0):.0f} ms",
    )


def print_search(console: Console, result: SearchResult) -> None:
    """Print each passage under its citation, below what a search counted."""
    console.print()
    if result.counted:
        console.print(Text(result.counted.words, style="bold" if result.passages else "yellow"))
        console.print()
    for passage in result.passages:
        score = f"score {passage.hit.score:.3f}"
        _print_cited(console, passage, passage.citation, [_marked(passage)], score)
    if not result.passages and not result.counted:
        console.print(Text("No passage fits; widen the filters, or see `dossier sources`.", style="yellow"))
    _print_footer(
        console, f"{result.index.passages:,} passages", f"{result.timings_ms.get('total', 0):.0f} ms"
    )


def print_settings(console: Console, loaded: LoadedSettings) -> None:
    """Print every setting with its value, where that comes from, and what it means."""
    values = loaded.settings.model_dump(mode="json")
    header = ("setting", "value", "from", "meaning")
    rows = [
        (name, shown_value(values[name]), loaded.origins[name], field.description or "")
        for name, field in type(loaded.settings).model_fields.items()
    ]
    if not console.is_terminal:
        print_table(header, rows)
        return
    table = Table(*header, box=None, pad_edge=False, header_style="dim")
    for name, value, origin, meaning in rows:
        style = "dim" if origin == "default" else "bold"
        table.add_row(name, Text(value, style=style), Text(origin, style=style), Text(meaning))
    console.print(table)


def shown_value(value: object) -> str:
    """Return a setting's value, as JSON has it, as a line."""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    return "unset" if value is None else str(value)


def _print_cited(
    console: Console, passage: RankedPassage, citation: Citation, texts: Sequence[Text], *more: str
) -> None:
    metadata = citation.place.document.metadata
    number = f"[{citation.number}]".ljust(_INDENT)
    console.print(Text(number, style="cyan") + Text(citation.with_section(citation.title), style="bold"))
    page = citation.page_words if citation.page else None
    source = citation.source_title or citation.place.source_name
    place = [page, citation.ocr_words, metadata.archive_reference, source]
    facts = [citation.date, metadata.kind, *place]
    _indented(console, Text(" · ".join(fact for fact in (*facts, *more) if fact), style="dim"))
    if passage.hit.also_in:
        others = dict.fromkeys(
            f"{place.source_name} p. {place.passage.page.label}" if place.passage.page else place.source_name
            for place in passage.hit.also_in
        )
        _indented(console, Text("also in " + ", ".join(others), style="dim"))
    for text in texts:
        _indented(console, text)
    console.print()


def _quotation(quote: Quote) -> Text:
    """Return the quote, what it was asked for in bold."""
    return Text.assemble("“", *((part, "bold" if is_marked else "") for part, is_marked in quote.parts), "”")


def _place(passage: RankedPassage) -> str:
    """Return where a document of a list is kept: its title, date and page stand above its words."""
    place = passage.citation.place
    return " · ".join(filter(None, (place.document.metadata.archive_reference, place.source_name)))


def _marked(passage: RankedPassage) -> Text:
    """Return the passage without its empty lines, the question's words in bold."""
    text = Text(passage.text)
    for span in passage.highlights:
        text.stylize("bold", span.start_char, span.end_char)
    lines = [line for line in text.split("\n") if line.plain.strip()]
    return Text("\n").join(lines)


def _indented(console: Console, text: Text) -> None:
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, _INDENT), expand=False))
        return
    for line in text.split("\n", allow_blank=True):  # each as long as it is, without blanks to its right
        console.print(" " * _INDENT, line, sep="") if line else console.print()


def _print_footer(console: Console, *facts: str) -> None:
    console.print(Text(" · ".join(facts), style="dim"))
