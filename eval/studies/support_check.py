"""Measures the check of a model's sentences: how many true ones it drops, how many false ones it keeps.

    python -m eval.studies.support_check --data data --external FOLDER --external FOLDER … [--show]

The answers that people gave to the gold questions are the reply, each sentence cited with the passages that
hold the evidence; of other sets, which have no worded answers, the reply is the sentence in which the
answer stands, said otherwise by rule. Each is then made false in one place: a number changed, a name swapped
for another of the passages, a negation put in or taken out. Sentences of other questions' answers, cited with
this question's passages, and short claims about who is named in these are the last kinds.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from chunker.text.sentences import sentence_spans
from eval.gold.evidence import locate
from eval.gold.external import read_external
from eval.gold.questions import load_questions
from eval.measures.matching import found_pieces
from eval.measures.response import response_from_answer
from eval.reports.tables import markdown_rows
from eval.runs.opening import open_data_folder, open_external
from eval.studies.falsifying import falsified, said_otherwise
from eval.studies.short_claims import nouns_of, short_claims
from service.language_model.naming import is_same_name, plain, read_names
from service.language_model.support import fault_of, known_of, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eval.gold.evidence import LocatedQuestion, SourceTexts
    from eval.runs.opening import Opened
    from service.answer import RankedPassage
    from service.language_model.support import Fault, Surroundings

GOLD = Path(__file__).parents[1] / "data" / "questions.jsonl"
TOP_K = 10
TRUE, TRUE_CLAIM, FOREIGN = "true", "short claim, as said", "of another answer"


@dataclass(frozen=True, slots=True)
class Told:
    """The sentences of a true answer, with what they are cited to."""

    question: str
    sentences: tuple[str, ...]
    passages: tuple[RankedPassage, ...]
    cited: frozenset[int]


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence, ``true`` or in which way made false, and why it was dropped; ``None``: it was kept."""

    way: str
    text: str
    fault: Fault | None

    @property
    def is_true(self) -> bool:
        """Whether it was to be kept."""
        return self.way in (TRUE, TRUE_CLAIM)


def told_in(opened: Opened, questions: Sequence[LocatedQuestion], *, is_worded: bool) -> list[Told]:
    """Ask each question and return its true answer; those whose evidence is not found are left out."""
    found = []
    for question in questions:
        if not question.gold.is_answerable:
            continue
        answer = opened.dossier.ask(question.gold.question, top_k=TOP_K)
        pieces = found_pieces(question, response_from_answer(answer).passages)
        cited = frozenset(passage.rank for passage, held in zip(answer.passages, pieces, strict=True) if held)
        text = question.gold.answer
        sentences = tuple(text[span.start_char : span.end_char] for span in sentence_spans(text))
        if not is_worded:
            sentences = _sentence_of_evidence(question, opened.sources)
        if cited and sentences:
            found.append(Told(question.gold.question, sentences, answer.passages, cited))
    return found


def _sentence_of_evidence(question: LocatedQuestion, sources: SourceTexts) -> tuple[str, ...]:
    place = question.evidence[0].places[0]
    text = sources.texts[place.source_name]
    for span in sentence_spans(text):
        if span.start_char <= place.start_char and place.end_char <= span.end_char:
            return (said_otherwise(text[span.start_char : span.end_char]),)
    return ()


def judge(answers: Sequence[Told]) -> list[Judged]:
    """Return what the check says of every true sentence and of every false one made of it."""
    judged = []
    for told, other in pairwise([*answers, *answers[:1]]):
        around = surroundings(told.question, told.passages)
        known = {passage.rank: known_of(passage) for passage in told.passages}
        cited = [known[rank] for rank in sorted(told.cited)]
        for sentence in told.sentences:
            judged.append(Judged(TRUE, sentence, fault_of(sentence, cited, around)))
            for way, text in _false_ones(sentence, told, around):
                judged.append(Judged(way, text, fault_of(text, cited, around)))
        judged += [Judged(FOREIGN, text, fault_of(text, cited, around)) for text in other.sentences]
        nouns = [noun for passage in other.passages for noun in nouns_of(passage.text)]
        for claim in short_claims(cited[0], around, nouns):
            judged.append(Judged(claim.way, claim.text, fault_of(claim.text, cited[:1], around)))
    return judged


def _false_ones(sentence: str, told: Told, around: Surroundings) -> Iterator[tuple[str, str]]:
    names = read_names(sentence, capitals=around.capitals, lower=around.lower)
    own = [name.plain for name in names]
    families = {family for name in names for family in name.families}

    def others(passages: list[RankedPassage]) -> list[str]:
        return sorted(
            {
                name.text
                for passage in passages
                for name in read_names(passage.text, capitals=around.capitals, lower=around.lower)
                if name.text[0].isupper()
                and len(name.plain) > 3
                and name.plain not in around.lower
                and not name.families & families
                and not any(is_same_name(name.plain, one) for one in own)
            }
        )

    cited = others([one for one in told.passages if one.rank in told.cited])
    held = {plain(name) for name in cited}
    elsewhere = [
        name
        for name in others([one for one in told.passages if one.rank not in told.cited])
        if not any(is_same_name(plain(name), one) for one in held)
    ]
    spans = [(name.start_char, name.end_char) for name in names]
    return ((one.way, one.text) for one in falsified(sentence, spans, cited, elsewhere))


def rows_of(judged: Sequence[Judged]) -> list[list[str]]:
    """Return one row a way: how many sentences, and the share that was dropped."""
    rows = [["sentences", "n", "dropped"]]
    false_ones = [one for one in judged if one.way != FOREIGN and not one.is_true]
    ways = dict.fromkeys([TRUE, *sorted({one.way for one in judged})])
    rows += [_row(way, [one for one in judged if one.way == way]) for way in ways]
    rows.append(_row("false, all ways but the last", false_ones))
    return rows


def _row(name: str, judged: Sequence[Judged]) -> list[str]:
    dropped = sum(one.fault is not None for one in judged)
    return [name, str(len(judged)), f"{dropped / max(1, len(judged)):.3f}"]


def main() -> None:
    """Print the shares, and with ``--show`` every true sentence dropped and every false one kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="data folder with the gold's sources")
    parser.add_argument("--external", type=Path, action="append", default=[], help="folder of another set")
    parser.add_argument("--limit", type=int, default=200, help="questions of each other set")
    parser.add_argument("--show", action="store_true", help="print the sentences that are judged wrongly")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        opened = stack.enter_context(open_data_folder(arguments.data))
        gold = locate(load_questions(GOLD), opened.sources)
        _print("development gold", judge(told_in(opened, gold, is_worded=True)), show=arguments.show)
        for folder in arguments.external:
            other = read_external(folder, limit=arguments.limit)
            opened = stack.enter_context(open_external(other))
            _print(other.name, judge(told_in(opened, other.questions, is_worded=False)), show=arguments.show)


def _print(title: str, judged: Sequence[Judged], *, show: bool) -> None:
    print(f"\n{title}\n")
    columns, *rows = rows_of(judged)
    print(markdown_rows(columns, rows))
    for one in judged if show else ():
        if one.is_true == (one.fault is not None):
            print(f"  {one.way}: {one.fault or 'kept'}: {one.text}")


if __name__ == "__main__":
    main()
