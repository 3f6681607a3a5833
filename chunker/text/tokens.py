"""Counting tokens with tiktoken, without a network for the packaged encoding.

Tokens only count here; text is never cut at token boundaries, which may fall inside a character.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from chunker.environment import environment_variable
from chunker.errors import TokenTableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGED_ENCODING = "cl100k_base"
_CACHE_VARIABLE = "TIKTOKEN_CACHE_DIR"


@dataclass(frozen=True, slots=True)
class TokenLimit:
    """At most ``max_tokens`` by ``count``, a function from a text to its number of tokens."""

    count: Callable[[str], int]
    max_tokens: int


@cache
def token_counter(encoding: str = PACKAGED_ENCODING) -> Callable[[str], int]:
    """Return a function that counts tokens of the tiktoken encoding of that name.

    The rank table of ``cl100k_base`` comes with this package, under the name that tiktoken gives it
    in its cache, and tiktoken itself checks it against the SHA-256 it pins. Any other encoding is
    tiktoken's to find. Raises :class:`TokenTableError` when it cannot.
    """
    import tiktoken

    try:
        with _packaged_tables() if encoding == PACKAGED_ENCODING else nullcontext():
            encoder = tiktoken.get_encoding(encoding)
    except ValueError as error:
        raise TokenTableError(
            f"tiktoken has no usable encoding {encoding!r}: use {PACKAGED_ENCODING}, "
            f"or reinstall dossier if its own rank table is damaged"
        ) from error
    except OSError as error:
        raise TokenTableError(
            f"the rank table of tiktoken's {encoding!r} cannot be fetched: use {PACKAGED_ENCODING}, "
            f"or put the table in the folder {_CACHE_VARIABLE} names"
        ) from error
    return lambda text: len(encoder.encode_ordinary(text))


@contextmanager
def _packaged_tables() -> Iterator[None]:
    """Point tiktoken's documented cache variable at this package's tables for a moment."""
    with (
        resources.as_file(resources.files("chunker") / "data" / "tiktoken") as folder,
        environment_variable(_CACHE_VARIABLE, str(folder)),
    ):
        yield
