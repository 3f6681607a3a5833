"""What a language model wrote, read sentence by sentence as it comes: what each says, and what it cites."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chunker.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

NOT_ANSWERED = "NOT ANSWERED"

_NUMBERS = r"\d{1,3}(?:\s*(?:[,;&]|and)\s*\d{1,3})*"
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_PASSAGE = r"(?:passages?|sources?|documents?|nos?\.)"
_FORMS = (
    re.compile(rf"\[\s*\^?(?:{_PASSAGE}\s*)?({_NUMBERS})\s*\](?!\()", re.IGNORECASE),
    re.compile(rf"【\s*(?:{_PASSAGE}\s*)?(?:\d+:)?({_NUMBERS})(?:†[^】]*)?\s*】", re.IGNORECASE),
    re.compile(rf"\(\s*{_PASSAGE}\s+({_NUMBERS})\s*\)", re.IGNORECASE),
)
# Bare "(1)" and raised figures are citations only where a clause ends, else they count or measure something.
_BARE = re.compile(rf"(?<=[\w.!?\"”’»\])])\s?\(\s*({_NUMBERS})\s*\)(?=\s*(?:[.,;:!?]|\(|\[|$)|\s+[A-Z\"“])")
_RAISED_MARK = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=[.!?\"”’»]))([¹²³⁴-⁹][⁰¹²³⁴-⁹]?)(?=[\s.,;:!?]|$)")
_CITATION = re.compile(r"\s*\[(\d{1,3}(?:,\d{1,3})*)\]")
_AFTER_STOP = re.compile(r"(?P<stop>[.!?…][\"'”’»)]*)(?P<citations>(?:\s*\[\d{1,3}(?:,\d{1,3})*\])+)")
_QUOTED = re.compile(r"“([^“”]+)”|«([^«»]+)»|\"([^\"]+)\"|„([^„“”]+)[“”]")
_MARKUP = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)|<[^<>]{1,300}>|(?<!\w)[*_`>|]+|[*_`|]+(?!\w)")
_LIST_MARK = re.compile(r"^\s*(?:[-•*–>]\s+|\(?\d{1,2}[.)]\s+)+")
_HEADING = re.compile(r"^\s*#{1,6}\s|^\s*(?:\*\*|__)[^*_]{1,80}(?:\*\*|__)\s*:?\s*$|^[^\[\].!?]*:\s*$")
_SOURCES = re.compile(r"^\W*(?:sources?|references?|citations?|notes?|footnotes?)\W*$", re.IGNORECASE)
_FOOTNOTE = re.compile(r"^\s*\[\^?\d{1,3}\]\s*:")
_THOUGHTS = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
_UNFINISHED_CITATION = re.compile(r"\s*[\[(【][^\[\]()【】]*$")
_UNFINISHED_TAG = re.compile(r"<[^<>\s]{0,8}$")
_OPENS, _CLOSES = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence without markup, the numbers of the passages that it cites, each once, where it stands."""

    text: str
    numbers: tuple[int, ...]
    begins_paragraph: bool = False

    @property
    def is_refusal(self) -> bool:
        """Whether it tells that the passages do not answer."""
        return NOT_ANSWERED in self.text.upper()


