"""Tells pages whose fonts do not say which letters they show: what PDFium gives of them is no text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2

NO_LETTERS = re.compile(r"[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]")
"""Control characters but those that PDFium puts itself, and the private use area."""
MIN_NO_LETTERS = 0.01
"""Of a page's characters: of 23 public pages with fonts that say no letters 3 have fewer, and are right."""
MIN_UNMAPPED = 0.5


def is_unmapped(text_page: pypdfium2.PdfTextPage, text: str) -> bool:
    """Whether most characters of a page, of which PDFium gives ``text``, have no Unicode in their fonts.

    PDFium takes their codes for characters then: now and then these are right, and none is a control one.
    """
    from pypdfium2 import raw

    if len(NO_LETTERS.findall(text)) <= MIN_NO_LETTERS * len(text):
        return False
    count = text_page.count_chars()
    shown = [at for at in range(count) if not chr(raw.FPDFText_GetUnicode(text_page, at)).isspace()]
    unmapped = [at for at in shown if raw.FPDFText_HasUnicodeMapError(text_page, at) == 1]
    return len(unmapped) > MIN_UNMAPPED * len(shown)
