"""Whether a table of contents lists documents of its text: else it is an agenda, an index, a price list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from chunker.metadata.kinds import is_paper, read_kind
from chunker.text.increasing import heaviest_increasing_run
from chunker.vocabulary import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.segmenting.contents import Contents, ContentsEntry
    from chunker.segmenting.title_matching import TitleMatch


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """When a table of contents is believed; chosen by hand, not measured.

    At least ``min_matched_titles`` of it and ``min_matched_share`` of them must be found in the text;
    ``min_share_in_order`` of titles and of pages ascend. The usual part (the median) has ``min_part_chars``
    below its title, where it is no paper ``min_chapter_chars``, about four lines, and no less than the title;
    of chapters at most ``max_chapters_of_page`` begin on a page. A page that is listed has
    ``min_page_chars``, or the numbers are no pages of this text.
    """

    min_matched_titles: int = 3
    min_matched_share: float = 0.5
    min_share_in_order: float = 0.6
    min_part_chars: int = 60
    min_chapter_chars: int = 250
    max_chapters_of_page: float = 3
    min_page_chars: int = 200


SETTINGS = EvidenceSettings()

_CAPTION = re.compile(
    rf"\W*{PACKAGED.alternatives('contents', 'captions')}\W*(?:\d|[ivxlc]+\b)", re.IGNORECASE
)


def is_borne_out(contents: Contents, matches: Sequence[TitleMatch], text: str) -> bool:
    """Return whether the titles found in ``text`` bear its table of contents out: it lists what stands there.

    It must list it in its order, and parts long enough to be documents: those of papers may be shorter than
    those of chapters, of which few begin on one page. Captions are titles of no documents.
    """
    share = len(matches) / len(contents.entries)
    if len(matches) < SETTINGS.min_matched_titles or share < SETTINGS.min_matched_share:
        return False
    entries = [match.entry for match in matches]
    if sum(_is_caption(entry.title) for entry in entries) * 2 > len(entries) or not _is_in_order(matches):
        return False
    ends = [*(match.start_char for match in matches[1:]), len(text)]
    below = median(end - match.end_char for match, end in zip(matches, ends, strict=True))
    title = median(match.end_char - match.start_char for match in matches)
    paged = [entry.page for entry in entries if entry.page is not None]
    pages = set(paged)
    printed = len(text) - (contents.end_char - contents.start_char)
    are_papers = sum(_names_a_paper(entry) for entry in entries) * 2 > len(entries)
    least = SETTINGS.min_part_chars if are_papers else SETTINGS.min_chapter_chars
    if not are_papers and len(paged) > SETTINGS.max_chapters_of_page * len(pages):
        return False
    return below >= max(title, least) and (
        len(pages) < 2 or printed >= SETTINGS.min_page_chars * (len(pages) - 1)
    )


def _is_caption(title: str) -> bool:
    return _CAPTION.match(title) is not None


def _names_a_paper(entry: ContentsEntry) -> bool:
    return entry.date is not None or is_paper(read_kind(entry.title))


def _is_in_order(matches: Sequence[TitleMatch]) -> bool:
    """Return whether the titles stand in the text as they are listed, and their pages ascend."""
    listed = [match.entry.start_char for match in matches]
    pages = [match.entry.page for match in sorted(matches, key=lambda match: match.entry.start_char)]
    numbers = [page for page in pages if page is not None]
    return all(
        len(heaviest_increasing_run(order)) >= SETTINGS.min_share_in_order * len(order)
        for order in (listed, numbers)
    )
