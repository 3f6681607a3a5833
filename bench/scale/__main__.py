"""Prints how cost grows: an index of the texts in a folder is grown to each size, and asked the same.

Times are milliseconds, p50 / p95, one question at a time in process, by the real model; what they are asked
of was encoded by a stand-in (bench.scale.collection). Each size is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from bench.scale.collection import StandIn, StandInCodec, grow, texts
from bench.scale.measuring import measure
from embeddings.local_index import LocalIndex
from embeddings.ranking.retriever import RetrievalSettings, Retriever
from service.assembly import chunking_settings, load_encoder, token_codec
from service.dossier import Dossier
from service.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLD = Path(__file__).parents[2] / "eval" / "data" / "questions.jsonl"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of text files (.txt, .md)")
    parser.add_argument("--data", type=Path, required=True, help="folder of the index, empty at first; kept")
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--measure-only", action="store_true", help="measure what is in --data, print JSON")
    options = parser.parse_args()
    if options.measure_only:
        print(json.dumps(measured(options.data)))
        return
    columns = []
    for size, built in building(options.folder, options.data, sorted(options.passages)):
        command = [sys.executable, "-m", "bench.scale", str(options.folder), "--data", str(options.data)]
        done = subprocess.run([*command, "--measure-only"], check=True, capture_output=True)  # noqa: S603 - our own
        columns.append({"passages": f"{size:,}", **built, **json.loads(done.stdout)})
        print_table(columns)


def building(folder: Path, data: Path, sizes: list[int]) -> Iterator[tuple[int, dict[str, str]]]:
    """Grow the index in ``data``, and yield each size reached with what that took."""
    settings = load_settings({"data": data}).settings
    real = load_encoder(settings)
    codec = token_codec(settings, real)
    stand_in = StandIn(real)
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".txt", ".md"})
    source_of_texts = texts(files)
    for size in sizes:
        started = time.perf_counter()
        with LocalIndex.open(
            data,
            encoder=stand_in,
            chunking=chunking_settings(settings),
            codec=StandInCodec(codec, stand_in.known),
        ) as index:
            with index.snapshot() as snapshot:
                known = {record.name for record in snapshot.sources()}
            fresh = (one for one in source_of_texts if one.name not in known)
            added, reused = grow(index, fresh, size, _show)
        seconds = time.perf_counter() - started
        stored = sum(path.stat().st_size for path in data.iterdir() if path.is_file())
        yield (
            size,
            {
                "of them from texts used again": f"{reused:,}",
                "added, passages a second": f"{added / seconds:,.0f}",
                "bytes a passage": f"{stored / size:,.0f}",
            },
        )


def _show(held: int) -> None:
    print(f"\r{held:,} passages", end="", file=sys.stderr, flush=True)


def measured(data: Path) -> dict[str, str]:
    """Return the rows for the index in ``data``."""
    settings = load_settings({"data": data}).settings
    encoder = load_encoder(settings)
    questions = [json.loads(line)["question"] for line in GOLD.read_text("utf-8").splitlines()]
    started = time.perf_counter()
    with Dossier.open(settings=settings, encoder=encoder) as dossier:
        opened_ms = (time.perf_counter() - started) * 1000
        retriever = Retriever(dossier.index, encoder, RetrievalSettings())
        return measure(dossier, retriever, questions, opened_ms)


def print_table(columns: list[dict[str, str]]) -> None:
    """Print a row for each figure and a column for each size."""
    print()
    for name, *values in zip_longest(columns[0], *(column.values() for column in columns)):
        print(f"{name:<45}" + "".join(f"{value:>20}" for value in values), flush=True)


if __name__ == "__main__":
    main()
