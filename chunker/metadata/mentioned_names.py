"""Which names a collection has, of persons and of places, and in which forms each: from all its mentions.

Forms with one surname belong together as far as their first names and initials do not contradict each other:
"Mr Brandt" and "J. Brandt" and "Josef Brandt". What is not surely a name is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from chunker.metadata.written_names import name_vocabulary
from chunker.text.normalising import fold

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from chunker.metadata.mentions import Mention

NameKind = Literal["person", "place"]


@dataclass(frozen=True, slots=True)
class NameSettings:
    """What makes a form a name; chosen by hand on three collections, not measured.

    It stands in small letters at most ``max_small`` times as often as with its capital, and of its mentions
    within sentences at most ``max_against`` speak against it. A place is shown ``min_as_place`` times, and
    over ``place_over_person`` times as often as a person. A surname alone belongs to the person who has
    ``main_share`` of its fuller forms. A form with somebody's first name stands ``min_count`` times.
    """

    max_small: float = 0.25
    max_against: float = 0.25
    min_as_place: int = 2
    place_over_person: int = 3
    main_share: float = 0.8
    min_count: int = 2


SETTINGS = NameSettings()

# Slavic surnames as they come into English by sound: Vinogradova, Vinogradovu, Vinogradovym.
_CASE_ENDING = re.compile(r"(?<=[^\W\d_]{2}(?:ov|ev|in))(?:a|u|e|y|om|ym|im)$")


@dataclass(frozen=True, slots=True)
class Name:
    """A person or a place by its usual name, with the forms that texts have, the most frequent first."""

    kind: NameKind
    name: str
    forms: tuple[str, ...]


def cluster_of(form: str) -> str:
    """Return what forms of one name have in common: the last word, without case and its ending."""
    surname = fold(form).text.rpartition(" ")[2]
    return _CASE_ENDING.sub("", surname)


def filed_under(participant: str) -> str:
    """Return under what a participant stands in the alphabet: a person's surname, a body's whole name."""
    vocabulary = name_vocabulary()
    words = participant.split()
    is_body = not vocabulary.never.isdisjoint(word.lower() for word in words if not word.islower()) or any(
        word.islower() and vocabulary.particles.isdisjoint((before, word)) for before, word in pairwise(words)
    )
    return fold(participant).text if is_body else cluster_of(participant)


def names_among(mentions: Iterable[Mention], first_names: Container[str] = ()) -> list[Name]:
    """Return the names among the mentions of one cluster, each form summed over the whole collection.

    ``first_names`` are what persons are called who are called by one word.
    """
    ordered = sorted(mentions, key=lambda one: (-one.count, one.form))
    persons = [one for one in ordered if _is_person(one) or _has_first_name(one, first_names)]
    persons += [
        one
        for one in ordered
        if one not in persons
        and _is_full(one)
        and any(_agree(one.form, other.form) for other in persons if " " in other.form)
    ]
    has_person = bool(persons)
    places = [one for one in ordered if _is_place(one) and not (has_person and " " in one.form)]
    if any(" " not in one.form for one in places):
        return [Name("place", one.form, (one.form,)) for one in places]  # "I. E. Germany" is nobody
    shown = {one.form for one in (*persons, *places)}
    bare = [
        one
        for one in ordered
        if has_person and " " not in one.form and one.form not in shown and _may_be_name(one)
    ]
    names = [Name("place", one.form, (one.form,)) for one in places]
    return names + _persons([*persons, *bare])


def _is_person(one: Mention) -> bool:
    """Return whether a form is a person's; a letter with a full stop may stand before any word, once."""
    is_shown = one.as_person > (one.form.count(".") == 1)
    is_place = one.as_place > SETTINGS.place_over_person * one.as_person
    return is_shown and not is_place and _may_be_name(one)


def _is_full(one: Mention) -> bool:
    """Return whether a form of several words may be a person's, though nothing beside it shows that."""
    is_spelt_out = " " in one.form and "." not in one.form
    return is_spelt_out and one.inside > 0 and not one.as_place and _may_be_name(one)


def _has_first_name(one: Mention, first_names: Container[str]) -> bool:
    return _is_full(one) and one.count >= SETTINGS.min_count and one.form.split()[0] in first_names


def _is_place(one: Mention) -> bool:
    is_shown = (
        one.as_place >= SETTINGS.min_as_place and one.as_place > SETTINGS.place_over_person * one.as_person
    )
    return is_shown and _may_be_name(one)


def _may_be_name(one: Mention) -> bool:
    is_single = " " not in one.form or "." in one.form
    is_common = is_single and one.small > SETTINGS.max_small * one.count
    return not is_common and one.against <= SETTINGS.max_against * max(1, one.inside)


def _persons(mentions: Iterable[Mention]) -> list[Name]:
    """Return the persons whom the forms of one surname name, the most frequent first."""
    alone: list[Mention] = []
    groups: list[list[Mention]] = []
    for one in sorted(mentions, key=lambda one: (-one.count, one.form)):
        if " " not in one.form:
            alone.append(one)
        elif group := next(
            (each for each in groups if all(_agree(one.form, other.form) for other in each)), None
        ):
            group.append(one)
        else:
            groups.append([one])
    groups.sort(key=lambda group: -_count(group))
    if alone:
        is_main = bool(groups) and _count(groups[0]) >= SETTINGS.main_share * sum(map(_count, groups))
        if is_main:
            groups[0] += alone
        else:
            groups.append(alone)
    return [_name_of(group) for group in groups]


def _count(group: Iterable[Mention]) -> int:
    return sum(one.count for one in group)


def _agree(first: str, second: str) -> bool:
    """Return whether the first names and initials of two forms may be one person's."""
    both = zip(first.split()[:-1], second.split()[:-1], strict=False)
    return all(
        one.rstrip(".").startswith(other.rstrip(".")) or other.rstrip(".").startswith(one.rstrip("."))
        for one, other in both
    )


def _name_of(group: list[Mention]) -> Name:
    ordered = sorted(group, key=lambda one: (-one.count, one.form))
    full = max(ordered, key=lambda one: (" " in one.form, one.count, _longest_first_name(one), len(one.form)))
    return Name("person", full.form, tuple(one.form for one in ordered))


def _longest_first_name(one: Mention) -> int:
    return max(map(len, one.form.split()[:-1]), default=0)
