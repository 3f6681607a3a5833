"""Makes true sentences false in one place, and says the same otherwise, by rules that anybody can read."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Way = Literal[
    "number",
    "name of a cited passage",
    "name of another passage",
    "names exchanged",
    "negation put in",
    "negation taken out",
]

_FIGURES = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,])\d+(?![\w,]|\.\d)")
_NUMBER_WORDS = "two three four five six seven eight nine ten eleven twelve".split()
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:was|were|is|are|had|has|have|did|does|do|would|will|could|can|should|shall|may|might|must)\b"
    r"(?!\s+(?:not|never|no|neither)\b)"
)
_PAST = re.compile(r"\b(?!need|indeed|speed|hundred)([a-z]{2,}?)(ied|eed|ed)\b")
_IRREGULAR = {
    "said": "say",
    "told": "tell",
    "gave": "give",
    "took": "take",
    "made": "make",
    "went": "go",
    "came": "come",
    "saw": "see",
    "wrote": "write",
    "spoke": "speak",
    "thought": "think",
    "knew": "know",
    "held": "hold",
    "left": "leave",
    "met": "meet",
    "sent": "send",
    "got": "get",
    "let": "let",
    "put": "put",
    "felt": "feel",
    "became": "become",
    "began": "begin",
    "brought": "bring",
    "stood": "stand",
    "found": "find",
    "kept": "keep",
}
_IRREGULAR_PAST = re.compile(rf"\b(?:{'|'.join(_IRREGULAR)})\b")
_NEGATION = re.compile(
    r"\b(?P<aux>could|can|would|did|does|do|was|were|is|are|had|has|have|will|should|must|may)"
    r"(?:n['’]t|\s+not|not|\s+never)\b|\bnever\s+|\bnot\s+(?!only\b)|\b(?P<no>no)\s+(?!longer\b)"
)


@dataclass(frozen=True, slots=True)
class Falsified:
    """A sentence that was true, made false ``way``."""

    way: Way
    text: str


def falsified(
    sentence: str, names: Sequence[tuple[int, int]], cited_names: Sequence[str], other_names: Sequence[str]
) -> Iterator[Falsified]:
    """Yield ``sentence`` with a number changed, a name swapped, two exchanged, a negation put in or out.

    ``names`` are where its names stand; ``cited_names`` and ``other_names`` are what may take their places.
    """
    chance = random.Random(sentence)  # noqa: S311 # the same sentence is always made false in the same way
    for match in _FIGURES.finditer(sentence):
        yield Falsified("number", _put(sentence, match.span(), _other_figures(match[0], chance)))
    for match in _NUMBER_WORD.finditer(sentence):
        others = [word for word in _NUMBER_WORDS if word != match[0].lower()]
        other = chance.choice(others)
        other = other.capitalize() if match[0][0].isupper() else other
        yield Falsified("number", _put(sentence, match.span(), other))
    for span in names:
        for way, pool in (("name of a cited passage", cited_names), ("name of another passage", other_names)):
            if pool:
                yield Falsified(way, _put(sentence, span, chance.choice(pool)))  # type: ignore[arg-type]
    for (start, end), (other_start, other_end) in pairwise(names):
        first, between, second = (
            sentence[start:end],
            sentence[end:other_start],
            sentence[other_start:other_end],
        )
        if first.lower() != second.lower() and between.strip(" -,") not in {
            "",
            "and",
            "or",
            "and the",
            "nor",
        }:
            yield Falsified("names exchanged", _put(sentence, (start, other_end), second + between + first))
    if _NEGATION.search(sentence):
        yield Falsified("negation taken out", _affirmed(sentence))
    elif denied := _denied(sentence):
        yield Falsified("negation put in", denied)


def said_otherwise(sentence: str) -> str:
    """Return ``sentence`` otherwise as far as rules go: shorter, numbers and dates in another form."""
    text = re.sub(r"\s*\([^()]*\)|\s*\[[^\[\]]*\]", "", sentence)
    text = re.sub(r"\b(?:also|very|however|thus|therefore|then|indeed|[a-z]{4,}ly),?\s+", "", text)
    text = re.sub(
        r"^(?:In addition|Moreover|Furthermore|For example|However|Thus),?\s+(\w)",
        lambda m: m[1].upper(),
        text,
    )
    text = _NUMBER_WORD.sub(lambda m: str(_NUMBER_WORDS.index(m[0].lower()) + 2), text)
    text = re.sub(r"\b(\d+),000,000\b", r"\1 million", text)
    text = re.sub(r"\b(\d+),000\b", r"\1 thousand", text)
    text = re.sub(r"\b([A-Z][a-z]{2,8}) (\d{1,2}), (\d{4})\b", r"\2 \1 \3", text)
    text = re.sub(r"\b(?:United States(?: of America)?|U\.S\.)(?=\W)", "US", text)
    text = re.sub(r"\b(did|was|were|is|are|could|would|has|have|had) not\b", r"\1n't", text)
    return " ".join(text.split())


def _put(sentence: str, span: tuple[int, int], text: str) -> str:
    return f"{sentence[: span[0]]}{text}{sentence[span[1] :]}"


def _other_figures(figures: str, chance: random.Random) -> str:
    value = int(figures.replace(",", ""))
    if "," in figures:
        first = int(figures[0])
        return f"{chance.choice([digit for digit in range(1, 10) if digit != first])}{figures[1:]}"
    step = chance.randint(1, 9)
    return str(value + step)


def _denied(sentence: str) -> str | None:
    if match := _AUXILIARY.search(sentence):
        return f"{sentence[: match.end()]} not{sentence[match.end() :]}"
    if match := _IRREGULAR_PAST.search(sentence):
        return _put(sentence, match.span(), f"did not {_IRREGULAR[match[0]]}")
    if match := _PAST.search(sentence):
        return _put(sentence, match.span(), f"did not {match[1]}{'y' if match[2] == 'ied' else ''}")
    return None


def _affirmed(sentence: str) -> str:
    def affirmed(match: re.Match[str]) -> str:
        if match["aux"]:
            return match["aux"]
        return "a " if match["no"] else ""

    return " ".join(_NEGATION.sub(affirmed, sentence, count=1).split())
