"""Reads files as the product does, in processes of their own, and compares what came of it."""

from __future__ import annotations

import multiprocessing
import re
import resource
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.formats.others import readings_of
from chunker.errors import ReadingLimitError, UnreadableSourceError
from chunker.readers.isolated import IsolatedReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chunker.documents import Source

MIN_WORDS = 5  # a reading of fewer shows nothing
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a file.

    ``share`` of the other reading's words found in ours, ``None`` where there is no other; ``pages`` are
    those that are where the other reading has them, and those that can be told.
    """

    name: str
    seconds: float
    share: float | None = None
    words: int = 0
    pages: tuple[int, int] = (0, 0)
    refused: str | None = None
    is_fault: bool = False


def results_of(paths: list[Path]) -> tuple[list[Result], float]:
    """Read the files of one format; return also the greatest memory that a process took, in MiB."""
    others = readings_of(paths)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(read_all, paths, others).result()


def read_all(paths: Sequence[Path], others: dict[Path, list[str]]) -> tuple[list[Result], float]:
    """Read files as the product does; the processes that do it are the only children of this one."""
    with IsolatedReader() as reader:
        results = [read_one(reader, path, others.get(path)) for path in paths]
    return results, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def read_one(reader: IsolatedReader, path: Path, other: list[str] | None) -> Result:
    """Read a file and compare it."""
    name, began = path.name.replace("__", "/"), time.perf_counter()
    try:
        source = reader.read(path, name=path.name)
    except UnreadableSourceError as error:
        seconds = time.perf_counter() - began
        is_fault = isinstance(error, ReadingLimitError) or type(error) is UnreadableSourceError
        return Result(name, seconds, refused=str(error).split(": ", 1)[1], is_fault=is_fault)
    seconds = time.perf_counter() - began
    wanted, had = words_of("\n".join(other or ())), words_of(source.text)
    count = wanted.total()
    share = (wanted & had).total() / count if count >= MIN_WORDS else None
    return Result(name, seconds, share, count, pages_right(source, other or []))


def words_of(text: str) -> Counter[str]:
    """Count the words of a text, however their letters are written."""
    return Counter(WORD.findall(text.casefold()))


def pages_right(source: Source, other: Sequence[str]) -> tuple[int, int]:
    """Return how many pages stand at their places, and how many can be told."""
    if len(source.page_starts) < 2 or len(other) < 2:
        return 0, 0
    ends = [start.start_char for start in source.page_starts[1:]] + [len(source.text)]
    ours: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for start, end in zip(source.page_starts, ends, strict=True):
        position = start.page.position or int(start.page.label)
        ours[position] += words_of(source.text[start.start_char : end])
    told = right = 0
    for number, page in enumerate(other, start=1):
        wanted = words_of(page)
        at, *beside = [(wanted & ours[number + by]).total() for by in (0, -1, 1)]
        if wanted.total() >= MIN_WORDS and max(at, *beside) > 0:
            told += 1
            right += at >= max(beside)
    return right, told
