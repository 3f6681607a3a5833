"""What somebody may have meant who wrote a name that there is not."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """Return ``; did you mean telegram?`` for the nearest of the ``known`` names; empty where none is near.

    The ratio of matching characters decides, by difflib's usual bound (.6), without regard to case.
    """
    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(wanted.casefold(), by_folded, n=1)
    return f"; did you mean {by_folded[close[0]]}?" if close else ""
