"""`dossier ask` and `dossier search`."""

from typing import Annotated

import typer

from service.commands.options import (
    DataOption,
    FormOption,
    FromOption,
    JsonOption,
    KindOption,
    ModeOption,
    OrderOption,
    ParticipantOption,
    SourceOption,
    ToOption,
    TopKOption,
    check_filters,
    filters_from,
    settings_from,
)

NOT_ANSWERED = 3
"""The exit code where the documents do not answer."""

QuestionArgument = Annotated[str, typer.Argument(help="In plain words; put it in quotation marks.")]


def ask(
    question: QuestionArgument,
    *,
    top_k: TopKOption = None,
    mode: ModeOption = None,
    order: OrderOption = "relevance",
    form: FormOption = None,
    date_from: FromOption = None,
    date_to: ToOption = None,
    kind: KindOption = None,
    participant: ParticipantOption = None,
    source: SourceOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Answer a question in the documents' own words, with document, date and page.

    What has the form of a catalogue's query is looked for as it is written: "exact phrase", -word, word*,
    AND, OR, NOT, brackets, or a single name.

    \b
      dossier ask "What did Molotov want in return for a new Straits regime?"
      dossier ask "Who met in Berlin?" --from 1940-11 --to 1940-12 --participant Molotov
      dossier ask '"Montreux Convention" -Japan'

    The exit code is 0 where the documents answer and 3 where they do not; 2 where the question cannot be
    asked, and 1 where anything else is wrong.
    """  # noqa: D301 - \\b is how click is told to keep lines
    from service.commands.terminal import console, print_answer
    from service.dossier import Dossier
    from service.questions import QuestionRules, checked_question

    filters = filters_from(
        date_from=date_from, date_to=date_to, kinds=kind, participants=participant, sources=source
    )
    settings = settings_from(data=data)
    # before the model is loaded, which takes its time
    checked_question(question, QuestionRules.of(settings), top_k=top_k, filters=filters)
    with Dossier.open(settings=settings, read_only=True) as dossier:
        with dossier.snapshot() as snapshot:
            check_filters(snapshot, filters)
        answer = dossier.ask(
            question,
            top_k=top_k,
            mode=mode,
            form=form,
            order=order,
            filters=filters,
        )
        if as_json:  # HTTP's own forms take longer to load than all else
            from service.api.boxes import BoxesInTime
            from service.api.presenting import ask_response

            typer.echo(ask_response(answer, boxes_of=BoxesInTime(dossier)).model_dump_json(indent=2))
        else:
            print_answer(console(), answer)
    if not answer.answerable:
        raise typer.Exit(NOT_ANSWERED)


def search(
    question: QuestionArgument,
    *,
    top_k: TopKOption = None,
    mode: ModeOption = None,
    order: OrderOption = "relevance",
    date_from: FromOption = None,
    date_to: ToOption = None,
    kind: KindOption = None,
    participant: ParticipantOption = None,
    source: SourceOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Show the passages nearest to a question, or those that hold the words of a catalogue's query."""
    from service.commands.terminal import console, print_search
    from service.dossier import Dossier
    from service.questions import QuestionRules, checked_question

    filters = filters_from(
        date_from=date_from, date_to=date_to, kinds=kind, participants=participant, sources=source
    )
    settings = settings_from(data=data)
    # before the model is loaded, which takes its time
    checked_question(question, QuestionRules.of(settings), top_k=top_k, filters=filters)
    with Dossier.open(settings=settings, read_only=True) as dossier:
        with dossier.snapshot() as snapshot:
            check_filters(snapshot, filters)
        result = dossier.search(
            question,
            top_k=top_k,
            mode=mode,
            order=order,
            filters=filters,
        )
        if as_json:
            from service.api.boxes import BoxesInTime
            from service.api.presenting import search_response

            typer.echo(search_response(result, boxes_of=BoxesInTime(dossier)).model_dump_json(indent=2))
        else:
            print_search(console(), result)
