"""Facts that titles state: which office somebody had, when a treaty was signed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from chunker.documents import Span
from chunker.metadata.dates import date_spans, read_date
from chunker.metadata.names import is_same_person
from chunker.text.normalising import fold
from chunker.vocabulary import PACKAGED
from embeddings.store.choosing import Choice
from service.answer import Words
from service.answering.catalogue.cutting import opening, words_at
from service.answering.catalogue.told import Told
from service.answering.quoting import locate
from service.interpretation import Interpretation
from service.wording.phrases import date_range_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from embeddings.search import Filters
    from embeddings.store.records import DocumentRecord
    from embeddings.store.snapshot import Snapshot
    from service.answering.catalogue.told import Cut
    from service.understanding.catalogue.fact_questions import AskedSigning

_LOOKED_AT = 300
"""Documents whose titles are read for a person's offices."""
_OFFICES = 6
_TREATIES = 3
"""With more treaties of that name it is not one that is asked for."""
_SAME_OFFICE = 88
"""Two wordings as alike as this (rapidfuzz's ratio) are one office; scans and translators vary letters."""
_OFFICE_WORDS = 16
_HEAD_CHARS = 1_500
"""Where in a document its title is looked for."""
_PARTY = re.compile(r"\b(?:from|to|with|by|between)\b|[;:]", re.IGNORECASE)
_OF = re.compile(r"\bof\b", re.IGNORECASE)
_NAME_START = re.compile(r"(?:(?:[^\W\d_]{1,2}\.\s?){1,3}\s*)?$")
_BEHIND = re.compile(r",\s*(?P<words>[^\W\d_A-Z][^,;()]{2,120}?)(?=,|;|\sto\b|\swith\b|\son\b|$)")
_ARTICLES = re.compile(r"(?:\s*(?:and|from|the|a|an|his|her|their|our|my)\b)*\s*", re.IGNORECASE)


