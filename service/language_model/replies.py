"""What a language model wrote, read sentence by sentence as it comes: what each says, and what it cites."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chunker.text.sentences import sentence_spans
from service.language_model.citing import CITATION, with_plain_citations, without_unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

NOT_ANSWERED = "NOT ANSWERED"

_AFTER_STOP = re.compile(r"(?P<stop>[.!?…][\"'”’»)]*)(?P<citations>(?:\s*\[\d{1,3}(?:,\d{1,3})*\])+)")
_QUOTED = re.compile(r"“([^“”]+)”|«([^«»]+)»|\"([^\"]+)\"|„([^„“”]+)[“”]")
_MARKUP = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)|<[^<>]{1,300}>|(?<!\w)[*_`>|]+|[*_`|]+(?!\w)")
_LIST_MARK = re.compile(r"^\s*(?:[-•*–>]\s+|\(?\d{1,2}[.)]\s+)+")
_HEADING = re.compile(r"^\s*#{1,6}\s|^\s*(?:\*\*|__)[^*_]{1,80}(?:\*\*|__)\s*:?\s*$|^[^\[\].!?]*:\s*$")
_SOURCES = re.compile(r"^\W*(?:sources?|references?|citations?|notes?|footnotes?)\W*$", re.IGNORECASE)
_FOOTNOTE = re.compile(r"^\s*\[\^?\d{1,3}\]\s*:")
_LABEL = re.compile(r"^\s*[*_]*(?:final\s+)?answer\s*:[*_]*\s*", re.IGNORECASE)
_TAGS = "think|thinking|thought|thoughts|reasoning|reflection"
_OPENING = re.compile(rf"<(?:{_TAGS})>|◁think▷|\[THINK\]|<\|channel\|>analysis<\|message\|>", re.IGNORECASE)
_CLOSING = re.compile(rf"</(?:{_TAGS})>|◁/think▷|\[/THINK\]|<\|channel\|>final<\|message\|>", re.IGNORECASE)
_UNFINISHED_TAG = re.compile(r"[<◁][^<>◁▷\s]{0,12}$")
_MAX_TAG_CHARS = 40
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
    _rest: str = ""
    _held: list[CitedSentence] = field(default_factory=list)
    _given: int = 0
    _is_open: bool = False
    _lists_sources: bool = False

    def feed(self, piece: str) -> Iterator[CitedSentence]:
        """Take the next piece and yield the sentences that it completes."""
        self._rest += piece
        self._drop_thoughts()
        if _OPENS in self._rest or _UNFINISHED_TAG.search(self._rest[-_MAX_TAG_CHARS:]):
            return
        *lines, self._rest = self._rest.split("\n")
        self._take(lines)
        complete = self._complete(self._rest)
        if not self._is_open:
            first = next(iter((*self._held, *complete)), None)
            self._is_open = first is not None and bool(first.numbers)
        if self._is_open:
            yield from self._held
            yield from complete[self._given :]
            self._held = []
            self._given = max(self._given, len(complete))

    def end(self) -> Iterator[CitedSentence]:
        """Yield what is left once nothing more comes."""
        self._drop_thoughts()
        self._take(self._rest.partition(_OPENS)[0].split("\n"))
        yield from self._held

    def _take(self, lines: Sequence[str]) -> None:
        """Read whole lines; of the first, some sentences may have been given already."""
        for line in lines:
            self._held += self._read(line)[self._given :]
            self._given = 0

    def _drop_thoughts(self) -> None:
        text = _without_closed(_with_plain_tags(self._rest))
        if _CLOSES in text:  # closed, but opened in the prompt
            text = text.rpartition(_CLOSES)[2]
            self._held, self._given = [], 0
            self._is_open = self._lists_sources = False
        before, opens, thoughts = text.partition(_OPENS)
        self._rest = before + opens + thoughts[-_MAX_TAG_CHARS:]

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
        read = _sentences(without_unfinished(line), self.known)[:-1]
        return read if read and read[0].numbers else []


def without_thoughts(reply: str) -> str:
    """Return a whole reply without what a reasoning model thinks before it."""
    return _without_closed(_with_plain_tags(reply)).rpartition(_CLOSES)[2].partition(_OPENS)[0].strip()


def _with_plain_tags(text: str) -> str:
    """Return ``text`` with the tags around thoughts, of whatever model, as ``<think>`` and ``</think>``."""
    return _CLOSING.sub(_CLOSES, _OPENING.sub(_OPENS, text))


def _without_closed(text: str) -> str:
    """Return ``text`` without thoughts that are opened and closed."""
    kept = []
    while _CLOSES in text:
        before, opens, _ = text.partition(_OPENS)
        if not opens or _CLOSES in before or _CLOSES not in text[len(before) :]:
            break
        kept.append(before.rstrip())
        text = text[len(before) :].partition(_CLOSES)[2]
    return "".join([*kept, text])


def read_reply(reply: str, known: AbstractSet[int]) -> list[CitedSentence]:
    """Return the sentences of a whole reply."""
    reader = ReplyReader(known)
    return [*reader.feed(reply), *reader.end()]


def quotations(sentence: str) -> list[str]:
    """Return the words that stand in quotation marks in ``sentence``."""
    return [next(group for group in match.groups() if group) for match in _QUOTED.finditer(sentence)]


def _sentences(line: str, known: AbstractSet[int]) -> list[CitedSentence]:
    plain = _MARKUP.sub(
        lambda match: match[1] or "", with_plain_citations(_LABEL.sub("", _LIST_MARK.sub("", line)), known)
    )
    # "… said. [1]" and "… said [1]." are the same: citations are brought before the full stop.
    text = _AFTER_STOP.sub(lambda match: f" {match['citations'].strip()}{match['stop']}", plain)
    found: list[CitedSentence] = []
    for sentence in _cut(text):
        numbers = [int(number) for match in CITATION.finditer(sentence) for number in match[1].split(",")]
        bare = " ".join(CITATION.sub("", sentence).split())
        if any(character.isalnum() for character in bare):
            found.append(CitedSentence(bare, tuple(dict.fromkeys(numbers)), begins_paragraph=not found))
    return found


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
