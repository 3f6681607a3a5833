"""Lists of documents: chosen by metadata and by what they hold, counted, with the rule of the choice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.ranking.spelling import SpellingSettings, respelt
from embeddings.terms import stems
from service.answer import Words
from service.answering.catalogue.chosen import (
    Found,
    by_mention,
    choice_of,
    chosen,
    find,
    spellings,
    with_kinds,
)
from service.answering.catalogue.cutting import opening, saying
from service.answering.catalogue.list_wording import described, more_words, rule_words
from service.answering.catalogue.told import NEAREST, Told
from service.interpretation import Interpretation
from service.understanding.catalogue.list_words import list_words
from service.understanding.catalogue.people import Person
from service.understanding.question_words import read_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.search import Filters
    from embeddings.store.records import DocumentRecord
    from embeddings.store.snapshot import Snapshot
    from service.answering.catalogue.told import Cut
    from service.understanding.catalogue.list_questions import ListQuestion


SHOWN = 12
"""Documents of a list that are shown; chosen by hand, as what a person reads through."""


def list_told(asked: ListQuestion, snapshot: Snapshot, filters: Filters) -> Told:
    """Return the documents that are asked for, or which rule found none."""
    also = _also_searched(asked, snapshot)
    understood = Interpretation(
        dates=asked.times,
        also_searched=also,
        participants=tuple(dict.fromkeys(name for person in asked.people for name in person.names)),
        kinds=asked.noun.kinds,
    )
    filters = with_kinds(filters, asked.noun.kinds)
    found, asked = find(asked, also, snapshot, filters)
    asked = asked if found.papers else _with_names_as_people(asked)
    choice = choice_of(asked, also)
    has_sides = any(person.side for person in asked.people)
    loose = [] if asked.denies == "people" or has_sides else by_mention(asked, choice)
    more = chosen(loose, snapshot, filters, besides=found.papers)
    is_mentioned = not found.papers and bool(more.papers)
    if is_mentioned:
        found, more = more, Found()
    if not found.papers:
        sought = described(asked, 1, also_searched=also)
        notice = f"No {sought}{',' if ', dated' in sought else ''} was found. {NEAREST}"
        return Told("extract", understood=understood, notice=notice, goes_on=True)
    undated = replace(choice, days=(), is_undated=True)
    rule = rule_words(
        asked,
        found=found,
        shown=SHOWN,
        undated=snapshot.documents(filters=filters, choice=undated, limit=1)[1] if asked.times else 0,
        is_mentioned=is_mentioned,
    )
    if asked.wants in ("earliest", "latest"):
        return _end(asked, found, rule, snapshot, understood, is_mentioned=is_mentioned)
    counted = described(asked, found.total, also_searched=also, is_mentioned=is_mentioned, is_counted=True)
    parts: list[Words | Cut] = [Words(f"{counted[0].upper()}{counted[1:]}:", "fact")]
    parts += _shown(found.papers[:SHOWN], asked, snapshot, also)
    left = SHOWN - found.total
    if more.papers and left > 0:
        parts.append(Words(more_words(asked, more.total, shown=left), "attribution"))
        parts += _shown(more.papers[:left], asked, snapshot, also)
    elif more.papers:
        rule += f" {more_words(asked, more.total, shown=0)}"
    return Told("list", tuple(parts), understood, total=found.total, rule=rule or None)


def _with_names_as_people(asked: ListQuestion) -> ListQuestion:
    """Return the question with names that no title holds as persons, who may be named in a text.

    Not where letters are asked for: who is named in one need not have written it.
    """
    names = [word for word in read_words(" ".join(asked.title)) if word.is_name and not word.is_of_nation]
    if not names or list_words().addressed.issuperset(asked.noun.kinds or ("any",)):
        return asked
    texts = {word.text for word in names}
    people = tuple(Person(word.text, (word.text,)) for word in names)
    title = tuple(word for word in asked.title if word not in texts)
    return replace(asked, people=(*asked.people, *people), title=title)


def _end(
    asked: ListQuestion,
    found: Found,
    rule: str,
    snapshot: Snapshot,
    understood: Interpretation,
    *,
    is_mentioned: bool,
) -> Told:
    """Return the first or the last of the documents found that have a date."""
    dated = [record for record in found.papers if record.document.metadata.date]
    if not dated:
        notice = f"No {described(asked, 1)} has a date. {NEAREST}"
        return Told("extract", understood=understood, notice=notice, goes_on=True)
    of = described(asked, found.total, is_mentioned=is_mentioned, is_counted=True)
    line = f"The only {of.removeprefix('one ')}:" if found.total == 1 else f"The {asked.wants} of {of}:"
    record = dated[0] if asked.wants == "earliest" else max(dated, key=_last_day)
    return Told(
        "facts",
        (Words(line, "fact"), *_shown([record], asked, snapshot, {})),
        understood,
        total=found.total,
        rule=rule or None,
    )


def _last_day(record: DocumentRecord) -> str:
    date = record.document.metadata.date
    return date.end if date else ""


def _shown(
    records: Sequence[DocumentRecord],
    asked: ListQuestion,
    snapshot: Snapshot,
    also: Mapping[str, tuple[str, ...]],
) -> list[Cut]:
    """Return of each document what it says on the words that it is to hold, or how it begins."""
    wanted: set[str] = set()
    if asked.denies != "content":
        wanted = {stem for word in asked.text for one in spellings(word, also) for stem in stems(one)}
    cuts = (
        saying(snapshot, record.document, wanted) if wanted else opening(snapshot, record.document)
        for record in records
    )
    return [cut for cut in cuts if cut]


def _also_searched(asked: ListQuestion, snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Return for words of the question those of the index that they may have been meant for."""
    text = " ".join((*asked.title, *asked.text))
    if not text:
        return {}
    return respelt(snapshot, text, snapshot.document_frequencies(text), SpellingSettings()).also_searched