@cache
def _kind_of() -> re.Pattern[str]:
    """Return the pattern of a kind of papers that persons stand behind: "telegram of"."""
    kinds = "|".join(PACKAGED.patterns("papers", "kinds").values())
    return re.compile(rf"(?:{kinds})\s+(?:of|between|from)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Office:
    """An office as a title words it, with the name, in a document."""

    record: DocumentRecord
    words: str
    quoted: str


def who_told(name: str, snapshot: Snapshot, filters: Filters) -> Told | None:
    """Return the offices that titles give somebody of that name, ``None`` where they give none."""
    surname = name.rsplit(maxsplit=1)[-1]
    records, total = snapshot.documents(
        filters=filters, choice=Choice(titles=((surname,),)), order="earliest", limit=_LOOKED_AT
    )
    by_office: list[list[_Office]] = []
    for record in records:
        for office in _offices(record, name):
            same = (group for group in by_office if _is_same(group[0], office))
            group = next(same, None)
            if group is None:
                by_office.append([office])
            else:
                group.append(office)
    most = sorted(by_office, key=len, reverse=True)
    cuts = [(group, cut) for group in most if (cut := _quoted_office(snapshot, group))][:_OFFICES]
    if not cuts:
        return None
    titles = "One title names" if total == 1 else f"{total:,} titles name"
    line = Words(f"{titles} {name}. What they say of this person:", "fact")
    dated = [(_first_day(group[0].record), replace(cut, lead=_time_words(group))) for group, cut in cuts]
    dated += _unnamed(surname, snapshot, filters, {record.document.id for record in records})
    parts = [cut for _, cut in sorted(dated, key=lambda one: one[0])]
    understood = Interpretation(participants=(name,))
    return Told("facts", (line, *parts), understood, total=total, goes_on=True)


def _unnamed(
    surname: str, snapshot: Snapshot, filters: Filters, known: AbstractSet[str]
) -> list[tuple[str, Cut]]:
    """Return the titles without the name of papers that somebody took part in, each with its first day."""
    records, _ = snapshot.documents(
        filters=replace(filters, participants=(surname,)), order="earliest", limit=_LOOKED_AT
    )
    cuts: dict[str, tuple[str, Cut]] = {}
    for record in records:
        title = record.document.title
        if record.document.id not in known and len(cuts) < _OFFICES and fold(title).text not in cuts:
            names = (name for name in record.document.metadata.participants if surname in name.split())
            if cut := _quoted_title(snapshot, record, title):
                date = date_range_words(record.document.metadata.date)
                lead = f"{date or 'Undated'}, a paper of which {next(names, surname)} is a participant:"
                cuts[fold(title).text] = _first_day(record), replace(cut, lead=lead)
    return list(cuts.values())


def _offices(record: DocumentRecord, name: str) -> Iterator[_Office]:
    """Yield what a title says right before a person's name, or right behind it between commas."""
    title, surname = record.document.title, name.rsplit(maxsplit=1)[-1]
    others = {one.split()[-1] for one in record.document.metadata.participants} - {surname}
    for match in re.finditer(rf"\b{re.escape(surname)}\w{{0,2}}\b", title, re.IGNORECASE):
        name_start = _name_start(record, title, match.start())
        if not is_same_person(title[name_start : match.end()], name):
            continue
        before = title[:name_start]
        parties = list(_PARTY.finditer(before))
        first_of = _OF.search(before)
        start = parties[-1].end() if parties else first_of.end() if first_of else name_start
        start = _behind_kind(before, start)
        start = _behind_others(title, start, name_start, others)
        words = before[start:].strip(" ,.")
        if 0 < len(words.split()) <= _OFFICE_WORDS and any(word.islower() for word in words.split()):
            yield _Office(record, words, title[start : match.end()].lstrip(" ,."))
            continue
        behind = _BEHIND.match(title, match.end())
        if behind and not any(date_spans(behind["words"])):
            yield _Office(record, behind["words"], title[name_start : behind.end("words")])


def _name_start(record: DocumentRecord, title: str, surname_start: int) -> int:
    """Return where a name begins whose last word stands in a title: its first names, as far as known."""
    for participant in record.document.metadata.participants:
        *first_names, _ = participant.split()
        if first_names:
            pattern = r"\s*".join(map(re.escape, first_names)) + r"\s*$"
            found = re.search(pattern, title[:surname_start], re.IGNORECASE)
            if found:
                return found.start()
    initials = _NAME_START.search(title, 0, surname_start)
    return initials.start() if initials else surname_start


def _behind_kind(title: str, start: int) -> int:
    """Return where an office begins that articles and the kind of the paper stand before."""
    while True:
        articles = _ARTICLES.match(title, start)
        start = articles.end() if articles else start
        of = _kind_of().match(title, start)
        if of is None:
            return start
        start = of.end()


def _behind_others(title: str, start: int, end: int, others: AbstractSet[str]) -> int:
    """Return where an office begins that another person's name and "and" may stand before."""
    for joint in reversed(list(re.finditer(r"\band\b", title[start:end]))):
        if any(other in title[start : start + joint.start()] for other in others):
            behind = _ARTICLES.match(title, start + joint.end())
            return behind.end() if behind else start
    return start


def _is_same(one: _Office, other: _Office) -> bool:
    return fuzz.ratio(fold(one.words).text, fold(other.words).text) >= _SAME_OFFICE


def _quoted_office(snapshot: Snapshot, group: list[_Office]) -> Cut | None:
    """Return the words of the title as they stand in the text of the first document that has them."""
    most = Counter(office.words for office in group)
    in_order = sorted(group, key=lambda office: -most[office.words])
    cuts = (_quoted_title(snapshot, office.record, office.quoted) for office in in_order)
    return next((cut for cut in cuts if cut), None)


def _quoted_title(snapshot: Snapshot, record: DocumentRecord, words: str) -> Cut | None:
    """Return words of a document's title at the place where they stand in its text."""
    for place in snapshot.places(snapshot.passage_keys(record.document.id)[:1]):
        passage = place.passage
        found = locate(words, passage.text, Span(0, min(len(passage.text), _HEAD_CHARS)))
        if found is not None:
            start = passage.start_char
            return words_at(place, Span(start + found.span.start_char, start + found.span.end_char))
    return None


def _time_words(group: list[_Office]) -> str:
    dates = [date for one in group if (date := one.record.document.metadata.date)]
    papers = "one paper" if len(group) == 1 else f"{len(group)} papers"
    if not dates:
        return f"In {papers} without a date:"
    first, last = date_range_words(dates[0]), date_range_words(dates[-1])
    return f"In {papers}, {first if first == last else f'{first} – {last}'}:"


def _first_day(record: DocumentRecord) -> str:
    date = record.document.metadata.date
    return date.start if date else "9999"


def signing_told(asked: AskedSigning, snapshot: Snapshot, filters: Filters) -> Told | None:
    """Return the own date of the treaty that is asked for, ``None`` where no title holds its name."""
    choice = Choice(titles=tuple((word,) for word in asked.words))
    records, total = snapshot.documents(
        filters=replace(filters, kinds=asked.kinds), choice=choice, order="earliest", limit=_TREATIES
    )
    dated = [record for record in records if record.document.metadata.date]
    if not dated or total > _TREATIES:
        return None
    parts: list[Words | Cut] = []
    for record in dated:
        date = record.document.metadata.date
        if cut := _dated(snapshot, record) or opening(snapshot, record.document):
            kind = record.document.metadata.kind
            parts += [Words(f"The {kind}’s own date is {date_range_words(date)}:", "fact"), cut]
    understood = Interpretation(kinds=asked.kinds)
    return Told("facts", tuple(parts), understood, total=len(dated), goes_on=True)


def _dated(snapshot: Snapshot, record: DocumentRecord) -> Cut | None:
    """Return the line of a document that states its date, near its beginning or its end."""
    date = record.document.metadata.date
    keys = snapshot.passage_keys(record.document.id)
    for place in snapshot.places(list(dict.fromkeys([*keys[:2], *keys[-2:]]))):
        passage = place.passage
        for line in re.finditer(r"[^\n]+", passage.text):
            said = read_date(line[0])
            if said and date and (said.start, said.end) == (date.start, date.end) and len(line[0]) < 400:
                whole = Span(*line.span()).trimmed(passage.text)
                if whole:
                    start = passage.start_char
                    return words_at(place, Span(start + whole.start_char, start + whole.end_char))
    return None
