"""Where the words of an answer stand on the pages of its files."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from service.errors import NotFoundError

if TYPE_CHECKING:
    from service.answer import Citation
    from service.dossier import Dossier
    from service.library.facsimiles import PageBoxes

_MAX_SECONDS = 5.0
"""For one answer: a page takes some 10 ms, and what a few bad files take is nobody's to wait for. By hand."""


class BoxesInTime:
    """Tells where the words of citations stand on their pages, until that has taken too long in all.

    ``None``: they cannot be shown, or were not looked for; the citation's link tells it.
    """

    def __init__(self, dossier: Dossier) -> None:
        self._dossier = dossier
        self._seconds_left = _MAX_SECONDS

    def __call__(self, citation: Citation) -> list[PageBoxes] | None:
        """Return the pages with the words of ``citation``."""
        if not citation.place.is_pictured or self._seconds_left <= 0:
            return None
        began = monotonic()
        try:
            return self._dossier.boxes(citation.place.document.source_id, citation.span)
        except NotFoundError:
            return None
        finally:
            self._seconds_left -= monotonic() - began
