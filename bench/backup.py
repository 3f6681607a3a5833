"""Times a backup of an index that is served, and what it costs those who ask meanwhile.

Starts `dossier serve` on the index that DOSSIER_DATA names (default: data), asks gold questions one after
another for a while, then for as long as `dossier backup` runs, restores what it wrote, and asks the restored
index the same. Ratios within the run hold on other machines.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.questions import GOLD, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

_BESIDE = 20  # questions whose answers are compared


def main() -> None:
    """Print the figures; the exit code is 1 where an answer differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8766)
    parser.add_argument("--seconds", type=float, default=20.0, help="of asking without a backup")
    parser.add_argument("--work", type=Path, help="where the backup is put; needs room for the index thrice")
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in GOLD.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        archive, restored = Path(work) / "archive.tar", Path(work) / "restored"
        with serving(options.port) as client:
            for question in questions:
                asked(client, question)
            until = time.perf_counter() + options.seconds
            without = latencies(client, questions, lambda: time.perf_counter() < until)
            started = time.perf_counter()
            backup = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "service.cli", "backup", str(archive)], stdout=subprocess.DEVNULL
            )
            meanwhile = latencies(client, questions, lambda: backup.poll() is None)
            seconds = time.perf_counter() - started
            if backup.returncode:
                sys.exit("the backup failed")
            before = [asked(client, question) for question in questions[:_BESIDE]]
        print(f"backup: {seconds:.1f} s, {archive.stat().st_size:,} bytes")
        print(f"{'milliseconds':<16}{'asked':>7}{'p50':>8}{'p95':>8}{'max':>8}")
        for name, timings in (("without", without), ("while backed up", meanwhile)):
            p95 = statistics.quantiles(timings, n=20)[-1]
            middle = statistics.median(timings)
            print(f"{name:<16}{len(timings):>7}{middle:>8.1f}{p95:>8.1f}{max(timings):>8.1f}")
        started = time.perf_counter()
        command = [sys.executable, "-m", "service.cli", "restore", str(archive), "--data", str(restored)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        print(f"restored: {time.perf_counter() - started:.1f} s")
        models = Path(os.environ.get("DOSSIER_DATA") or "data") / "models"
        if models.is_dir():
            shutil.copytree(models, restored / "models")  # only saves exporting the graph again
        os.environ["DOSSIER_DATA"] = str(restored)
        with serving(options.port) as client:
            after = [asked(client, question) for question in questions[:_BESIDE]]
    same = sum(one == other for one, other in zip(before, after, strict=True))
    print(f"answers that are the same, with ids, ranks and texts: {same} of {_BESIDE}")
    sys.exit(0 if same == _BESIDE else 1)


def latencies(client: httpx.Client, questions: Sequence[str], goes_on: Callable[[], bool]) -> list[float]:
    """Ask one question after another while ``goes_on``, and return how many milliseconds each took."""
    taken = []
    for question in itertools.cycle(questions):
        started = time.perf_counter()
        asked(client, question)
        taken.append((time.perf_counter() - started) * 1000)
        if not goes_on():
            return taken
    return taken


def asked(client: httpx.Client, question: str) -> object:
    """Return what of an answer does not depend on when it was given."""
    answer = client.post("/v1/ask", json={"question": question}).raise_for_status().json()
    return answer["answer"], [
        {name: value for name, value in passage.items() if "url" not in name}
        for passage in answer["passages"]
    ]


if __name__ == "__main__":
    main()
