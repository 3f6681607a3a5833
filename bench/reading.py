"""What it costs to read files in a process of their own, and to cut texts into passages.

Reads the largest file of the corpus, and a small file many times, in this process and in another one; cuts
texts of many shapes, of which none may take more than in proportion to its length.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from chunker.chunking import ChunkingSettings, chunk
from chunker.readers.isolated import IsolatedReader
from chunker.readers.reading import read_bytes, read_source
from chunker.text.tokens import TokenLimit, token_counter

if TYPE_CHECKING:
    from collections.abc import Callable

    from chunker.documents import Source

CORPUS = Path(__file__).parents[1] / "corpus"
ROUNDS = 200
WINDOW_TOKENS = 256


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
    book = max(CORPUS.glob("*.txt"), key=size_of).read_text("utf-8")
    print(f"{'seconds a megabyte of':24}{'1 MB':>12}{'4 MB':>10}")
    for name, text in texts_of(book).items():
        one, four = (seconds_a_megabyte(text, size) for size in (1_000_000, 4_000_000))
        print(f"{name:24}{one:>12.2f}{four:>10.2f}")


def texts_of(book: str) -> dict[str, str]:
    """Return texts of one book's words: as it is, and in shapes that sentences and lines do not part."""
    words = re.sub(r"[^\w\s]", "", book).split()
    return {
        "a book": book,
        "a book on one line": " ".join(book.split()),
        "words without stops": " ".join(words),
        "paragraphs of a word": "\n\n".join(words).lower(),
        "initials": ". ".join(word[0].upper() for word in words),
        "letters without blanks": "".join(words),
        "dots": ". " * 1_000,
    }


def seconds_a_megabyte(text: str, size: int) -> float:
    """Return the processor time of cutting ``size`` characters into passages, for each million."""
    source = read_bytes((text * (size // len(text) + 1))[:size].encode(), name="text.txt")
    window = TokenLimit(token_counter(), WINDOW_TOKENS)
    began = time.process_time()
    chunk(source, settings=ChunkingSettings(), window=window)
    return (time.process_time() - began) * 1_000_000 / size


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
