"""Who does something in a question, and another name put in the same place: "And Hitler?"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from service.understanding.question_words import AUXILIARIES, read_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from service.understanding.question_words import Word

_DETERMINERS = frozenset("the a an his her its their our my your".split())
_PREPOSITIONS = frozenset("of about on with to from in at by for against toward towards regarding".split())
_MOST_TITLES = 3
"""Words of a title before a name: "the new German ambassador Papen"."""
_OPENING = re.compile(
    r"\W{0,3}(?:(?:and|but|or|so|then)\b\W{0,3})?(?:(?:what|how)\s+about\b\W{0,3})?", re.IGNORECASE
)


class Named(NamedTuple):
    """A span of a question with a name in it, titles and article before it included, and the name alone."""

    start_char: int
    end_char: int
    name: str
    has_article: bool


def subject_of(question: str) -> Named | None:
    """Return the name that does what a question asks of: it follows the first auxiliary verb.

    ``None`` where it is none, or where "the" alone stands before it: "the Lausanne session", "the Soviet
    Union want" look alike.
    """
    words = read_words(question)
    start = next((at + 1 for at, word in enumerate(words) if word.lower in AUXILIARIES), len(words))
    at = start
    has_article = at < len(words) and words[at].lower in _DETERMINERS
    at += has_article
    while at < min(len(words), start + 1 + _MOST_TITLES) and _is_title(words[at]):
        at += 1
    is_titled = at > start + has_article
    end = _run_end(question, words, at)
    if end == at or (has_article and not is_titled) or words[end - 1].text.endswith(("'s", "’s")):
        return None
    following = question[words[end - 1].end_char :].lstrip()
    if following[:1] in (",", "&") or re.match(r"(?:and|or)\b", following):
        return None
    return Named(
        words[start].start_char, words[end - 1].end_char, _text(question, words[at:end]), has_article
    )


def with_name_put_in(question: str, fragment: str, is_person: Callable[[str], bool] | None) -> str | None:
    """Return ``question`` with the name that ``fragment`` consists of in the place that fits it.

    After a preposition that is the name after the same one ("And of Moscow?"); else that of whoever does
    something, unless ``is_person`` tells that a person and something else would change places. ``None``
    where the fragment is no name, or no one place fits.
    """
    words = read_words(fragment)
    opening = _OPENING.match(fragment)
    words = [word for word in words if opening is None or word.start_char >= opening.end()]
    preposition = words[0].lower if words and words[0].lower in _PREPOSITIONS else ""
    names = words[1:] if preposition else words
    if names and names[0].lower in _DETERMINERS:
        names = names[1:]
    if not names or _run_end(fragment, names, 0) != len(names) or names[-1].is_of_nation:
        return None
    name = _text(fragment, names)
    others = _named_after_prepositions(question)
    if preposition:
        places = [one for before, one in others if before == preposition]
        return _put_in(question, places[0], name) if len(places) == 1 else None
    subject = subject_of(question)
    if subject is None:
        return None
    if is_person is None or is_person(name) == is_person(subject.name):
        return _put_in(question, subject, name)
    alike = [one for _, one in others if not one.has_article and is_person(one.name) == is_person(name)]
    return _put_in(question, alike[0], name) if len(alike) == 1 else None


def _named_after_prepositions(question: str) -> list[tuple[str, Named]]:
    words = read_words(question)
    found = []
    for before, word in enumerate(words[:-1]):
        if word.lower not in _PREPOSITIONS:
            continue
        at = before + 1
        has_article = words[at].lower in _DETERMINERS
        end = _run_end(question, words, at + has_article)
        if end > at + has_article and not re.match(
            r"\s*+,?\s*+\d|['’]s", question[words[end - 1].end_char :]
        ):
            run = words[at + has_article : end]
            named = Named(run[0].start_char, run[-1].end_char, _text(question, run), has_article)
            found.append((word.lower, named))
    return found


def _is_title(word: Word) -> bool:
    return word.is_content and (not word.is_name or word.is_of_nation) and not word.text[0].isdigit()


def _run_end(text: str, words: Sequence[Word], start: int) -> int:
    """Return where the run of names that begins at ``start`` ends."""
    end = start
    while end < len(words) and words[end].is_name:
        if end > start and text[words[end - 1].end_char : words[end].start_char].strip(" ."):
            break
        end += 1
    return end


def _text(text: str, words: Sequence[Word]) -> str:
    return text[words[0].start_char : words[-1].end_char]


def _put_in(question: str, place: Named, name: str) -> str:
    return f"{question[: place.start_char]}{name}{question[place.end_char :]}"