@dataclass(slots=True)
class ReplyReader:
    """Reads a reply as it comes in pieces; ``known`` are the numbers of passages that there are.

    A sentence is given once the next one has begun. Citations at the end of a paragraph whose other sentences
    have none hold for all of them: such a paragraph is given as a whole. Until a cited sentence opens the
    reply, nothing is given before its end: it may turn out to be thoughts, which ``</think>`` closes.
    """

    known: AbstractSet[int]
    _text: str = ""
    _given: int = 0
    _is_open: bool = False
    _lists_sources: bool = False

    def feed(self, piece: str) -> Iterator[CitedSentence]:
        """Take the next piece and yield the sentences that it completes."""
        self._text += piece
        self._drop_thoughts()
        if _OPENS in self._text or _UNFINISHED_TAG.search(self._text):
            return
        *lines, last = self._text.split("\n")
        sentences = [one for line in lines for one in self._read(line)]
        sentences += self._complete(last)
        self._is_open = self._is_open or bool(sentences and sentences[0].numbers)
        if self._is_open:
            yield from sentences[self._given :]
            self._given = max(self._given, len(sentences))

    def end(self) -> Iterator[CitedSentence]:
        """Yield what is left once nothing more comes."""
        self._drop_thoughts()
        text = self._text.partition(_OPENS)[0]
        self._lists_sources = False
        sentences = [one for line in text.split("\n") for one in self._read(line)]
        yield from sentences[self._given :]

    def _drop_thoughts(self) -> None:
        text = _THOUGHTS.sub("", self._text)
        if _CLOSES in text:  # closed, but opened in the prompt
            text = text.rpartition(_CLOSES)[2]
            self._given = 0
            self._is_open = False
        self._text = text
        self._lists_sources = False

    def _read(self, line: str) -> list[CitedSentence]:
        """Return the sentences of a whole line, which is a paragraph or an item of a list."""
        if _SOURCES.match(line):
            self._lists_sources = True
        if self._lists_sources or _FOOTNOTE.match(line) or _HEADING.match(line):
            return []
        read = _sentences(line, self.known)
        if len(read) > 1 and read[-1].numbers and not any(one.numbers for one in read[:-1]):
            return [replace(one, numbers=read[-1].numbers) for one in read]
        return read

    def _complete(self, line: str) -> list[CitedSentence]:
        """Return the sentences of a line's beginning that nothing to come can change."""
        if self._lists_sources or _HEADING.match(line) or _has_open_quotation(line):
            return []
        read = _sentences(_UNFINISHED_CITATION.sub("", line), self.known)[:-1]
        return read if read and read[0].numbers else []


def without_thoughts(reply: str) -> str:
    """Return a whole reply without what a reasoning model thinks before it."""
    return _THOUGHTS.sub("", reply).rpartition(_CLOSES)[2].partition(_OPENS)[0].strip()


def read_reply(reply: str, known: AbstractSet[int]) -> list[CitedSentence]:
    """Return the sentences of a whole reply."""
    reader = ReplyReader(known)
    return [*reader.feed(reply), *reader.end()]


def quotations(sentence: str) -> list[str]:
    """Return the words that stand in quotation marks in ``sentence``."""
    return [next(group for group in match.groups() if group) for match in _QUOTED.finditer(sentence)]


def _sentences(line: str, known: AbstractSet[int]) -> list[CitedSentence]:
    plain = _MARKUP.sub(lambda match: match[1] or "", _with_plain_citations(_LIST_MARK.sub("", line), known))
    # "… said. [1]" and "… said [1]." are the same: citations are brought before the full stop.
    text = _AFTER_STOP.sub(lambda match: f" {match['citations'].strip()}{match['stop']}", plain)
    found: list[CitedSentence] = []
    for sentence in _cut(text):
        numbers = [int(number) for match in _CITATION.finditer(sentence) for number in match[1].split(",")]
        bare = " ".join(_CITATION.sub("", sentence).split())
        if any(character.isalnum() for character in bare):
            found.append(CitedSentence(bare, tuple(dict.fromkeys(numbers)), begins_paragraph=not found))
    return found


def _with_plain_citations(line: str, known: AbstractSet[int]) -> str:
    """Write citations of whatever form as "[1]" or "[1,2]"."""

    def marked(match: re.Match[str]) -> str:
        return f"[{','.join(re.findall(r'[0-9]+', match[1].translate(_RAISED)))}]"

    def marked_if_known(match: re.Match[str]) -> str:
        numbers = [int(number) for number in re.findall(r"\d+", match[1].translate(_RAISED))]
        return f" {marked(match)}" if set(numbers) <= known else match[0]

    for form in _FORMS:
        line = form.sub(marked, line)
    return _RAISED_MARK.sub(marked_if_known, _BARE.sub(marked_if_known, line))


def _cut(line: str) -> Iterator[str]:
    """Yield the sentences of ``line``; a quotation of several is part of the one that it stands in."""
    inside = [match.span() for match in _QUOTED.finditer(line)]
    begin = 0
    for span in sentence_spans(line):
        if not any(start < span.end_char < end for start, end in inside):
            yield line[begin : span.end_char].strip()
            begin = span.end_char


def _has_open_quotation(line: str) -> bool:
    return line.count('"') % 2 == 1 or any(line.count(a) > line.count(b) for a, b in ("“”", "«»"))
