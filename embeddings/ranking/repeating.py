"""Whether the words of one text stand in another: aligned word by word, with nothing that differs but form.

A copy may begin earlier or later than the other and have a site's menu around it, so only what both
have is held against each other; what one has beyond the other's end is given back, to be judged.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

from chunker.vocabulary import PACKAGED
from embeddings.ranking.wording import Word, same_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    Words = Sequence[Word]


@dataclass(frozen=True, slots=True)
class RepeatingSettings:
    """How two texts are aligned and what may stand beside their common words; chosen by hand, not measured.

    They are laid on each other where most ``gram_words``-grams agree, ``slack_words`` to both sides, the
    ``shifts_tried`` best ways; a block of ``solid_words`` equal ones is where they meet. They are related
    from ``related_share`` of the shorter one's n-grams on. Two edges that have ``alike_share`` of their words
    in common, or are no more than that of a text that agrees else, are one form filled in differently. Words
    before the common ones may be up to ``introduction_share`` of the text, after them ``closing_words``;
    ``furniture_share`` of a site's words make both a site's.
    """

    gram_words: int = 4
    slack_words: int = 12
    shifts_tried: int = 8
    solid_words: int = 3
    related_share: float = 0.3
    alike_share: float = 1 / 3
    introduction_share: float = 0.25
    closing_words: int = 3
    furniture_share: float = 1 / 3


REPEATING = RepeatingSettings()

Relation = Literal["same", "different", "unrelated"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a text stands in another.

    ``same``: all that both have agrees; ``before`` and ``after`` are then the text's words beyond the other's
    beginning and end. ``different``: something that matters differs, in words that are alike else where
    ``is_alike``. ``unrelated``: they have too little in common to say.
    """

    relation: Relation
    before: tuple[Word, ...] = ()
    after: tuple[Word, ...] = ()
    is_alike: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the text stands beyond the other's ends."""
        return self.relation == "same" and not self.before and not self.after


UNRELATED = Standing("unrelated")


def standing(text: Words, other: Words) -> Standing:
    """Return how the words of ``text`` stand in ``other``; in time linear in both where they are copies."""
    shift = _shift(text, other)
    if shift is None:
        return UNRELATED
    if shift >= 0 and [word.form for word in other[shift : shift + len(text)]] == [
        word.form for word in text
    ]:
        return Standing("same")
    blocks, start = _blocks(text, other, shift)
    solid = [block for block in blocks if block.length >= min(REPEATING.solid_words, len(text))]
    if not solid:
        return UNRELATED
    first, last = solid[0], solid[-1]
    if not _agree_between(text, other[start:], blocks[blocks.index(first) : blocks.index(last) + 1]):
        return Standing("different", is_alike=True)
    heads = text[: first.text], other[: start + first.other]
    tails = text[last.text + last.length :], other[start + last.other + last.length :]
    before = _beyond(*heads)
    after = _beyond(*(edge[::-1] for edge in tails), is_reversed=True)
    if before is None or after is None:
        edges = [edge for edge, own in ((heads, before), (tails, after)) if own is None]
        return Standing("different", is_alike=any(_is_alike(*edge, of_words=len(text)) for edge in edges))
    return Standing("same", tuple(before), tuple(after[::-1]))


def repeats(text: Words, other: Words) -> bool:
    """Return whether all words of ``text`` stand in ``other``, but for an introduction or a site's own."""
    found = standing(text, other)
    return found.relation == "same" and _is_beside(found.before, found.after, of_words=len(text))


def _is_beside(before: Words, after: Words, *, of_words: int) -> bool:
    """Return whether words around a copy of ``of_words`` words say nothing: a short introduction, a menu.

    What follows may take back what was said, so nothing but a site's own words may follow.
    """
    if not (_is_furniture(before) or not _says(before)):
        return False
    if len(before) > REPEATING.introduction_share * of_words and not _is_furniture(before):
        return False
    return _is_furniture(after) or (len(after) <= REPEATING.closing_words and not _says(after))


class _Block(NamedTuple):
    """Equal words: where they begin in the one and in the other, and how many they are."""

    text: int
    other: int
    length: int


