"""How far the reading of a file is, in pages, where pages take seconds each; told to whoever listens."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class PagesRead:
    """How many pages of a file have been recognised, of how many that need it, and what each may take."""

    name: str
    pages: int
    of: int
    seconds_a_page: float


_listener: ContextVar[Callable[[PagesRead], None] | None] = ContextVar("pages_read", default=None)


def tell_pages(read: PagesRead) -> None:
    """Tell how far the reading is."""
    listener = _listener.get()
    if listener is not None:
        listener(read)


@contextmanager
def telling_pages(listener: Callable[[PagesRead], None]) -> Iterator[None]:
    """Have ``listener`` told, within the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
