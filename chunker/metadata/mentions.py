"""Names that stand in a text, and what beside each shows a person or a place: precision before recall.

A name is a run of words with a capital. A person is shown by a form of address or an office before it, by
initials, by a salutation, or by the head or the signature of the paper; a place by "in" before it, or by a
date line. An article, a number or a preposition of time beside it, and the same word in small letters, speak
against it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.metadata.written_names import (
    SETTINGS,
    WORD,
    WrittenName,
    has_capitals_everywhere,
    is_common,
    name_at,
    name_vocabulary,
    tokens_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Mention:
    """How often a name stands in one form; ``inside``: within sentences, where capitals tell something.

    ``as_person`` and ``as_place`` count what shows it to be one, ``against`` what speaks against both,
    ``small`` the same word in small letters.
    """

    form: str
    count: int = 0
    inside: int = 0
    as_person: int = 0
    as_place: int = 0
    against: int = 0
    small: int = 0

    def plus(self, other: Mention) -> Mention:
        """Return what both say of the form."""
        return Mention(
            self.form,
            self.count + other.count,
            self.inside + other.inside,
            self.as_person + other.as_person,
            self.as_place + other.as_place,
            self.against + other.against,
            self.small + other.small,
        )


def find_mentions(text: str, participants: Sequence[str] = ()) -> tuple[Mention, ...]:
    """Return the names in ``text``, each form once; ``participants`` are whom its head and signature name."""
    tokens = list(tokens_of(text))
    small = Counter(token.word for token in tokens if token.word.islower())
    greeting = [match.span() for match in name_vocabulary().salutation.finditer(text)]
    greeted = {end for _, end in greeting}
    opening = {match.start() for span in greeting for match in WORD.finditer(text, *span)}
    in_shows_place = not has_capitals_everywhere(tokens)
    found: dict[str, Mention] = {}
    number = 0
    while number < len(tokens):
        run = name_at(tokens, number) if tokens[number].start not in opening else []
        if not run:
            number += 1
            continue
        name = WrittenName(text, tokens, run)
        if name.starts_sentence and len(run) > 1 and is_common(name.words[0], small):
            number = run[1]
            continue
        number = run[-1] + 1
        shown = Mention(
            name.form,
            count=1,
            inside=int(not name.starts_sentence),
            as_person=int(name.is_person or tokens[run[0]].start in greeted),
            as_place=int(name.is_in and in_shows_place) + SETTINGS.date_line_weight * name.heads_date_line,
            against=int(name.is_against),
        )
        so_far = found.get(name.form) or Mention(name.form, small=small[name.words[-1].lower()])
        found[name.form] = so_far.plus(shown)
    return tuple(_with_participants(found, participants))


def _with_participants(found: dict[str, Mention], participants: Sequence[str]) -> Iterator[Mention]:
    """Yield what was found, with what the head shows, and the first names of the persons that are shown."""
    named = {form for name in participants for form in (name, name.split()[-1] if name.split() else "")}
    given = {form.split()[0] for form, one in found.items() if one.as_person and "." not in form}
    given |= {name.split()[0] for name in participants if len(name.split()) > 1 and "." not in name}
    for form, one in found.items():
        is_full = " " in form and "." not in form and form.split()[0] in given and one.inside > 0
        yield one.plus(Mention(form, as_person=1)) if form in named or is_full else one
