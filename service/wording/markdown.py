"""Text of documents in Markdown: whatever it holds, it is read as text.

A document that says ``![x](http://…)`` or ``<script>`` must not make a chat front end fetch or run anything.
"""

from __future__ import annotations

import re

_INLINE = re.compile(r"[\\`*\[\]<>~|]|(?<!\w)_|_(?!\w)|&(?=#?\w{1,32};)")
_LINE_START = re.compile(r"^[ \t]*(?:(?P<mark>[#+=-])|(?P<number>\d{1,9})(?=[.)](?:\s|$)))?", re.MULTILINE)


def escaped(text: str) -> str:
    """Return ``text`` so that Markdown (CommonMark 0.31 and GitHub's tables) shows it as it stands.

    White space at the beginning of a line goes: it would make a block of code.
    """
    inline = _INLINE.sub(lambda mark: "\\" + mark[0], text)
    return _LINE_START.sub(_escaped_start, inline)


def _escaped_start(start: re.Match[str]) -> str:
    if start["mark"]:
        return "\\" + start["mark"]
    return start["number"] + "\\" if start["number"] else ""
