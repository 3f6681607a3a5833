"""Pages to leaf through a collection: papers by date, person and kind, and by whom and what they name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Response

from chunker.metadata.mentioned_names import NameKind
from embeddings.store.browsing import UNDATED, Browsed
from embeddings.store.names import NameRecord, sorted_by
from embeddings.store.records import DocumentRecord
from embeddings.store.snapshot import Snapshot
from service.errors import NotFoundError
from service.hosting.dependencies import CurrentDossier
from service.web.pages import PageRoute, page
from service.wording.links import links_root
from service.wording.phrases import date_range_words, date_words, word_count

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/browse")

_PAPERS_AT_ONCE = 100
"""As many as on a page of the library."""
_NAMES_AT_ONCE = 200
_FREQUENT = 12
"""Names that stand above the alphabet. Chosen by hand."""

_LISTED_BEFOREHAND = 500
"""Up to so many papers are found first and then put in order. Chosen by hand."""
_KINDS_OF_NAMES: dict[str, NameKind] = {"people": "person", "places": "place"}

Plural = Literal["people", "places"]
Id = Annotated[str | None, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class Share:
    """A value to choose papers by: how it is called, its page, how many papers, of the most that any has."""

    words: str
    link: str
    count: str
    share: float


def browse_link(*parts: str, **query: str) -> str:
    """Return the address of a page of these, such as ``browse_link("people", "Anna Weber")``."""
    path = "/".join(quote(part, safe="") for part in parts)
    address = f"{links_root()}/browse/{path}" if path else f"{links_root()}/browse"
    return f"{address}?{urlencode(query)}" if query else address


@router.get("")
def dates_page(dossier: CurrentDossier) -> Response:
    """Show how many papers there are of each year."""
    with dossier.snapshot() as snapshot:
        facets = snapshot.facets()
        years = [(f"{year:04}", count) for year, count in facets.years]
        undated = [(UNDATED, facets.undated)] if facets.undated else []
        return page("browse.html", view="dates", title="By date", shares=_periods([*years, *undated]))


@router.get("/dates/{period}")
def period_page(period: str, dossier: CurrentDossier, after: Id = None) -> Response:
    """Show the papers of a year, with its months, of a month, or those without a date."""
    with dossier.snapshot() as snapshot:
        facets = snapshot.facets()
        years = {f"{year:04}": count for year, count in facets.years}
        papers = {**dict(facets.months), **years, UNDATED: facets.undated}
        if period not in papers:
            raise _no_papers(period)
        within = [(month, count) for month, count in facets.months if month.startswith(f"{period}-")]
        year = "" if period in {*years, UNDATED} else period[:4]
        return _papers_page(
            snapshot,
            Browsed(period=period),
            after,
            here=("dates", period),
            title=_period_words(period),
            total=papers[period],
            shares=_periods(within),
            up=(browse_link("dates", year), year.lstrip("0")) if year else (browse_link(), "All years"),
            ask="" if period == UNDATED else _ask_link(("from", period), ("to", period)),
        )


@router.get("/people")
def people_page(dossier: CurrentDossier, after: Annotated[str, Query(max_length=1_000)] = "") -> Response:
    """List who wrote, received or took part, by the alphabet of surnames, a part at a time."""
    with dossier.snapshot() as snapshot:
        names = snapshot.participants_after(after, limit=_NAMES_AT_ONCE + 1)
        shown = names[:_NAMES_AT_ONCE]
        participants = snapshot.facets().participants
        most = participants[0][1] if participants else 0
        frequent = participants[:_FREQUENT] if not after else ()
        return page(
            "browse.html",
            view="people",
            title="By person",
            shares=_shares("people", frequent) if len(names) > _FREQUENT else [],
            letters=[
                (letter, _shares("people", [one[1:] for one in members], most=most))
                for letter, members in groupby(shown, key=lambda one: one[0][:1].upper())
            ],
            next_link=browse_link("people", after=shown[-1][1]) if len(names) > len(shown) else "",
            first_link=browse_link("people") if after else "",
        )


@router.get("/people/{name:path}")
def person_page(name: str, dossier: CurrentDossier, after: Id = None) -> Response:
    """Show the papers that a person or body wrote, received or took part in."""
    with dossier.snapshot() as snapshot:
        return _papers_page(
            snapshot,
            Browsed(person=name),
            after,
            here=("people", name),
            title=name,
            up=(browse_link("people"), "All people"),
            total=snapshot.documents_naming(name),
            see=[(one, browse_link("people", one)) for one in snapshot.participants_beside(name)],
            ask=_ask_link(("participant", name)),
        )


@router.get("/named/{plural}")
def named_page(
    plural: Plural, dossier: CurrentDossier, after: Annotated[str, Query(max_length=1_000)] = ""
) -> Response:
    """List the people or the places that stand in the texts, by the alphabet, a part at a time."""
    kind = _KINDS_OF_NAMES[plural]
    with dossier.snapshot() as snapshot:
        names = snapshot.mentioned(kind, after=after, limit=_NAMES_AT_ONCE + 1)
        shown = names[:_NAMES_AT_ONCE]
        frequent = snapshot.most_mentioned(kind, limit=_FREQUENT)
        most = frequent[0].documents if frequent else 0
        return page(
            "browse.html",
            view=f"named/{plural}",
            title=f"{plural.capitalize()} in the texts",
            shares=_named(plural, frequent, most) if len(names) > _FREQUENT and not after else [],
            letters=[
                (letter, _named(plural, list(members), most))
                for letter, members in groupby(
                    shown, key=lambda one: sorted_by(one.kind, one.name)[:1].upper()
                )
            ],
            next_link=browse_link("named", plural, after=shown[-1].name) if len(names) > len(shown) else "",
            first_link=browse_link("named", plural) if after else "",
        )


@router.get("/named/{plural}/{name:path}")
def name_page(plural: Plural, name: str, dossier: CurrentDossier, after: Id = None) -> Response:
    """Show the papers in which a person or a place stands, in whatever form."""
    with dossier.snapshot() as snapshot:
        record = snapshot.mentioned_name(_KINDS_OF_NAMES[plural], name)
        if record is None:
            raise _no_papers(name)
        return _papers_page(
            snapshot,
            Browsed(forms=record.forms),
            after,
            here=("named", plural, name),
            title=name,
            total=record.documents,
            is_least=not record.is_exact,
            up=(browse_link("named", plural), f"All {plural} in the texts"),
            ask=_ask_link(("mode", "search"), ("q", " OR ".join(f'"{form}"' for form in record.forms))),
            ask_words="Search for this name",
            also=[form for form in record.forms if form != name],
            see=[
                (one.name, browse_link("named", plural, one.name))
                for one in (snapshot.persons_beside(name, limit=_FREQUENT) if plural == "people" else ())
            ],
        )


@router.get("/kinds")
def kinds_page(dossier: CurrentDossier) -> Response:
    """List the kinds of papers."""
    with dossier.snapshot() as snapshot:
        kinds = snapshot.facets().kinds
        return page("browse.html", view="kinds", title="By kind", shares=_shares("kinds", kinds))


@router.get("/kinds/{kind:path}")
def kind_page(kind: str, dossier: CurrentDossier, after: Id = None) -> Response:
    """Show the papers of a kind."""
    with dossier.snapshot() as snapshot:
        return _papers_page(
            snapshot,
            Browsed(kind=kind),
            after,
            here=("kinds", kind),
            title=kind,
            up=(browse_link("kinds"), "All kinds"),
            total=dict(snapshot.facets().kinds).get(kind, 0),
            ask=_ask_link(("kind", kind)),
        )


def _papers_page(
    snapshot: Snapshot,
    browsed: Browsed,
    after: str | None,
    *,
    here: tuple[str, ...],
    title: str,
    total: int,
    up: tuple[str, str],
    ask: str,
    ask_words: str = "Ask these papers",
    is_least: bool = False,
    also: Sequence[str] = (),
    see: Sequence[tuple[str, str]] = (),
    shares: Sequence[Share] = (),
) -> Response:
    """Return a page of the papers that follow ``after``, under their years, or months within a year.

    Raises:
        NotFoundError: there are none.
    """
    if not total:
        raise _no_papers(title)
    browsed = replace(browsed, are_many=total > _LISTED_BEFOREHAND)
    records = snapshot.browsed(browsed, after=after, limit=_PAPERS_AT_ONCE + 1)
    shown = records[:_PAPERS_AT_ONCE]
    last = shown[-1].document.id if len(records) > len(shown) else ""
    return page(
        "browse_papers.html",
        view="/".join(here[:-1]),
        title=title,
        total=_papers(total, is_least=is_least),
        also=also,
        see=see,
        ask_words=ask_words,
        shares=shares,
        up=up,
        ask=ask,
        groups=_groups(shown, by_month=bool(browsed.period)),
        next_link=browse_link(*here, after=last) if last else "",
        first_link=browse_link(*here) if after else "",
    )


def _no_papers(title: str) -> NotFoundError:
    return NotFoundError(f"There are no papers of {title}, or no longer.")


def _groups(
    records: Iterable[DocumentRecord], *, by_month: bool
) -> list[tuple[str, list[tuple[DocumentRecord, str]]]]:
    def period_of(record: DocumentRecord) -> str:
        when = record.document.metadata.date
        if when is None:
            return UNDATED
        return when.start[:7] if by_month and when.precision != "year" else when.start[:4]

    return [
        (_period_words(period), [(one, date_range_words(one.document.metadata.date)) for one in members])
        for period, members in groupby(records, key=period_of)
    ]


def _periods(counted: Sequence[tuple[str, int]]) -> list[Share]:
    most = max((count for _, count in counted), default=0)
    return [
        Share(_period_words(period), browse_link("dates", period), _papers(count), count / most)
        for period, count in counted
    ]


def _shares(folder: str, counted: Sequence[tuple[str, int]], *, most: int = 0) -> list[Share]:
    most = max([most, *(count for _, count in counted)])
    return [
        Share(value, browse_link(folder, value), _papers(count), count / most) for value, count in counted
    ]


def _named(plural: str, names: Sequence[NameRecord], most: int) -> list[Share]:
    return [
        Share(
            one.name,
            browse_link("named", plural, one.name),
            _papers(one.documents, is_least=not one.is_exact),
            one.documents / most,
        )
        for one in names
    ]


def _papers(count: int, *, is_least: bool = False) -> str:
    words = word_count(count, "paper")
    return f"at least {words}" if is_least else words


def _period_words(period: str) -> str:
    return "Undated" if period == UNDATED else date_words(period)


def _ask_link(*filters: tuple[str, str]) -> str:
    return f"{links_root()}/?{urlencode(filters)}"
