"""Documents chosen for a list: by people and words, each paper once, by who wrote to whom."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from chunker.text.normalising import fold
from embeddings.store.choosing import Choice
from service.answering.catalogue.sides import has_side
from service.library.elsewhere import same_elsewhere

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.search import Filters
    from embeddings.store.listing import DocumentOrder
    from embeddings.store.records import DocumentRecord
    from embeddings.store.snapshot import Snapshot
    from service.understanding.catalogue.list_questions import ListQuestion

MAX_COMPARED = 1_000
"""Documents of a choice that are read one by one: for copies, and for who wrote to whom."""
_MAX_PAIRS = 25
"""Papers of one title and date in several files whose texts are compared; chosen by hand."""


class Found(NamedTuple):
    """Papers in order of time, and how many there are in all, where more than can be read one by one.

    ``copies`` counts further copies of them, ``untold`` papers that do not tell who wrote to whom.
    """

    papers: Sequence[DocumentRecord] = ()
    total: int = 0
    copies: int = 0
    untold: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all of them are among the papers."""
        return self.total == len(self.papers)


def with_kinds(filters: Filters, kinds: Sequence[str]) -> Filters:
    """Return ``filters`` that let only ``kinds`` pass, of those that passed before; none: as they are."""
    if not kinds:
        return filters
    passing = tuple(kind for kind in kinds if not filters.kinds or kind in filters.kinds)
    return replace(filters, kinds=passing or ("",))


def find(
    asked: ListQuestion, also: Mapping[str, tuple[str, ...]], snapshot: Snapshot, filters: Filters
) -> tuple[Found, ListQuestion]:
    """Return the documents that are asked for, and the question as far as documents could tell.

    Where none tells who wrote to whom, that has not been asked; words that no title holds may be those of an
    archive reference. ``also`` gives words their other spellings.
    """
    choice = choice_of(asked, also)
    is_latest = asked.wants == "latest"
    found = chosen([choice], snapshot, filters, is_latest=is_latest)
    people = [person for person in asked.people if person.side]
    either = replace(asked, people=tuple(replace(person, side="") for person in asked.people))
    if not found.papers and asked.title and not asked.people:
        kept = replace(choice, titles=(), references=asked.title)
        of_archive = chosen([kept], snapshot, filters, is_latest=is_latest)
        return of_archive, replace(asked, title=(), archive=asked.title) if of_archive.papers else asked
    if not people:
        return found, asked
    is_denied = asked.denies == "people"
    took_part = found
    if is_denied:
        took_part = chosen([choice_of(replace(asked, denies=""), also)], snapshot, filters)
    if not (found.is_whole and took_part.is_whole):
        return found, either
    told, untold = [], []
    for record in took_part.papers:
        sides = [has_side(record, person, snapshot) for person in people]
        if all(side == person.side for side, person in zip(sides, people, strict=True)):
            told.append(record)
        elif all(side in (person.side, "unknown") for side, person in zip(sides, people, strict=True)):
            untold.append(record)
    if is_denied:
        everything = chosen([replace(choice, without_people=())], snapshot, filters, is_latest=is_latest)
        left_out = {record.document.id for record in (*told, *untold)}
        papers = [record for record in everything.papers if record.document.id not in left_out]
        return Found(papers, len(papers), everything.copies, len(untold)), asked
    if told or not untold:
        return Found(told, len(told), found.copies, len(untold)), asked
    return Found(untold, len(untold), found.copies), either


def choice_of(asked: ListQuestion, also: Mapping[str, tuple[str, ...]]) -> Choice:
    """Return the exact rules that documents are chosen by."""
    people = tuple(person.names for person in asked.people)
    texts = tuple(spellings(word, also) for word in asked.text)
    titles = tuple(spellings(word, also) for word in asked.title)
    days = tuple((one.first_day, one.last_day) for one in asked.times)
    if asked.denies == "people":
        return Choice(titles=titles, texts=texts, without_people=people, days=days)
    if asked.denies == "content":
        return Choice(people=people, titles=titles, without_texts=texts, days=days)
    return Choice(people=people, titles=titles, texts=texts, references=asked.archive, days=days)


def by_mention(asked: ListQuestion, choice: Choice) -> list[Choice]:
    """Return choices that leave all persons but one to be named in title or text: each in turn took part."""
    named = [(person.names, (person.asked, *person.surnames)) for person in asked.people]
    if len(named) == 1:
        return [replace(choice, people=(), texts=(*choice.texts, named[0][1]))]
    return [
        replace(
            choice,
            people=(names,),
            texts=(*choice.texts, *(words for other, (_, words) in enumerate(named) if other != number)),
        )
        for number, (names, _) in enumerate(named)
    ]


def chosen(
    choices: Sequence[Choice],
    snapshot: Snapshot,
    filters: Filters,
    *,
    besides: Sequence[DocumentRecord] = (),
    is_latest: bool = False,
) -> Found:
    """Return the papers of any of ``choices`` that are not among those ``besides``."""
    order: DocumentOrder = "latest" if is_latest else "earliest"
    known = {record.document.id for record in besides}
    found: dict[str, DocumentRecord] = {}
    beyond = 0
    for choice in choices:
        records, total = snapshot.documents(filters=filters, choice=choice, order=order, limit=MAX_COMPARED)
        found |= {one.document.id: one for one in records if one.document.id not in known}
        beyond = max(beyond, total - len(records))
    in_order = list(found.values())
    if len(choices) > 1:
        in_order.sort(key=lambda one: date.start if (date := one.document.metadata.date) else "9999")
    kept = _without_copies([*besides, *in_order], snapshot)
    papers = [record for record in kept if record.document.id not in known]
    return Found(papers, len(papers) + beyond, len(in_order) - len(papers))


def _without_copies(records: Sequence[DocumentRecord], snapshot: Snapshot) -> list[DocumentRecord]:
    """Return ``records`` without those that are a paper before them in another file."""
    alike: dict[object, list[DocumentRecord]] = {}
    for record in records:
        metadata = record.document.metadata
        title = re.sub(r"[\W_]", "", fold(record.document.title).text)
        alike.setdefault((metadata.date, metadata.kind, title), []).append(record)
    copies: set[str] = set()
    pairs = [group for group in alike.values() if len({one.document.source_id for one in group}) > 1]
    for first, *others in pairs[:_MAX_PAIRS]:
        same = {place.document.id for place in same_elsewhere(snapshot, first.document.id)}
        copies |= same & {one.document.id for one in others}
    return [record for record in records if record.document.id not in copies]


def spellings(words: str, also: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return ``words`` as they were asked, and with each word as the index writes it."""
    forms = [words]
    for word, others in also.items():
        pattern = re.compile(rf"\b{re.escape(word)}\b")
        forms += [pattern.sub(other, form) for form in forms if pattern.search(form) for other in others]
    return tuple(dict.fromkeys(forms))[:8]
