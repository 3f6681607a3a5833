"""What a search found, and the ways on from it: another order, other words, filters with their counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from service.answer import Counted
    from service.web.addresses import AskAddress

_OFFERED = 8
"""Values of a facet that are offered, the most frequent. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to restrict what was found: ``values`` with the number of documents, and their addresses."""

    name: str
    values: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class RefiningView:
    """The ways on; ``other_order`` is empty where there are not two documents to put in order."""

    order: str
    other_order: str
    facets: tuple[Facet, ...]
    meant: str
    meant_link: str


def refining(counted: Counted, address: AskAddress) -> RefiningView:
    """Return the ways on from what was found at ``address``; a facet of one value only leads nowhere."""
    facets = counted.facets

    def facet(
        name: str, values: Iterable[tuple[object, int]], narrowed: Callable[[str], AskAddress]
    ) -> Facet:
        offered = [(str(value), count) for value, count in values][:_OFFERED]
        return Facet(name, tuple((value, count, narrowed(value).link) for value, count in offered))

    offered = (
        facet("Kind", facets.kinds, lambda kind: replace(address, kinds=(kind,))),
        facet("Person or body", facets.participants, lambda name: replace(address, participants=(name,))),
        facet(
            "Year",
            sorted(facets.years, key=lambda one: -one[1]),
            lambda year: replace(address, date_from=year.zfill(4), date_to=year.zfill(4)),
        ),
    )
    meant = counted.did_you_mean
    return RefiningView(
        counted.order,
        address.in_order("relevance" if counted.order == "date" else "date").link
        if counted.documents > 1
        else "",
        tuple(one for one in offered if len(one.values) > 1),
        meant or "",
        address.asking(meant).link if meant else "",
    )
