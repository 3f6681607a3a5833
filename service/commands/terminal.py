"""How answers, sources and settings look in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.wording.phrases import page_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from service.api.schemas import AskResponse, Citation, RankedPassage, SearchResponse, SourceInfo
    from service.settings import LoadedSettings

_INDENT = 4


def print_answer(console: Console, response: AskResponse) -> None:
    """Print the answer, then each passage it cites, or the nearest ones where there is no answer."""
    console.print()
    console.print(Text(response.answer.text, style="bold" if response.answerable else "yellow"))
    console.print()
    cited = {quote.citation for quote in response.answer.quotes}
    shown = [one for one in response.passages if one.citation.number in cited] if cited else response.passages
    if not response.answerable and shown:
        console.print(Text("The nearest passages:", style="dim"))
        console.print()
    for passage in shown:
        quotes = [quote.text for quote in response.answer.quotes if quote.citation == passage.citation.number]
        _print_cited(
            console, passage.citation, [Text(f"“{quote}”") for quote in quotes] or [_marked(passage)]
        )
    _print_footer(
        console,
        f"confidence {response.confidence:.0%}",
        f"{response.index.passages:,} passages",
        f"{response.timings_ms.get('total', 0):.0f} ms",
    )


def print_search(console: Console, response: SearchResponse) -> None:
    """Print each passage under its citation."""
    console.print()
    for passage in response.passages:
        _print_cited(console, passage.citation, [_marked(passage)], score=passage.score)
    if not response.passages:
        console.print(Text("No passage fits; widen the filters, or see `dossier sources`.", style="yellow"))
    _print_footer(
        console, f"{response.index.passages:,} passages", f"{response.timings_ms.get('total', 0):.0f} ms"
    )


def print_sources(console: Console, sources: Sequence[SourceInfo]) -> None:
    """Print the files of an index as a table."""
    if not sources:
        console.print("Nothing is indexed yet: `dossier index PATH` indexes a file or a folder.")
        return
    table = Table("id", "source", box=None, pad_edge=False, header_style="dim")
    for name in ("documents", "passages", "characters"):
        table.add_column(name, justify="right")
    for source in sources:
        names = Text(source.name) + Text("".join(f"\n= {copy}" for copy in source.copies), style="dim")
        table.add_row(
            source.id, names, f"{source.documents:,}", f"{source.passages:,}", f"{source.characters:,}"
        )
    console.print(table)


def print_settings(console: Console, loaded: LoadedSettings) -> None:
    """Print every setting with its value, where that comes from, and what it means."""
    table = Table("setting", "value", "from", "meaning", box=None, pad_edge=False, header_style="dim")
    for name, field in type(loaded.settings).model_fields.items():
        origin = loaded.origins[name]
        style = "dim" if origin == "default" else "bold"
        value = Text(shown_value(getattr(loaded.settings, name)), style=style)
        table.add_row(name, value, Text(origin, style=style), Text(field.description or ""))
    console.print(table)


def shown_value(value: object) -> str:
    """Return a setting's value as a line; keys stay hidden."""
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "none"
    return "unset" if value is None else str(value)


def page_text(citation: Citation) -> str | None:
    """Return the page as a reader would cite it, None for no page."""
    if citation.page is None:
        return None
    return page_words(citation.page, citation.page_end, citation.page_method, citation.page_margin)


def _print_cited(
    console: Console, citation: Citation, texts: Sequence[Text], *, score: float | None = None
) -> None:
    number = f"[{citation.number}]".ljust(_INDENT)
    console.print(Text(number, style="cyan") + Text(citation.title, style="bold"))
    facts = [citation.date, citation.kind, page_text(citation), citation.archive_reference, citation.source]
    if score is not None:
        facts.append(f"score {score:.3f}")
    _indented(console, Text(" · ".join(fact for fact in facts if fact), style="dim"))
    if citation.also_in:
        others = dict.fromkeys(
            f"{other.source} p. {other.page}" if other.page else other.source for other in citation.also_in
        )
        _indented(console, Text("also in " + ", ".join(others), style="dim"))
    for text in texts:
        _indented(console, text)
    console.print()


def _marked(passage: RankedPassage) -> Text:
    """Return the passage without its empty lines, the question's words in bold."""
    text = Text(passage.text)
    for start, end in passage.highlights:
        text.stylize("bold", start, end)
    lines = [line for line in text.split("\n") if line.plain.strip()]
    return Text("\n").join(lines)


def _indented(console: Console, text: Text) -> None:
    console.print(Padding(text, (0, 0, 0, _INDENT), expand=False))


def _print_footer(console: Console, *facts: str) -> None:
    console.print(Text(" · ".join(facts), style="dim"))
