"""Catalogue queries: "exact phrase", word*, -word, AND, OR, NOT and brackets, as every library reads them.

A query is one only if its form says so (:func:`is_search`): a question with a quoted phrase or a dash in it
is still a question. Words side by side must all be there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from chunker.vocabulary import PACKAGED
from embeddings.expressions import AllOf, AnyOf, Expression, Phrase, Without, names_something
from embeddings.terms import STOPWORDS
from service.understanding.follow_ups.dependence import read_dependence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.answer import Turn

Mode = Literal["ask", "search"]

_MARKS = '"“”„‟«»'
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<minus>(?<![^\s(])-(?=[{_MARKS}(]|[^\W_]))
    | [{_MARKS}](?P<phrase>[^{_MARKS}]*)[{_MARKS}](?P<phrase_star>\*(?!\S))?
    | (?P<open>\() | (?P<close>\))
    | (?P<operator>AND|OR|NOT)(?![^\s(){_MARKS}])
    | (?P<word>[^\s(){_MARKS}]+)
    """,
    re.VERBOSE,
)
_STARRED = re.compile(r"[^\W_](?:[\w'’.-]*[^\W_])?\*")
_STARRED_END = re.compile(r"[^\W_]\*\s*$")
# What a program has put around a question, or a question that stands in quotation marks itself.
_NEVER = re.compile(rf"[\n{{}}<>]|\?\s*[{_MARKS}]$")
_NUMBER = re.compile(r"\d{1,3}(?!\d)")
_OPERATORS = frozenset(("AND", "OR", "NOT"))
_ASKS = frozenset("what who whom whose which when where why how is are was were did do does".split())
_BARE = re.compile(r"[^\W_]+(?:[ .'’-]{1,2}[^\W_]+)*\.?")
# Scripts that set no blanks between words: a sentence there looks like a word.
_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
_NAME_WORDS = 4
"""Most words of a bare name; more are a title or a theme. Chosen by hand."""
_DEEPEST, _MOST_PHRASES = 16, 64
"""What a person would write by hand is far less; FTS5 takes far more."""


class _UnreadableError(Exception):
    """A query is not put together as it should be."""


