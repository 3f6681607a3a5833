"""What each part of the ranking is worth: the gold, and other sets, asked with parts switched off.

Run as ``python -m eval.studies.ablation``, or ``make ablation``. Each set is indexed twice, with and without
documents' titles and dates in front of the passages. Every question is put to all variants one after
the other, so that what else the machine does slows all of them alike.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eval.errors import EvalError, ExternalSetError
from eval.measures.statistics import compare_paired
from eval.reports.tables import Table, table_markdown
from eval.runs.progress import shown_progress
from eval.runs.run import values_of
from eval.runs.run_file import write_file
from eval.studies.asking_variants import ask_all_ways, read_gold, read_other
from eval.studies.variants import WHOLE_NAME, Variant, built_up, taken_away

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eval.runs.run import EvaluatedQuestion
    from eval.studies.asking_variants import Results

GOLD = Path("eval/data/questions.jsonl")
CORPUS = Path("corpus")
SHOWN = {
    "hit@1": "hit@1",
    "hit@5": "hit@5",
    "mrr@10": "MRR@10",
    "ndcg@10": "nDCG@10",
    "evidence@10": "evidence@10",
    "hit@800words": "hit in 800 words",
}
EXTERNAL_METRIC = "ndcg@10"


def ablation_table(
    title: str, variants: Sequence[Variant], gold: Results, others: Mapping[str, Results]
) -> Table:
    """Return one row a variant: its measures on the gold, its time, and nDCG@10 on other sets.

    The interval is that of the difference in MRR@10 to the whole, over questions (paired bootstrap).
    """
    columns = (
        "ranking",
        *SHOWN.values(),
        "MRR@10 less the whole's",
        "time",
        *(f"{n} nDCG@10" for n in others),
    )
    return Table(title, columns, tuple(_row(one, gold, others) for one in variants))


def _row(variant: Variant, gold: Results, others: Mapping[str, Results]) -> tuple[str, ...]:
    measured, whole = gold[variant.name], gold[WHOLE_NAME]
    paired = compare_paired(values_of(whole, "mrr@10"), values_of(measured, "mrr@10"))
    shown = (_mean(measured, metric) for metric in SHOWN)
    difference = "-"
    if paired and (paired.wins or paired.losses):
        difference = f"{paired.difference:+.3f} ({paired.low:+.3f} to {paired.high:+.3f})"
    time = _median_ms(measured) / _median_ms(whole)
    elsewhere = (_mean(results[variant.name], EXTERNAL_METRIC) for results in others.values())
    return (variant.name, *shown, difference, f"{time:.2f}", *elsewhere)


def _mean(questions: Sequence[EvaluatedQuestion], metric: str) -> str:
    return f"{np.mean([one.values[metric] for one in questions]):.3f}"


def _median_ms(questions: Sequence[EvaluatedQuestion]) -> float:
    return float(np.median([sum(one.timings_ms.values()) for one in questions]))


def ablation_markdown(gold: Results, others: Mapping[str, Results], *, name: str) -> str:
    """Return the whole document."""
    count, milliseconds = len(gold[WHOLE_NAME]), _median_ms(gold[WHOLE_NAME])
    questions = "".join(f", {len(one[WHOLE_NAME]):,} of {set_name}" for set_name, one in others.items())
    head = (
        "# What each part of the ranking is worth\n\n"
        f"Written by `make ablation`: {count} answerable questions of {name}{questions}. "
        "A part whose weight is 0 is not asked at all. Time is the median from the question to the ranked "
        f"passages, as a share of that of the whole ranking ({milliseconds:.0f} ms on the machine that "
        "wrote this). In brackets the 95 % interval (paired bootstrap over questions): where it holds 0, "
        "these questions alone cannot tell the difference."
    )
    tables = (
        ablation_table("Part by part", built_up(), gold, others),
        ablation_table("The whole less one part", taken_away(), gold, others),
    )
    return "\n\n".join([head, *map(table_markdown, tables)]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the ablation as Markdown."""
    from chunker.errors import ChunkerError
    from embeddings.encoders.encoder import EncoderError
    from embeddings.errors import EmbeddingsError

    options = _options(arguments)
    try:
        text = _run(options)
        if options.out:
            write_file(options.out, text)
    except (EvalError, ChunkerError, EmbeddingsError, EncoderError) as error:
        sys.stderr.write(f"ablation: {error}\n")
        return 1
    if not options.out:
        sys.stdout.write(text)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Switch parts of the ranking off and measure what is left.")
    parser.add_argument("--gold", type=Path, default=GOLD, metavar="FILE", help="gold questions")
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="PATH", help="their sources")
    parser.add_argument(
        "--external",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="another set; may be repeated",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="ask only so many questions of each set")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the indexes there, and use them")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write there instead of printing")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> str:
    from service.assembly import load_encoder
    from service.settings import load_settings

    gold = read_gold(options.gold, options.corpus, limit=options.limit)
    others = [read_other(path, limit=options.limit) for path in options.external]
    names = [gold.name, *(one.name for one in others)]
    if len(set(names)) < len(names):
        raise ExternalSetError(f"{', '.join(names)}: two sets have one name; rename a folder")
    variants = tuple({one.name: one for one in (*built_up(), *taken_away())}.values())
    with (
        tempfile.TemporaryDirectory(prefix="dossier-ablation-") as temporary,
        shown_progress() as on_progress,
    ):
        folder = options.keep or Path(temporary)
        encoder = load_encoder(load_settings({"data": folder}).settings)
        results = {
            one.name: ask_all_ways(one, variants, folder, encoder=encoder, on_progress=on_progress)
            for one in (gold, *others)
        }
    return ablation_markdown(results.pop(gold.name), results, name=options.gold.name)


if __name__ == "__main__":
    sys.exit(main())
