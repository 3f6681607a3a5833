"""How rightly real files are read: words and pages against those of other programs, time, memory.

    python -m bench.formats FOLDER [--mirror CLONES] [--only .epub,.fb2]

Reads each file named in files.txt; those that are not in FOLDER are put there, from clones
(CLONES/owner+name/repo) or from GitHub. A file is right where at least 95 % of the other reading's words are
found in ours; a page, where no fewer of its words stand on the page at its place than on either neighbour.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from bench.formats.fetching import fetched
from bench.formats.measuring import results_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.formats.measuring import Result

RIGHT = 0.95
HEAD = (
    "format",
    "files",
    "added",
    "refused",
    "compared",
    "right",
    "pages right",
    "s a file",
    "slowest",
    "MiB",
)


def main() -> None:
    """Print the table, and below it each file that is refused or not right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mirror", type=Path, help="a folder of clones, instead of GitHub")
    parser.add_argument("--only", default="", help="suffixes, parted by commas")
    asked = parser.parse_args()
    by_suffix = defaultdict(list)
    for path in fetched(asked.folder, asked.mirror):
        by_suffix[path.suffix.lower()].append(path)
    wanted = asked.only.split(",") if asked.only else sorted(by_suffix)
    rows, told = [HEAD], []
    for suffix in wanted:
        results, megabytes = results_of(by_suffix[suffix])
        rows.append(row_of(suffix, results, megabytes))
        told += [line for result in results for line in remarks(result)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    print("", *told, sep="\n")


def row_of(suffix: str, results: Sequence[Result], megabytes: float) -> tuple[str, ...]:
    """Return a line of the table."""
    compared = [result for result in results if result.share is not None]
    right, told = (sum(result.pages[index] for result in results) for index in (0, 1))
    seconds = [result.seconds for result in results]
    return (
        suffix,
        str(len(results)),
        str(sum(result.refused is None for result in results)),
        str(sum(result.refused is not None for result in results)),
        str(len(compared)),
        str(sum((result.share or 0) >= RIGHT for result in compared)),
        f"{right} of {told}" if told else "",
        f"{sum(seconds) / len(seconds):.2f}",
        f"{max(seconds):.1f}",
        f"{megabytes:.0f}",
    )


def remarks(result: Result) -> Iterator[str]:
    """Yield what is to be said of a file."""
    if result.refused:
        yield f"{'FAULT' if result.is_fault else 'refused'} {result.name}: {result.refused}"
    if result.share is not None and result.share < RIGHT:
        yield f"{result.share:.2f} of {result.words} words {result.name}"
    if result.pages[0] < result.pages[1]:
        yield f"{result.pages[0]} of {result.pages[1]} pages {result.name}"


if __name__ == "__main__":
    main()
