"""Reads subtitles and captions (.srt, .vtt): what is said, without numbers, times and marks."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from chunker.readers.building import LINE_JOINT, TextBuilder
from chunker.readers.decoding import decode_text

if TYPE_CHECKING:
    from chunker.readers.extraction import Extracted, ReadingLimits

TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{1,2}[.,]\d{1,3}"
CUE = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}")
VOICE = re.compile(r"<v(?:\.[\w.]*)?[ \t]+([^>]{1,200})>")  # who speaks (WebVTT, section 4.2.2)
MARK = re.compile(r"</?[a-z][^>]{0,200}>|<[\d:.]+>|\{\\[^}]{1,100}\}", re.IGNORECASE)


def read_subtitles(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read subtitles; what is said goes on from cue to cue, and a line that comes twice running stands once.

    What stands below no time is none: names and numbers of cues, heads, notes and styles.
    """
    lines = decode_text(data, name=name, limits=limits).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text, last, is_said = TextBuilder(name, limits), "", False
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if CUE.match(line) or not line.strip():
            is_said = bool(line.strip())
        elif is_said and not (line.strip().isdigit() and CUE.match(below)):
            words = html.unescape(MARK.sub("", VOICE.sub(r"\1: ", line))).strip()
            if words != last:
                text.add(words, joint=LINE_JOINT)
                last = words or last
    return text.extracted()
