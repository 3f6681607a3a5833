"""Names of what is retrieved in TREC files: a source by its name, words in it by where they stand.

``letters/anna.txt`` is a whole source, ``letters/anna.txt#char=120,480`` its characters 120 to 480, counted
from 0, the last not among them (RFC 5147). So a docno outlives every change of the splitting, and a system
that splits otherwise can name its own passages. A blank, ``%`` or ``#`` in a name is percent-encoded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from eval.gold.evidence import TextSpan

if TYPE_CHECKING:
    from collections.abc import Mapping

_RESERVED = re.compile(r"[\s%#]")
_FRAGMENT = re.compile(r"#char=(\d+),(\d+)$")


def source_docno(source_name: str) -> str:
    """Return the docno of a whole source."""
    return _RESERVED.sub(lambda found: quote(found[0]), source_name)


def span_docno(span: TextSpan) -> str:
    """Return the docno of words in a source."""
    return f"{source_docno(span.source_name)}#char={span.start_char},{span.end_char}"


def names_span(docno: str) -> bool:
    """Return whether a docno names words in a source and not the whole of it."""
    return bool(_FRAGMENT.search(docno))


def span_of(docno: str, texts: Mapping[str, str]) -> TextSpan | None:
    """Return what a docno names, ``None`` where no such source or place is there.

    ``texts`` are the sources' by name. A set's own ids, which nobody encoded, name sources, too.
    """
    for name in (docno, unquote(docno)):
        if name in texts:
            return TextSpan(name, 0, len(texts[name]))
    if not (fragment := _FRAGMENT.search(docno)):
        return None
    name, start, end = unquote(docno[: fragment.start()]), int(fragment[1]), int(fragment[2])
    return TextSpan(name, start, end) if start < end <= len(texts.get(name, "")) else None
