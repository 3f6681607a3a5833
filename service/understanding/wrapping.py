"""The question itself, without what a front end or a person has put around it.

Three things are taken off: what is marked as something else than the question (a context, a role, a place
for the answer), by tags and labels; sentences that tell the answerer how to answer ("Think step by step",
"You are a helpful assistant"); and the politeness that a question opens or closes with. What stays is kept
word for word. Where nothing would stay, nothing is taken off.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from service.understanding.follow_ups.dependence import read_dependence
from service.understanding.question_words import has_content

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ_CHARS = 20_000
"""Of a longer text so much is read from its beginning and its end: prompts put the question at either."""
_LAYERS = 6
"""Wrappings around wrappings that are taken off: an agent's around a front end's around a person's."""
_TEMPLATE = re.compile(r"\[/?INST\]|<</?SYS>>|<\|[a-z_]{1,30}\|>", re.IGNORECASE)
"""Marks that chat templates of models leave between messages."""
_HEADING_MARKS = re.compile(r"[ \t]*(?:#|\*|\[|>)")
_RULER = re.compile(r"^[ \t]*(?:[-=_*`~\"']{3,}|#+)[ \t]*$", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?:;…])[\"'”’)\]]{0,2}[ \t]+|[ \t]*\n\s{0,20}")

_QUOTED = re.compile(r"[\"“„«'`]{1,3}([^\"“”„«»`]{3,})[\"”“»'`]{1,3}")
_FENCED = re.compile(r"(\"{3}|`{3}|'{3})([^\"`]{3,})\1")
_LIST_MARK = re.compile(r"^[ \t]{0,8}(?:\d{1,2}[.)]|[-*•])[ \t]{1,3}", re.MULTILINE)
_WORD_CHAR = re.compile(r"\w")
_TELLS_TO = re.compile(r"\W*(?:instructions?|task)\b", re.IGNORECASE)
_NAMES_SOMETHING = re.compile(r"(?<![.!?:] )(?<!^)\b(?!I\b)[A-ZÀ-ÞА-Я]|\d")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What stands around questions; ``label`` matches at the beginning of a line or of a sentence."""

    keys: tuple[str, ...]
    tagged: re.Pattern[str]
    material: re.Pattern[str]
    label: re.Pattern[str]
    orders: tuple[re.Pattern[str], ...]
    lead_in: re.Pattern[str]
    asks_to_ask: re.Pattern[str]
    oneself: re.Pattern[str]
    greeting: re.Pattern[str]
    openings: tuple[re.Pattern[str], ...]
    closing: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    table = tomllib.loads((files("service") / "data" / "wrapping.toml").read_text("utf-8"))

    def any_of(name: str) -> str:
        words = table[name]
        return f"(?:{'|'.join(words.split() if isinstance(words, str) else words)})"

    def compiled(pattern: str) -> re.Pattern[str]:
        for name in ("answering", "ways", "matters", "telling", "tell", "heads"):
            pattern = pattern.replace(f"{{{name}}}", any_of(name))
        return re.compile(pattern.replace("{clause}", table["clause"]), re.IGNORECASE | re.MULTILINE)

    line_start = r"^[ \t]{0,8}(?:[#>*\[-]{1,6} ?)?"
    sentence_start = r"(?<=[.!?:;] )(?:#{1,6} )?"
    ends = r"(?: (?:is|no\. ?1|1))?[*\]]{0,3}[ \t]{0,2}(?::\*{0,2}|(?<=\])|$)"
    reader = f"(?: {any_of('readers')})"
    joint = r"(?:\s{0,3}[,!.–-]{1,3}\s+|\s+(?=(?:i|we|can|could|would|will|please|do|is)\b)|\s+{clause})"
    return _Patterns(
        keys=tuple(table["question_keys"].split()),
        tagged=compiled(rf"<(?P<tag>{any_of('question_tags')})>(?P<text>[^<>]+)</(?P=tag)>"),
        material=compiled(rf"</{any_of('material_tags')}>"),
        label=compiled(
            rf"(?:{line_start}|{sentence_start})[*\[]{{0,3}}"
            rf"(?:(?P<asks>{any_of('question_labels')})|(?P<beside>{any_of('other_labels')})){ends}"
        ),
        orders=tuple(
            compiled(rf"(?:{any_of('before_orders')}[\s,]+){{0,3}}(?:{order}):?") for order in table["orders"]
        ),
        lead_in=compiled(table["lead_in"]),
        asks_to_ask=compiled(table["asks_to_ask"]),
        oneself=compiled(rf"(?:{table['about_oneself']})\b"),
        greeting=compiled(rf"(?:{any_of('greetings')}{reader}?|dear{reader}){joint}"),
        openings=tuple(map(compiled, table["openings"])),
        closing=compiled(
            rf"[\s,]{{0,5}}(?:\((?P<aside>[^()]{{3,80}})\)|,\s{{0,3}}(?P<last>{any_of('closings')}))"
            r"(?P<end>[\s.?!]{0,5})\Z"
        ),
    )


def core_question(text: str) -> str:
    """Return what ``text`` asks, word for word, without instructions, material and politeness around it."""
    text = text.strip()
    whole = text
    if len(text) > 2 * _READ_CHARS:
        text = f"{text[:_READ_CHARS]}\n\n{text[-_READ_CHARS:]}"
    for _ in range(_LAYERS):
        before = text
        for take in (_from_json, _from_tags, _from_labels, _without_politeness, _without_orders):
            taken = take(text).strip()
            if taken != text and has_content(taken):
                text = whole = taken
        if text == before:
            break
    return whole


def _from_json(text: str) -> str:
    if not (text.startswith("{") and text.endswith("}")):
        return text
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return text
    found = (
        read[key] for key in _patterns().keys if isinstance(read, dict) and isinstance(read.get(key), str)
    )
    return next(found, text)


def _from_tags(text: str) -> str:
    text = _TEMPLATE.sub("\n", text)
    tagged = [match["text"] for match in _patterns().tagged.finditer(text) if has_content(match["text"])]
    if tagged:
        return tagged[-1]
    ends = [match.end() for match in _patterns().material.finditer(text)]
    return text[ends[-1] :] if ends else text


def _from_labels(text: str) -> str:
    """Return the last part that a label calls a question; without such what no label calls anything else."""
    labels = [match for match in _patterns().label.finditer(text) if _is_label(text, match)]
    if not labels:
        return text
    ends = [*(label.start() for label in labels[1:]), len(text)]
    parts = [(label, text[label.end() : end]) for label, end in zip(labels, ends, strict=True)]
    asked = [part for label, part in parts if label["asks"] and has_content(part)]
    if asked:
        return _first_paragraph(asked[-1])
    # where no label says question, an instruction may hold it, or what stands before any label
    told = [part for label, part in parts if label["beside"] and _TELLS_TO.match(label[0])]
    for part in (*told[-1:], text[: labels[0].start()]):
        if any("?" in one for one in _sentences(part) if not _is_order(one)):
            return part
    before = text[: labels[0].start()]
    if any(has_content(one) and not _is_order(one) for one in _sentences(before)):
        return before
    # a context without a mark at its end: the question is the last paragraph
    return next((one for one in reversed(_paragraphs(text)) if one.endswith("?")), text)


def _is_label(text: str, match: re.Match[str]) -> bool:
    """Tell a label from words that happen to look like one: without a colon it stands alone and is marked."""
    if match[0].rstrip("* \t]").endswith(":"):
        return True
    is_alone = text[match.end() : match.end() + 1] in ("", "\n")
    return is_alone and bool(_HEADING_MARKS.match(match[0]))


def _first_paragraph(text: str) -> str:
    """Return the first paragraph, and what follows while it is no ruler."""
    return next((one for one in _paragraphs(_RULER.sub("\n\n", text)) if has_content(one)), text)


def _paragraphs(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"\n[ \t]*\n", text) if one.strip()]


def _without_orders(text: str) -> str:
    """Return ``text`` without the sentences that tell how to answer, at its beginning and at its end."""
    fenced = _FENCED.fullmatch(text.strip())
    if fenced:
        return fenced[2]
    sentences = list(_sentences(_LIST_MARK.sub("", _RULER.sub("\n", text))))
    kept = [sentence for sentence in sentences if not _is_order(sentence)]
    asked = [sentence for sentence in kept if not _patterns().oneself.match(sentence)]
    # who asks matters where the question leans on it: "I have a letter of 1921. Who wrote it?"
    if asked and read_dependence(" ".join(asked)) == "none":
        kept = asked
    if len(kept) == len(sentences) or not kept:
        return text
    first, last = text.find(kept[0]), text.rfind(kept[-1]) + len(kept[-1])
    core = text[first:last] if 0 <= first < last else " ".join(kept)
    quoted = _QUOTED.fullmatch(core.strip())
    return quoted[1] if quoted else core


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if text[start : match.start()].strip():
            yield text[start : match.start()].strip()
        start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


def _is_order(sentence: str) -> bool:
    """Tell whether a sentence says how to answer, or who asks; one with a colon leads into what is asked."""
    if not _WORD_CHAR.search(sentence):
        return True
    if sentence.endswith("?"):
        return _patterns().asks_to_ask.fullmatch(sentence[:-1]) is not None
    words = sentence.strip(" \t*_#>-•\"'“”").rstrip(".!;,…")
    if _patterns().oneself.match(words) and not _NAMES_SOMETHING.search(words):
        return True
    if _patterns().lead_in.fullmatch(words) and not _NAMES_SOMETHING.search(words):
        return True
    return any(order.fullmatch(words) for order in _patterns().orders)


def _without_politeness(text: str) -> str:
    text = _patterns().greeting.sub("", text, count=1) if _patterns().greeting.match(text) else text
    while opening := next((match for one in _patterns().openings if (match := one.match(text))), None):
        text = text[opening.end() :]
    closing = _patterns().closing.search(text[-120:])
    if closing and (closing["last"] or _is_order(closing["aside"])):
        text = text[: len(text) - len(closing[0])] + closing["end"].strip()
    return text
