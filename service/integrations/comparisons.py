"""Filters of other frameworks, comparisons of metadata that all must hold, as those of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.api.schemas import SearchFilters

if TYPE_CHECKING:
    from collections.abc import Iterable

_LISTS = {
    "source": "sources",
    "source_id": "sources",
    "document_id": "documents",
    "kind": "kinds",
    "participants": "participants",
}
_DATES = {">=": ("date_from",), "<=": ("date_to",), "==": ("date_from", "date_to")}
_EQUAL = frozenset({"==", "in", "any", "contains"})


def filters_from(comparisons: Iterable[tuple[str, str, object]]) -> SearchFilters:
    """Return the filters that comparisons of a field, by an operator, with a value or a list amount to.

    Raises:
        ValueError: a field or an operator that a search does not know, or one field twice.
    """
    filters: dict[str, object] = {}
    for field, operator, value in comparisons:
        if field == "date" and operator in _DATES:
            given = dict.fromkeys(_DATES[operator], value)
        elif field in _LISTS and operator in _EQUAL:
            given = {_LISTS[field]: [value] if isinstance(value, str) else value}
        else:
            raise ValueError(
                f"{field} {operator} cannot be searched for: {', '.join(_LISTS)} can be compared by == and"
                " in, date by >=, <= and =="
            )
        if twice := filters.keys() & given.keys():
            raise ValueError(f"{', '.join(sorted(twice))}: give one comparison, with a list of values")
        filters |= given
    return SearchFilters.model_validate(filters)
