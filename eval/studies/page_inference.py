"""Measures page inference by hiding pages the table of contents gives and estimating them.

Run as ``python -m eval.studies.page_inference FILE``.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chunker.pages.inference import agreeing_pages, pages_between
from chunker.pages.listed import listed_pages
from eval.reports.tables import markdown_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import Source
    from chunker.segmenting.cuts import Segmentation


@dataclass(frozen=True, slots=True)
class HidingSettings:
    """Which known pages are hidden; all chosen by hand, not measured.

    ``runs`` are how many in a row. Runs stand ``shown_between`` known pages apart and are shifted ``phases``
    times, so that (nearly) every page is hidden at some time.
    """

    runs: tuple[int, ...] = (1, 10, 20)
    phases: int = 12
    shown_between: int = 10


SETTINGS = HidingSettings()


@dataclass(frozen=True, slots=True)
class LeaveOutScore:
    """How well hidden first pages of documents were estimated, as shares in 0..1.

    ``hidden`` is how many known pages in a row were hidden, ``estimates`` how many were made (some
    documents several times, in other company). ``covered`` is the share whose true page lies within
    the stated margin.
    """

    hidden: int
    estimates: int
    exact: float
    within_one: float
    within_two: float
    largest_error: int
    covered: float
    mean_margin: float


def leave_out(source: Source, segmentation: Segmentation, hidden: int) -> LeaveOutScore:
    """Hide the pages of ``hidden`` consecutive documents at a time and score their estimates.

    Everything, the layout included, is learnt anew without the hidden pages. Pages of the table of
    contents that contradict the others count as misprints and are never shown nor asked for.

    Raises:
        ValueError: ``hidden`` is less than 1, or the source has too few known pages to hide so many.
    """
    if hidden < 1:
        raise ValueError("hidden must be at least 1")
    listed = listed_pages(segmentation.contents) if segmentation.contents else []
    known = agreeing_pages(source.text, listed, segmentation.documents)
    results: list[tuple[int, int]] = []
    for hidden_numbers in _hidden_sets(len(known), hidden):
        shown = [place for number, place in enumerate(known) if number not in hidden_numbers]
        page_map = pages_between(source.text, shown, segmentation.documents)
        for number in sorted(hidden_numbers):
            page = page_map.at(known[number].start_char)
            if page is not None:
                results.append((abs(int(page.label) - known[number].page), page.margin))
    if not results:
        raise ValueError(f"{source.name}: {len(known)} known pages are too few to hide {hidden} in a row")
    return _score(hidden, results)


def _hidden_sets(known_count: int, hidden: int) -> Iterator[frozenset[int]]:
    """Yield which known pages to hide: runs of ``hidden``, far enough apart that enough is shown.

    The first and the last known page are always shown. The runs are shifted from set to set, so that
    (nearly) every page in between is hidden at some time.
    """
    period = 2 * hidden + SETTINGS.shown_between
    for phase in range(0, period, max(1, period // SETTINGS.phases)):
        starts = range(1 + phase, known_count - hidden, period)
        chosen = frozenset(number for start in starts for number in range(start, start + hidden))
        if chosen:
            yield chosen


def _score(hidden: int, results: Sequence[tuple[int, int]]) -> LeaveOutScore:
    count = len(results)
    errors = [error for error, _ in results]
    return LeaveOutScore(
        hidden=hidden,
        estimates=count,
        exact=sum(error == 0 for error in errors) / count,
        within_one=sum(error <= 1 for error in errors) / count,
        within_two=sum(error <= 2 for error in errors) / count,
        largest_error=max(errors),
        covered=sum(error <= margin for error, margin in results) / count,
        mean_margin=sum(margin for _, margin in results) / count,
    )


def table(scores: Sequence[LeaveOutScore]) -> str:
    """Return ``scores`` as a Markdown table."""
    columns = ("hidden", "estimates", "exact", "within 1", "within 2", "largest", "in margin", "mean margin")
    return markdown_rows(columns, map(_row, scores))


def _row(score: LeaveOutScore) -> tuple[str, ...]:
    shares = (f"{share:.1%}" for share in (score.exact, score.within_one, score.within_two))
    return (
        str(score.hidden),
        str(score.estimates),
        *shares,
        str(score.largest_error),
        f"{score.covered:.1%}",
        f"{score.mean_margin:.2f}",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table for the file named on the command line."""
    from chunker.readers.reading import read_source
    from chunker.segmenting.cuts import segment

    parser = argparse.ArgumentParser(description="Hide known pages, estimate them, report the errors.")
    parser.add_argument("file", help="a file with a table of contents that names pages")
    parser.add_argument(
        "--hidden", type=int, nargs="+", default=SETTINGS.runs, help="documents in a row to hide"
    )
    options = parser.parse_args(arguments)
    path = Path(options.file)
    source = read_source(path, name=path.name)
    segmentation = segment(source)
    scores = [leave_out(source, segmentation, hidden) for hidden in options.hidden]
    sys.stdout.write(table(scores) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
