"""File names as text: one form for each, printable, and as distinct as the file system has them."""

from __future__ import annotations

import unicodedata
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIRST_ESCAPE = 0xDC00  # Python's surrogateescape: a byte that is no UTF-8 is U+DC00 and the byte


def storable_name(name: str) -> str:
    r"""Return a file name or a path as text that can be stored and shown, in one form whoever wrote it.

    Composed and decomposed letters are one (NFC; macOS writes the latter). A byte that is no UTF-8 becomes
    ``\xe9``, and so does a control character; that no two names become one, a backslash becomes ``\x5c``.
    """
    return unicodedata.normalize("NFC", "".join(map(_shown, name)))


def _shown(character: str) -> str:
    if 0 <= ord(character) - _FIRST_ESCAPE < 0x100:
        return f"\\x{ord(character) - _FIRST_ESCAPE:02x}"
    if character != "\\" and unicodedata.category(character) not in {"Cc", "Cs"}:
        return character
    return f"\\x{ord(character):02x}" if character.isascii() else f"\\u{ord(character):04x}"


def distinct_names(names: Iterable[str]) -> dict[str, str]:
    """Return the storable form of each name of one folder.

    Where several have one form, all but the first, in the order of their code points, are numbered.
    """
    forms = {name: storable_name(name) for name in sorted(names)}
    plain, taken = set(forms.values()), set[str]()
    for name, form in forms.items():
        numbered = (numbered_name(form, number) for number in count(1))
        forms[name] = next(one for one in numbered if one not in (plain - {form}) | taken)
        taken.add(forms[name])
    return forms


def numbered_name(path: str, number: int) -> str:
    """Return ``letters/notes (2).txt`` for ``letters/notes.txt`` and 2; the first has no number."""
    whole = PurePosixPath(path)
    return path if number == 1 else str(whole.with_name(f"{whole.stem} ({number}){whole.suffix}"))


def upwards(path: str) -> str:
    """Return a path read from its last part to its first, or back again."""
    return "/".join(reversed(path.split("/")))
