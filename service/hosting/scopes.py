"""What a caller may do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class KeyScope(StrEnum):
    """What a key is for."""

    metrics = "metrics"
    ask = "ask"
    edit = "edit"
    admin = "admin"


HELD_SCOPES = frozenset({KeyScope.ask, KeyScope.edit})
"""What a key that is held to collections can be for: the others open what is of all of them."""

_INCLUDED = {
    KeyScope.edit: frozenset({KeyScope.ask}),
    KeyScope.admin: frozenset(KeyScope),
}


def everything_in(scopes: Iterable[KeyScope]) -> frozenset[KeyScope]:
    """Return the scopes with those that they include: who may edit may ask, an admin may do everything."""
    return frozenset().union(*({scope} | _INCLUDED.get(scope, frozenset()) for scope in scopes))
