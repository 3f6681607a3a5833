"""Catalogue search: which passages hold words exactly as they are asked for, and how many do.

FTS5 stems what it indexes, so that it can only propose: passages with the stems of the words that must be
there. Each proposal is then read (:func:`embeddings.expressions.holds`). A beginning of a word is looked up
among the words as they are written, whose stems are proposed. Only what passages themselves say counts, not
the title and date that they are indexed with.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from embeddings.expressions import AllOf, Phrase, holds, names_something
from embeddings.store import word_counts
from embeddings.store.ties import in_order_of_ids
from embeddings.terms import stem

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from embeddings.expressions import Expression
    from embeddings.store.filtering import Selection


@dataclass(frozen=True, slots=True)
class ExactLimits:
    """How much is looked at: the best ``proposals``, and ``beginnings`` words for all that are cut off.

    Of more the count is told as what it then is, a lower bound. Chosen by hand: 20,000 passages of a thousand
    characters are read in about half a second.
    """

    proposals: int = 20_000
    beginnings: int = 1_000


@dataclass(frozen=True, slots=True)
class ExactMatches:
    """Keys of passages with BM25 scores, best first; ``is_whole`` tells that there are no others."""

    scored: list[tuple[int, float]]
    is_whole: bool


_LIMITS = ExactLimits()


def search(
    connection: sqlite3.Connection,
    wanted: Expression,
    *,
    selection: Selection | None = None,
    left_out: AbstractSet[int] = frozenset(),
    limits: ExactLimits = _LIMITS,
) -> ExactMatches:
    """Return all passages that are what ``wanted`` says, but for ``left_out``, ranked by BM25.

    Equal scores stand in the order of the public ids. ``selection`` restricts the passages.

    Raises:
        ValueError: nothing is looked for, only left out (:func:`embeddings.expressions.names_something`).
    """
    if not names_something(wanted):
        raise ValueError("nothing is looked for, only left out")
    proposal = _Proposal(connection, limits.beginnings)
    parameters: list[object] = [f"body : ({proposal.of(wanted)})"]
    where = ""
    if selection is not None:
        restriction, restricting = selection.restricting("passage_text.rowid", "passages")
        where = f"AND {restriction}"
        parameters += restricting
    statement = (
        "SELECT rowid, bm25(passage_text) AS score FROM passage_text "  # noqa: S608 - made of constants
        f"WHERE passage_text MATCH ? {where} ORDER BY score LIMIT ?"
    )
    rows = connection.execute(statement, (*parameters, limits.proposals + 1)).fetchall()
    is_whole = len(rows) <= limits.proposals and not proposal.is_cut
    proposed = [(key, -score) for key, score in rows[: limits.proposals] if key not in left_out]
    matching = _matching(connection, wanted, [key for key, _ in proposed])
    scored = [one for one in proposed if one[0] in matching]
    return ExactMatches(in_order_of_ids(connection, scored, table="passages"), is_whole)


def _matching(connection: sqlite3.Connection, wanted: Expression, keys: Sequence[int]) -> set[int]:
    statement = "SELECT body FROM passage_text WHERE rowid = ?"
    bodies: Iterator[tuple[int, str]] = (
        (key, connection.execute(statement, (key,)).fetchone()[0]) for key in keys
    )
    return {key for key, body in bodies if holds(body, wanted)}


class _Proposal:
    """Makes FTS5's expressions, which find at least what is wanted; every word in them is quoted."""

    def __init__(self, connection: sqlite3.Connection, beginnings: int) -> None:
        self._connection = connection
        self._left = beginnings
        self.is_cut = False

    def of(self, wanted: Expression) -> str:
        """Return the expression for a ``wanted`` that names something."""
        if isinstance(wanted, Phrase):
            return self._of_phrase(wanted)
        parts = [self.of(part) for part in wanted.parts if names_something(part)]  # type: ignore[union-attr]
        return f" {'AND' if isinstance(wanted, AllOf) else 'OR'} ".join(f"({part})" for part in parts)

    def _of_phrase(self, phrase: Phrase) -> str:
        ways = []
        for words in phrase.forms:
            whole = words[:-1] if phrase.is_prefix else words
            parts = [f'"{" ".join(whole)}"'] if whole else []
            if phrase.is_prefix:
                parts.append(f"({self._of_beginning(words[-1])})")
            ways.append(" AND ".join(parts))
        return " OR ".join(f"({way})" for way in ways)

    def _of_beginning(self, beginning: str) -> str:
        """Return the words that begin so; FTS5 itself knows those with digits and the shortest."""
        found = word_counts.with_beginning(self._connection, beginning, limit=self._left + 1)
        self.is_cut |= len(found) > self._left
        of_stem = {stem(word): word for word, _ in islice(found, self._left)}
        self._left -= min(len(found), self._left)
        with_digits = [f'"{beginning}{digit}" *' for digit in "0123456789"]
        return " OR ".join([f'"{beginning}" *', *with_digits, *(f'"{word}"' for word in of_stem.values())])