def _shift(text: Words, other: Words) -> int | None:
    """Return by how many words ``other`` begins earlier where most of both agrees; None: nowhere enough."""
    size = min(REPEATING.gram_words, len(text), len(other))
    if not size:
        return None
    places: dict[tuple[str, ...], list[int]] = {}
    for position, gram in enumerate(_grams(other, size)):
        places.setdefault(gram, []).append(position)
    shifts = Counter(
        place - position
        for position, gram in enumerate(_grams(text, size))
        for place in places.get(gram, ())[:16]  # a gram that stands oftener says nothing of where
    )
    enough = REPEATING.related_share * (min(len(text), len(other)) - size + 1)
    near = {
        shift: sum(shifts[shift + step] for step in range(-REPEATING.slack_words, REPEATING.slack_words + 1))
        for shift, _ in sorted(shifts.items(), key=lambda item: (-item[1], item[0]))[: REPEATING.shifts_tried]
    }
    if not near or max(near.values()) < enough:
        return None
    return max(near, key=lambda shift: (shifts[shift], near[shift], -shift))


def _grams(words: Words, size: int) -> list[tuple[str, ...]]:
    forms = [word.form for word in words]
    return list(zip(*(forms[start:] for start in range(size)), strict=False))


def _blocks(text: Words, other: Words, shift: int) -> tuple[list[_Block], int]:
    """Return the equal words of both in order, and where the part of ``other`` begins that they stand in."""
    start = max(0, shift - REPEATING.slack_words)
    part = other[start : max(0, shift + len(text) + REPEATING.slack_words)]
    operations = Levenshtein.opcodes([word.form for word in text], [word.form for word in part])
    blocks = [
        _Block(step.src_start, step.dest_start, step.src_end - step.src_start)
        for step in operations
        if step.tag == "equal"
    ]
    return _drawn_together(text, part, blocks), start


def _drawn_together(text: Words, part: Words, blocks: list[_Block]) -> list[_Block]:
    """Return ``blocks`` with those at the ends moved next to their neighbours where the words allow it.

    Of alignments equally good one may match a first "the" far from where the rest begins.
    """
    blocks = list(blocks)
    for here, there in ((0, 1), (-1, -2)):
        while len(blocks) > 1:
            edge, near = blocks[here], blocks[there]
            goal = near.other - edge.length if here == 0 else near.other + near.length
            own = near.text - edge.length if here == 0 else near.text + near.length
            words = [word.form for word in text[edge.text : edge.text + edge.length]]
            if edge.text != own or goal < 0:
                break
            if edge.other != goal and [word.form for word in part[goal : goal + edge.length]] != words:
                break
            joined = _Block(min(edge.text, near.text), min(goal, near.other), edge.length + near.length)
            blocks[here] = joined
            del blocks[there]
    return blocks


def _agree_between(text: Words, part: Words, blocks: Sequence[_Block]) -> bool:
    """Return whether what stands between the blocks differs in form only."""
    return all(
        same_run(text[one.text + one.length : following.text], part[one.other + one.length : following.other])
        for one, following in pairwise(blocks)
    )


def _beyond(own: Words, theirs: Words, *, is_reversed: bool = False) -> Words | None:
    """Return the words of ``own`` that stand before the beginning of ``theirs``; None where both differ.

    Both end where the common words begin, or begin there and are ``is_reversed``.
    """
    if not own or not theirs:
        return own

    def agree(one: Words, other: Words) -> bool:
        return same_run(one[::-1], other[::-1]) if is_reversed else same_run(one, other)

    for length in (len(own) - 1, len(own), len(own) + 1):
        if 0 < length <= len(theirs) and agree(own, theirs[-length:]):
            return ()
    for length in (len(theirs) - 1, len(theirs), len(theirs) + 1):
        if 0 < length <= len(own) and agree(own[-length:], theirs):
            return own[:-length]
    return own if _is_furniture(own) or _is_furniture(theirs) else None


def _is_alike(own: Words, theirs: Words, *, of_words: int) -> bool:
    """Return whether two edges are a form's: little of a text alike else, or with many words in common."""
    known = {word.form for word in (*theirs[-2 * len(own) :], *theirs[: 2 * len(own)])}
    shared = sum(word.form in known for word in own)
    return len(own) <= REPEATING.alike_share * of_words or shared >= REPEATING.alike_share * len(own)


def _says(words: Words) -> bool:
    return any(word.is_name or word.has_digit for word in words)


def _is_furniture(words: Words) -> bool:
    site = frozenset(PACKAGED.words("site", "furniture"))
    return sum(word.form in site for word in words) >= REPEATING.furniture_share * len(words)
