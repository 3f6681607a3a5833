"""A list's rule in words that a reader can check: what was counted, and by what."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.answering.catalogue.chosen import Found
    from service.understanding.catalogue.list_questions import ListQuestion

NO_WORDS: Mapping[str, Sequence[str]] = MappingProxyType({})
_MOST_NAMES = 8
"""Names of a person that a rule tells; of a first name there may be hundreds."""
_MEETINGS = frozenset({"conversation", "interview", "minutes"})
"""Kinds in which nobody writes to anybody."""


def described(
    asked: ListQuestion,
    number: int,
    *,
    also_searched: Mapping[str, Sequence[str]] = NO_WORDS,
    is_mentioned: bool = False,
    is_counted: bool = False,
) -> str:
    """Return what was chosen, such as "3 letters whose participants include Anna, dated 1902".

    ``also_searched`` gives words their other spellings. ``is_mentioned`` says that not all persons took
    part, but are named. With ``is_counted`` the ``number`` stands before it.
    """
    is_one = number == 1
    noun = asked.noun.singular if is_one else asked.noun.plural
    if is_counted:
        noun = f"one {noun}" if is_one else f"{number:,} {noun}"
    hold, title = ("holds", "title") if is_one else ("hold", "titles")
    parts = _people_words(asked, is_one=is_one, is_mentioned=is_mentioned)
    by_side = bool(parts) and parts[0].removeprefix("not ").startswith(("written by ", "to "))
    if asked.title:
        words = [_spelt(word, also_searched) for word in asked.title]
        parts.append(f"whose {title} {hold} {_all_of(words)}")
    if asked.archive:
        refer = "archive reference holds" if is_one else "archive references hold"
        parts.append(f"whose {refer} {_all_of([f'“{word}”' for word in asked.archive])}")
    if asked.text:
        words = [_spelt(word, also_searched) for word in asked.text]
        says = f"{'does' if is_one else 'do'} not hold" if asked.denies == "content" else hold
        parts.append(f"that {says} {_all_of(words)} in {'its' if is_one else 'their'} title or text")
    joints = ["", "" if by_side else " and", " and"]
    rest = "".join(f"{joint} {part}" for joint, part in zip(joints, parts, strict=False))
    times = " or ".join(_in_words(one.text) for one in asked.times)
    comma = "," if parts else ""
    return f"{noun}{rest}{f'{comma} dated {times}' if times else ''}"


def _people_words(asked: ListQuestion, *, is_one: bool, is_mentioned: bool) -> list[str]:
    """Return what persons have to do with the documents."""
    people = _all_of([person.asked for person in asked.people])
    if people and is_mentioned:
        name, own = ("names", "its title or text") if is_one else ("name", "their titles or texts")
        took_part = ", one of them as a participant" if len(asked.people) > 1 else ""
        return [f"that {name} {people} in {own}{took_part}"]
    writers, recipients, others = (
        _all_of([person.asked for person in asked.people if person.side == side])
        for side in ("writer", "recipient", "")
    )
    no = "not " if asked.denies == "people" else ""
    parts = []
    if writers or recipients:
        by, to = (f"written by {writers}" if writers else "", f"to {recipients}" if recipients else "")
        parts.append(f"{no}{' '.join(part for part in (by, to) if part)}")
    if others:
        parts.append(f"whose participants {'do not ' * bool(no)}include {others}")
    return parts


def _spelt(word: str, also_searched: Mapping[str, Sequence[str]]) -> str:
    """Return a word in quotation marks, with what was searched for it."""
    others = [other for one in word.split() for other in also_searched.get(one, ())]
    return " or ".join(f"“{one}”" for one in (word, *others))


def rule_words(
    asked: ListQuestion,
    *,
    found: Found,
    shown: int,
    undated: int,
    is_mentioned: bool,
) -> str:
    """Return how the documents of a list were taken, beyond what the line above it says."""
    said = []
    kinds = _all_of([f"“{kind}”" for kind in asked.noun.kinds], "or")
    if kinds and asked.noun.kinds != (asked.noun.singular,):
        said.append(f"Taken are documents of the kind {kinds}.")
    spelt = [
        f"{person.asked} as {_all_of(_some(names), 'or')}"
        for person in asked.people
        if (names := [name for name in person.names if name != person.asked])
    ]
    if spelt and not is_mentioned:
        said.append(f"The catalogue names {'; '.join(spelt)}.")
    has_sides = any(person.side for person in asked.people)
    if has_sides:
        said.append("Who wrote to whom is what titles and signatures say.")
    if found.untold:
        said.append(f"Not counted: {found.untold:,} of which that is not said.")
    if (
        asked.people
        and not has_sides
        and not is_mentioned
        and not _MEETINGS.issuperset(asked.noun.kinds or ("any",))
    ):
        said.append("A participant is a writer, a recipient or somebody the title names.")
    if asked.title or asked.text:
        said.append("A word counts in all its forms.")
    if asked.wants == "times":
        said.append("Counted are papers, not events.")
    if found.copies:
        said.append("A paper that stands in two files is counted once.")
    if undated:
        said.append(f"Not counted: {undated:,} without a date.")
    if asked.wants not in ("earliest", "latest") and found.total > 1:
        said.append(_order_words(found, shown))
    return " ".join(said)


def _order_words(found: Found, shown: int) -> str:
    dated = sum(paper.document.metadata.date is not None for paper in found.papers)
    order = "In the order of their files" if not dated else "In order of time"
    last = ", undated ones last" if 0 < dated < len(found.papers) else ""
    return f"{order}{last}{f'; the first {shown} are shown' if found.total > shown else ''}."


def more_words(asked: ListQuestion, number: int, *, shown: int) -> str:
    """Return a line on documents that only name the persons; ``shown`` of them stand below it."""
    several = len(asked.people) > 1
    who = "them" if several else asked.people[0].asked
    not_all = ", but not all of them as participants" if several else ", but not as a participant"
    end = ":" if shown else "."
    if number == 1:
        return f"One more names {who} in its title or text{not_all}{end}"
    first = f"; the first {shown} are shown" if 0 < shown < number else ""
    return f"{number:,} more name {who} in their titles or texts{not_all}{first}{end}"


def _all_of(words: Sequence[str], joint: str = "and") -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def _some(names: Sequence[str]) -> Sequence[str]:
    if len(names) <= _MOST_NAMES:
        return names
    return [*names[:_MOST_NAMES], f"{len(names) - _MOST_NAMES:,} other names"]


def _in_words(time: str) -> str:
    if time[-1:] == "s" and time[:1].isdigit():
        return f"in the {time}"
    return f"in {time}" if time.lower().startswith("the ") else time
