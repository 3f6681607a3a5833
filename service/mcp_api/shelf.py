"""Where the tools and resources of agents get their collections from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from service.collections import Collection
    from service.dossier import Dossier


class Shelf(Protocol):
    """The collections that agents can ask."""

    def reading(self, name: str | None) -> AbstractContextManager[Dossier]:
        """Give a collection, open; ``None``: the one that needs no name. Links made now lead into it."""

    def seen(self) -> list[Collection]:
        """Return those that who asks may see."""
