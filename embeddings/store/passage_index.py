"""The seam between the store and what its passages are searched in; there is more than one filling.

The store is the truth and has all texts, pages and documents. What passages are searched in is derived from
it and can be made again: on this machine (:mod:`embeddings.store.local_passages`), or in an engine beyond it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from embeddings.encoders.encoder import FloatArray
    from embeddings.store.filtering import Selection
    from embeddings.store.lexical_index import LexicalField


class PassageSearch(Protocol):
    """Searches the passages of one generation of the store; all are told apart by their keys.

    ``selection`` restricts what is found, ``None`` does not. ``by_second``: the second model's vectors are
    meant, and there are some.
    """

    def dense(
        self, vector: FloatArray, *, limit: int, selection: Selection | None, by_second: bool
    ) -> Callable[[], list[tuple[int, float]]]:
        """Begin to look for the passages nearest to ``vector``, of shape ``(dimension,)``.

        What is returned waits for them, for the same thread: they come with cosines, best first. All that
        are as near as the last one come too, in any order.
        """
        ...

    def cosines(self, vector: FloatArray, keys: Sequence[int], *, by_second: bool) -> list[float]:
        """Return the cosine of each of these passages, which must be there, to ``vector``."""
        ...

    def lexical(
        self, query: str, *, field: LexicalField, limit: int, selection: Selection | None
    ) -> list[tuple[int, float]]:
        """Return the best rows for the words of ``query`` with BM25 scores, best first, equal ones by id."""
        ...


class PassageIndex(Protocol):
    """Gives searches of whichever generation is asked for. Safe to use from many threads."""

    def at(self, connection: sqlite3.Connection) -> PassageSearch | None:
        """Return what searches the very generation that ``connection`` sees, in a read transaction.

        ``None``: that generation has passed, and only a newer one can be searched.
        """
        ...

    def changed(self) -> None:
        """Take note that a change was committed."""
        ...

    def save(self, *, is_last: bool = False) -> None:
        """Keep what makes the next start quick; ``is_last``: nothing more is to come."""
        ...

    def problems(self, connection: sqlite3.Connection, *, repair: bool = False) -> Iterator[str]:
        """Yield where it has not the passages of the store, one line each; ``repair`` mends it."""
        ...

    def close(self) -> None:
        """Let go of what is held. May be called twice."""
        ...
