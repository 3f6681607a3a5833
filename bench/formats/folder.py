"""What becomes of a folder of mixed files: seconds, memory, and the same index after a process was killed.

    python -m bench.formats.folder FOLDER WORK [--mirror CLONES] [--files 2000]

Puts public files up to 40 kB into WORK/mixed, fills it up with copies under other names, other files under
the same names, damaged and empty ones, a picture and a hidden one; indexes it once, and a second time into
another index with three kills on the way. Both indexes must hold the same sources and passages.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from bench.formats.damage import damaged
from bench.formats.fetching import fetched

MAX_BYTES = 40_000
SLOW = frozenset([".doc", ".ppt", ".sxw", ".wpd", ".wps"])
KILLS = (0.25, 0.4, 0.5)  # of the seconds that the whole takes; each run begins where the last was ended
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)
HELD = (
    "SELECT n.name, s.id FROM sources s JOIN source_names n ON n.source_key = s.key ORDER BY 1, 2",
    "SELECT id FROM passages ORDER BY 1",
)


def main() -> None:
    """Make the folder, index it, and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--mirror", type=Path, help="a folder of clones, instead of GitHub")
    parser.add_argument("--files", type=int, default=2000)
    asked = parser.parse_args()
    shutil.rmtree(asked.work, ignore_errors=True)
    mixed = asked.work / "mixed"
    public = [path for path in fetched(asked.folder, asked.mirror) if path.stat().st_size <= MAX_BYTES]
    fill(mixed, public, asked.files)
    whole, killed = asked.work / "whole", asked.work / "killed"
    began = time.perf_counter()
    print(indexed(mixed, whole), flush=True)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{seconds:.0f} s, {peak:.0f} MiB at most in one process", flush=True)
    for share in KILLS:
        print(
            f"after {share * seconds:.0f} s: {indexed(mixed, killed, kill_after=share * seconds)}", flush=True
        )
    print(f"after {len(KILLS)} kills: {indexed(mixed, killed)}")
    for query in HELD:
        one, other = held(whole, query), held(killed, query)
        print(f"{len(one)} and {len(other)} rows, {len(set(one))} different ones, equal: {one == other}")
    print(f"again: {indexed(mixed, whole)}")


def fill(folder: Path, public: list[Path], count: int) -> None:
    """Write so many files: first the public ones, then of ten six copies, two under one name, two spoilt.

    What LibreOffice reads, at a second each, comes but once.
    """
    chance = random.Random(count)  # noqa: S311 - no secret
    quick = [path for path in public if path.suffix.lower() not in SLOW]
    for number in range(count):
        is_first = number < len(public)
        path = public[number] if is_first else quick[number % len(quick)]
        data, name, box = path.read_bytes(), path.name.rsplit("__", 1)[-1], folder / f"box {number % 37:02}"
        kind = 0 if is_first else number % 10
        if kind in {7, 8}:
            box, name = box / f"year {number}", f"letter{path.suffix}"
        elif kind == 9 and data:
            data = next(damaged(data, seed=str(number), variants=1))
        elif kind == 6:
            data = chance.choice((b"", data + b"\n"))
        box.mkdir(parents=True, exist_ok=True)
        (box / (name if kind in {7, 8} else f"{number:04} {name}")).write_bytes(data)
    (folder / "scan.png").write_bytes(PICTURE)
    (folder / ".hidden.txt").write_text("hidden", "utf-8")


def indexed(folder: Path, data: Path, kill_after: float | None = None) -> str:
    """Index a folder by the command line, and return what it prints; or kill it on the way."""
    command = [sys.executable, "-c", "from service.cli import main; main()", "index", str(folder)]
    command += ["--data", str(data)]
    process = subprocess.Popen(  # noqa: S603 - our own
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        printed, _ = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        printed, _ = process.communicate()
    lines = [line for line in printed.splitlines() if line.startswith(("files", "Traceback"))]
    return "; ".join(lines) or "killed"


def held(data: Path, query: str) -> list[tuple[str, ...]]:
    """Return the rows of an index."""
    with sqlite3.connect(data / "index.sqlite") as connection:
        return connection.execute(query).fetchall()


if __name__ == "__main__":
    main()
