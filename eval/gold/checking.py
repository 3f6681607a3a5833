"""What is wrong with a gold file, told to the person who writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chunker.text.normalising import AlignedText, fold
from eval.gold.entries import GoldProblem, gold_form, read_entries
from eval.gold.questions import conversation_of, is_named, question_of
from eval.gold.survey import survey_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from eval.gold.entries import Fields, GoldForm
    from eval.gold.questions import GoldQuestion

_QUESTIONS_OF: Mapping[GoldForm, Callable[[Fields], Sequence[GoldQuestion]]] = {
    "questions": lambda fields: (question_of(fields),),
    "conversations": lambda fields: conversation_of(fields).turns,
    "survey": lambda fields: (survey_of(fields).question,),
}


def check_gold(path: Path, texts: Mapping[str, str]) -> tuple[GoldProblem, ...]:
    """Return everything wrong with a gold file, quotes that stand in no source included.

    ``texts`` maps source names to their texts. Quotes are compared after folding (white space,
    markup, typographic forms, case), so that only different words count as wrong.
    """
    problems: list[GoldProblem] = []
    folded = {name: fold(text) for name, text in texts.items()}
    parse = _QUESTIONS_OF[gold_form(path)]
    for line, questions in read_entries(path, parse, problems):
        for question in questions:
            problems += _quote_problems(path, line, question, folded)
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _quote_problems(
    path: Path, line: int, question: GoldQuestion, folded: Mapping[str, AlignedText]
) -> Iterator[GoldProblem]:
    for evidence in question.evidence:
        words = fold(evidence.quote).text
        beginning = f"{question.id}: the quote {evidence.quote[:40]!r}..."
        names = [name for name in folded if is_named(name, evidence.file)]
        if not names:
            yield GoldProblem(
                path.name, line, f"{beginning} names the file {evidence.file!r}, which is not here"
            )
            continue
        if not any(words in folded[name].text for name in names):
            where = evidence.file or "any source"
            found = [name for name, aligned in folded.items() if words in aligned.text]
            remedy = f"it stands in {found[0]}" if found else "copy the words from the source again"
            yield GoldProblem(path.name, line, f"{beginning} does not stand in {where}; {remedy}")