class _Token(NamedTuple):
    kind: str
    text: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a query looks for.

    ``wanted`` is None where that is nothing: there are no words, or only such as must not be there. Where
    not ``is_as_written`` the operators could not be read, and the words are looked for as words.
    """

    wanted: Expression | None
    is_as_written: bool = True


def read_search(query: str) -> SearchQuery:
    """Return what ``query`` looks for; there is none that cannot be read, if only as plain words."""
    try:
        wanted = _Reader(_tokens(query)).read()
        is_readable = len(_all_phrases(wanted)) <= _MOST_PHRASES
    except _UnreadableError:
        is_readable, wanted = False, None
    if not is_readable:
        words = (Phrase.read(word) for word in re.split(rf"[\s(){_MARKS}]+", query) if word not in _OPERATORS)
        plain = tuple(dict.fromkeys(filter(None, words)))[:_MOST_PHRASES]
        return SearchQuery(_joined(AllOf, plain) if plain else None, is_as_written=False)
    return SearchQuery(wanted if wanted and names_something(wanted) else None)


def mode_of(query: str, history: Sequence[Turn] = ()) -> Mode:
    """Return whether ``query`` is a question or a search by its form.

    After other questions a bare word such as "details" may depend on them; then it is no search.
    """
    if not is_search(query):
        return "ask"
    is_of_those_before = bool(history) and _is_bare(query.strip()) and read_dependence(query) != "none"
    return "ask" if is_of_those_before else "search"


def is_search(query: str) -> bool:
    """Tell whether the form of ``query`` says that it is no question but a search in a catalogue."""
    outside = re.sub(rf"[{_MARKS}][^{_MARKS}]*[{_MARKS}]", " ", query)
    words = re.findall(r"[^\W_]+", outside)
    if _NEVER.search(query.strip()) or "?" in outside or (words and words[0].lower() in _ASKS):
        return False
    return _is_bare(query.strip()) or _has_operator(query, words)


def _has_operator(query: str, words: Sequence[str]) -> bool:
    """Tell whether a sign of searching stands in ``query``; ``words`` are those outside quotation marks."""
    try:
        tokens = _tokens(query)
        wanted = _Reader(tokens).read()
    except _UnreadableError:
        return False
    if wanted is None:
        return False
    spoken = [word for word in words if word not in _OPERATORS]
    # where all is in capitals, AND is a word like any other
    can_join = any(word != word.upper() for word in spoken) or not any(map(_is_function_word, spoken))
    kinds = {token.kind for token in tokens}
    if ("operator" in kinds and can_join) or any(token.is_prefix for token in tokens):
        return True
    if any(one.kind == "minus" and not _NUMBER.match(other.text) for one, other in pairwise(tokens)):
        return True
    return "phrase" in kinds and kinds <= {"phrase", "operator", "minus", "open", "close"}


def _is_bare(query: str) -> bool:
    """Tell whether a query is one word, or a name and nothing beside it."""
    if not _BARE.fullmatch(query) or _WITHOUT_BLANKS.search(query):
        return False
    words = query.split()
    if len(words) == 1:
        return not _is_function_word(words[0].rstrip("."))
    if len(words) > _NAME_WORDS:
        return False
    particles = PACKAGED.words("names", "particles")
    names = [word for word in words if word.lower() not in particles]
    return bool(names) and all(
        word[0].isupper() and not _is_function_word(word.rstrip(".")) for word in names
    )


def _is_function_word(word: str) -> bool:
    return len(word) > 1 and word.lower() in STOPWORDS


def _tokens(query: str) -> list[_Token]:
    tokens = []
    position = 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None:  # a quotation mark that nothing closes
            raise _UnreadableError
        position = match.end()
        kind = match.lastgroup or "phrase"
        if kind in {"phrase", "phrase_star"}:
            is_prefix = bool(match["phrase_star"] or _STARRED_END.search(match["phrase"]))
            tokens.append(_Token("phrase", match["phrase"].strip().rstrip("*"), is_prefix))
        elif kind == "word":
            is_prefix = bool(_STARRED.fullmatch(match[0]))
            tokens.append(_Token("word", match[0].rstrip("*") if is_prefix else match[0], is_prefix))
        elif kind != "space":
            tokens.append(_Token(kind, match[0]))
    return tokens


class _Reader:
    """Reads tokens: OR joins what AND, or nothing, joins; NOT and minus stand before one thing."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def read(self) -> Expression | None:
        """Return what the tokens say, ``None`` where they have no word."""
        found = self._any_of(0)
        if self._at < len(self._tokens):  # a bracket that nothing opened
            raise _UnreadableError
        return found

    def _next(self) -> _Token:
        nothing = _Token("end", "")
        return self._tokens[self._at] if self._at < len(self._tokens) else nothing

    def _takes(self, operator: str) -> bool:
        is_next = self._next() == _Token("operator", operator)
        self._at += is_next
        return is_next

    def _any_of(self, depth: int) -> Expression | None:
        if depth > _DEEPEST:
            raise _UnreadableError
        parts = [self._all_of(depth)]
        while self._takes("OR"):
            parts.append(self._all_of(depth))
        if len(parts) > 1 and None in parts:
            raise _UnreadableError
        return _joined(AnyOf, [part for part in parts if part is not None])

    def _all_of(self, depth: int) -> Expression | None:
        parts: list[Expression] = []
        must_follow = False
        while self._next().kind not in {"end", "close"} and self._next() != _Token("operator", "OR"):
            if self._takes("AND"):
                if must_follow or not parts:
                    raise _UnreadableError
                must_follow = True
                continue
            part = self._one(depth)
            if part is not None:
                parts.append(part)
                must_follow = False
        if must_follow:
            raise _UnreadableError
        return _joined(AllOf, parts)

    def _one(self, depth: int) -> Expression | None:
        """Read a phrase, a bracket, or one of them with NOT before it; a word of marks alone is nothing."""
        token = self._next()
        self._at += 1
        if token.kind == "minus" or token == _Token("operator", "NOT"):
            if self._next().kind not in {"word", "phrase", "open"}:
                raise _UnreadableError
            part = self._one(depth)
            return Without(part) if part is not None else None
        if token.kind == "open":
            inside = self._any_of(depth + 1)
            if self._next().kind != "close":
                raise _UnreadableError
            self._at += 1
            return inside
        return Phrase.read(token.text, is_prefix=token.is_prefix)


def _joined(kind: type[AllOf | AnyOf], parts: Iterable[Expression]) -> Expression | None:
    unique = tuple(dict.fromkeys(parts))
    if not unique:
        return None
    return unique[0] if len(unique) == 1 else kind(unique)


def _all_phrases(wanted: Expression | None) -> list[Phrase]:
    match wanted:
        case None:
            return []
        case Phrase():
            return [wanted]
        case Without():
            return _all_phrases(wanted.part)
        case _:
            return [phrase for part in wanted.parts for phrase in _all_phrases(part)]
