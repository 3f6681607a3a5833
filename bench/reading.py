"""What it costs to read files in a process of their own.

Reads the corpus, and a small file many times, in this process and in another one.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from chunker.readers.isolated import IsolatedReader
from chunker.readers.reading import read_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from chunker.documents import Source

CORPUS = Path(__file__).parents[1] / "corpus"
ROUNDS = 200


def main() -> None:
    """Print milliseconds a file, here and in another process."""
    with tempfile.TemporaryDirectory() as folder, IsolatedReader() as reader:
        small = Path(folder) / "letter.txt"
        small.write_text("The keeper left Trieste in 1904.\n", "utf-8")
        began = time.perf_counter()
        reader.read(small, name="letter.txt")
        print(f"the first file, with the start of the process: {(time.perf_counter() - began) * 1000:.0f} ms")
        print(f"{'file':24}{'bytes':>12}{'ms here':>10}{'ms there':>10}")
        for path, rounds in ((small, ROUNDS), (max(CORPUS.glob("*.txt"), key=size_of), 5)):
            here, there = (milliseconds(read, path, rounds) for read in (read_source, reader.read))
            print(f"{path.name:24}{size_of(path):>12,}{here:>10.2f}{there:>10.2f}")


def size_of(path: Path) -> int:
    """Return the bytes of a file."""
    return path.stat().st_size


def milliseconds(read: Callable[..., Source], path: Path, rounds: int) -> float:
    """Return the median time of reading a file."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        read(path, name=path.name)
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


if __name__ == "__main__":
    main()
