"""`dossier ask` and `dossier search`."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.options import (
    DataOption,
    FromOption,
    JsonOption,
    KindOption,
    ParticipantOption,
    SourceOption,
    ToOption,
    TopKOption,
    filters_from,
    settings_from,
)

if TYPE_CHECKING:
    from service.settings import Settings

QuestionArgument = Annotated[str, typer.Argument(help="In plain words; put it in quotation marks.")]


def ask(
    question: QuestionArgument,
    *,
    top_k: TopKOption = None,
    date_from: FromOption = None,
    date_to: ToOption = None,
    kind: KindOption = None,
    participant: ParticipantOption = None,
    source: SourceOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Answer a question in the documents' own words, with document, date and page.

    \b
      dossier ask "What did Molotov want in return for a new Straits regime?"
      dossier ask "Who met in Berlin?" --from 1940-11 --to 1940-12 --participant Molotov
    """  # noqa: D301 - \\b is how click is told to keep lines
    from rich.console import Console

    from service.api.presenting import ask_response
    from service.assembly import assemble
    from service.commands.terminal import print_answer

    settings = settings_from(data=data, top_k=top_k)
    checked = _checked(question, settings)
    filters = filters_from(
        date_from=date_from, date_to=date_to, kinds=kind, participants=participant, sources=source
    )
    dossier = assemble(settings, read_only=True)
    answer = dossier.answerer.ask(checked, top_k=settings.top_k, filters=filters.as_filters())
    response = ask_response(answer)
    if as_json:
        typer.echo(response.model_dump_json(indent=2))
    else:
        print_answer(Console(), response)


def search(
    question: QuestionArgument,
    *,
    top_k: TopKOption = None,
    date_from: FromOption = None,
    date_to: ToOption = None,
    kind: KindOption = None,
    participant: ParticipantOption = None,
    source: SourceOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Show the passages nearest to a question, without an answer."""
    from rich.console import Console

    from service.api.presenting import search_response
    from service.assembly import assemble
    from service.commands.terminal import print_search

    settings = settings_from(data=data, top_k=top_k)
    checked = _checked(question, settings)
    filters = filters_from(
        date_from=date_from, date_to=date_to, kinds=kind, participants=participant, sources=source
    )
    dossier = assemble(settings, read_only=True)
    response = search_response(
        dossier.answerer.search(checked, top_k=settings.top_k, filters=filters.as_filters())
    )
    if as_json:
        typer.echo(response.model_dump_json(indent=2))
    else:
        print_search(Console(), response)


def _checked(question: str, settings: "Settings") -> str:
    question = question.strip()
    if not question:
        raise typer.BadParameter("the question is empty")
    if len(question) > settings.max_question_chars:
        raise typer.BadParameter(
            f"the question has {len(question):,} characters, at most {settings.max_question_chars:,} may be"
        )
    return question
