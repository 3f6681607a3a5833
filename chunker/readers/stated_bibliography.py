"""What a file's properties say of it as a publication, unless a program or an account is named there."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from chunker.documents import Bibliography
from chunker.readers.extraction import tidy_line, without_surrogates
from chunker.readers.stated_titles import stated_title
from chunker.vocabulary import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_CHARS = 300
"""What is longer is no name and no place; rights may have thrice as much."""
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")


def stated_bibliography(
    *,
    authors: Iterable[str | None] = (),
    publisher: str | None = None,
    place: str | None = None,
    date: str | None = None,
    rights: str | None = None,
) -> Bibliography:
    """Return what a file states; of ``date`` the year, of ``authors`` each, also joined by semicolons."""
    names = [name.strip() for each in authors for name in (_line(each) or "").split(";")]
    year = _YEAR.search(date or "")
    return Bibliography(
        authors=tuple(dict.fromkeys(name for name in names if _may_be_name(name))),
        publisher=stated_title(_line(publisher)),
        place=stated_title(_line(place)),
        year=year[0] if year else None,
        rights=_line(rights, 3 * _MAX_CHARS),
    )


def _line(text: str | None, max_chars: int = _MAX_CHARS) -> str | None:
    line = tidy_line(without_surrogates(text or ""))
    return line if line and len(line) <= max_chars else None


def _may_be_name(name: str) -> bool:
    return (
        any(map(str.isalpha, name))
        and not name.islower()  # the account of whoever wrote the file
        and stated_title(name) is not None
        and not _accounts().fullmatch(name)
    )


@cache
def _accounts() -> re.Pattern[str]:
    return re.compile(rf"\W*{PACKAGED.alternatives('titles', 'accounts')}\W*|\S+@\S+", re.IGNORECASE)
