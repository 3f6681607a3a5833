"""What typing errors in questions cost, and what searching for the words that were meant brings back.

Run as ``python -m eval.studies.typing_errors``. One content word of each answerable question, a name if it
has one, gets one error: a letter exchanged for another, two transposed, one left out or one doubled, never
the first. Questions as they are and questions with the error are put to the ranking with and without
:mod:`embeddings.ranking.spelling`; as they are, nothing must be lost. The errors depend on the seed alone.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.ranking.retriever import RetrievalSettings
from embeddings.terms import STOPWORDS
from eval.errors import EvalError
from eval.measures.statistics import compare_paired
from eval.reports.tables import Table, table_markdown
from eval.runs.progress import shown_progress
from eval.runs.run import values_of
from eval.studies.asking_variants import ask_all_ways, read_gold, read_other
from eval.studies.variants import Variant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.gold.external import QuestionSet
    from eval.runs.run import EvaluatedQuestion

GOLD = Path("eval/data/questions.jsonl")
CORPUS = Path("corpus")
_WORD = re.compile(r"[^\W\d_]{5,}")  # shorter ones change their meaning with a letter
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
ERRORS = ("substitution", "transposition", "omission", "doubling")


def with_error(question: str, *, kind: str, chance: random.Random) -> str:
    """Return ``question`` with one error of a kind in one content word, a name where it has one.

    The question itself where it has no word of five letters.
    """
    words = [match for match in _WORD.finditer(question) if match[0].lower() not in STOPWORDS]
    names = [match for match in words if match.start() and match[0][0].isupper()]
    if not words:
        return question
    word = chance.choice(names or words)
    return question[: word.start()] + mistyped(word[0], kind=kind, chance=chance) + question[word.end() :]


def mistyped(word: str, *, kind: str, chance: random.Random) -> str:
    """Return ``word``, of at least three letters, with one error after its first letter."""
    if kind == "transposition":
        places = [i for i in range(1, len(word) - 1) if word[i] != word[i + 1]]
        at = chance.choice(places) if places else len(word) - 2
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    at = chance.randrange(1, len(word))
    if kind == "omission":
        return word[:at] + word[at + 1 :]
    if kind == "doubling":
        return word[: at + 1] + word[at:]
    other = chance.choice([letter for letter in _LETTERS if letter != word[at].lower()])
    return word[:at] + other + word[at + 1 :]


def mistyped_set(asked: QuestionSet, *, seed: int) -> QuestionSet:
    """Return the set with an error in each question, the kinds of error in turn."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    questions = (
        replace(one.gold, question=with_error(one.gold.question, kind=ERRORS[number % 4], chance=chance))
        for number, one in enumerate(asked.questions)
    )
    gold = zip(asked.questions, questions, strict=True)
    return replace(asked, questions=tuple(replace(one, gold=wrong) for one, wrong in gold))


def variants() -> tuple[Variant, ...]:
    """Return the ranking with and without words also searched."""
    whole = RetrievalSettings()
    return Variant("as asked", replace(whole, spelling=None)), Variant("also searched", whole)


def errors_table(
    name: str, results: Sequence[tuple[str, Sequence[EvaluatedQuestion], Sequence[EvaluatedQuestion]]]
) -> Table:
    """Return a row for each asking of a set: its name, its questions without and with words also searched.

    The interval is that of the difference in MRR@10 over questions (paired bootstrap).
    """
    searched = "also searched"
    columns = ("questions", "hit@5", searched, "MRR@10", searched, "difference", "ms", searched)
    return Table(name, columns, tuple(_row(*result) for result in results))


def _row(
    asking: str, without: Sequence[EvaluatedQuestion], searched: Sequence[EvaluatedQuestion]
) -> tuple[str, ...]:
    shown = [
        f"{np.mean([one.values[metric] for one in some]):.3f}"
        for metric in ("hit@5", "mrr@10")
        for some in (without, searched)
    ]
    paired = compare_paired(values_of(without, "mrr@10"), values_of(searched, "mrr@10"))
    difference = f"{paired.difference:+.3f} ({paired.low:+.3f} to {paired.high:+.3f})" if paired else "-"
    times = [np.median([sum(one.timings_ms.values()) for one in some]) for some in (without, searched)]
    return (asking, *shown, difference, *(f"{time:.1f}" for time in times))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table a set: its questions as they are, and with errors of several seeds."""
    options = _options(arguments)
    try:
        sys.stdout.write(_run(options))
    except EvalError as error:
        sys.stderr.write(f"typing errors: {error}\n")
        return 1
    return 0


def _run(options: argparse.Namespace) -> str:
    from service.assembly import load_encoder
    from service.settings import load_settings

    sets = [read_gold(GOLD, options.corpus, limit=options.limit)]
    sets += [read_other(path, limit=options.limit) for path in options.external]
    without, searched = variants()
    tables = []
    with tempfile.TemporaryDirectory(prefix="dossier-errors-") as temporary, shown_progress() as on_progress:
        folder = options.keep or Path(temporary)
        encoder = load_encoder(load_settings({"data": folder}).settings)
        for asked in sets:
            askings = {"as they are": asked} | {
                f"with errors, seed {seed}": mistyped_set(asked, seed=seed) for seed in range(options.seeds)
            }
            rows = []
            for asking, questions in askings.items():
                results = ask_all_ways(
                    questions, (without, searched), folder, encoder=encoder, on_progress=on_progress
                )
                rows.append((asking, results[without.name], results[searched.name]))
            tables.append(table_markdown(errors_table(asked.name, rows)))
    return "\n\n".join(tables) + "\n"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Mistype a word of each question and measure the ranking.")
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="PATH", help="sources of the gold")
    parser.add_argument(
        "--external", type=Path, action="append", default=[], metavar="PATH", help="another set"
    )
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="how many times to mistype each")
    parser.add_argument("--limit", type=int, metavar="N", help="ask only so many questions of each set")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the indexes there, and use them")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
