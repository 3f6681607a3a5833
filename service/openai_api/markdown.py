"""Text of documents in Markdown: whatever it holds, it is read as text.

A document that says ``![x](http://…)`` or ``<script>`` must not make a chat front end fetch or run anything.
"""

from __future__ import annotations

import re

_ACTIVE = re.compile(
    r"[\\`*\[\]<>~]|(?<!\w)_|_(?!\w)|^(?=[#+-])|(?<=^\d)(?=[.)]\s)|(?<=^\d\d)(?=[.)]\s)", re.MULTILINE
)


def escaped(text: str) -> str:
    """Return ``text`` so that Markdown (CommonMark 0.31) shows it as it stands."""
    return _ACTIVE.sub(lambda mark: "\\" + mark[0], text)
