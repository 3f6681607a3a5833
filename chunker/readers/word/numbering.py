"""The numbers that Word counts by itself: "Article II.", "3.1", "(a)" (ECMA-376 part 1, section 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.readers.word.body import FALLBACK, WORD, is_on, text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from docx.document import Document as WordDocument
    from lxml.etree import _Element

PLACE = re.compile(r"%([1-9])")
LATIN, RUSSIAN = "abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщыэюя"
ALPHABETS = {
    "lowerLetter": LATIN,
    "upperLetter": LATIN.upper(),
    "russianLower": RUSSIAN,
    "russianUpper": RUSSIAN.upper(),
}
MAX_ROUNDS = 10  # through an alphabet: aa, bb, …
ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
MAX_ROMAN = 3999


@dataclass(frozen=True, slots=True)
class Level:
    """How a level of a list is numbered; in ``shown``, "%1" stands for the number of the first level.

    It starts anew after a paragraph of one of the first ``restarts_after`` levels.
    """

    shown: str
    form: str
    start: int
    is_decimal: bool
    restarts_after: int
    style: str | None


@dataclass(slots=True)
class NumberedList:
    """A list: its levels, and the numbers that they start at where this list says so itself."""

    counted: dict[int, int]
    levels: dict[int, Level]
    starts: dict[int, int]
    is_begun: bool = False

    def next(self, depth: int) -> str:
        """Count a paragraph at a level, and return its number as it is shown; empty for a mere bullet."""
        level = self.levels.get(depth)
        if level is None:
            return ""
        if not self.is_begun:
            self.is_begun = True
            self.counted.update({each: start - 1 for each, start in self.starts.items()})
        for above in range(depth):  # one that was left out counts as used
            self.counted.setdefault(above, self._start(above))
        self.counted[depth] = self.counted.get(depth, self._start(depth) - 1) + 1
        for below, other in self.levels.items():
            if depth < min(other.restarts_after, below):
                self.counted.pop(below, None)
        forms = {each: "decimal" if level.is_decimal else other.form for each, other in self.levels.items()}
        numbers = {each: written(self._reached(each), form) for each, form in forms.items()}
        if level.form == "bullet" or any(
            numbers.get(int(each) - 1) is None for each in PLACE.findall(level.shown)
        ):
            return ""
        return PLACE.sub(lambda found: numbers[int(found[1]) - 1] or "", level.shown).strip()

    def _start(self, depth: int) -> int:
        return self.starts.get(depth, self.levels[depth].start if depth in self.levels else 1)

    def _reached(self, depth: int) -> int:
        return self.counted.get(depth, self._start(depth))


def number_paragraphs(document: WordDocument) -> None:
    """Put before the words of each numbered paragraph the number that Word shows there."""
    lists = lists_of(document)
    styles = numbered_styles(document, lists) if lists else {}
    for paragraph in document.element.body.iter(f"{WORD}p") if lists else ():
        properties = paragraph.find(f"{WORD}pPr")
        if is_left_out(paragraph, properties):
            continue
        style = styles.get(value_of(None if properties is None else properties.find(f"{WORD}pStyle")) or "")
        list_id, depth = place_of(properties, style or (None, 0))
        counted = lists.get(list_id or "")
        number = counted.next(depth) if counted else ""
        if number and text_of(paragraph):
            run = paragraph.makeelement(f"{WORD}r")
            words = paragraph.makeelement(f"{WORD}t")
            words.text = f"{number} "
            run.append(words)
            paragraph.insert(0 if properties is None else paragraph.index(properties) + 1, run)


def is_left_out(paragraph: _Element, properties: _Element | None) -> bool:
    """Whether a paragraph is a second copy for old programs, or one that was deleted."""
    is_deleted = properties is not None and properties.find(f"{WORD}rPr/{WORD}del") is not None
    return is_deleted or next(paragraph.iterancestors(FALLBACK), None) is not None


def lists_of(document: WordDocument) -> dict[str, NumberedList]:
    """Return the lists of a document by their ids; those that continue each other count together."""
    from lxml import etree

    parts = [rel for rel in document.part.rels.values() if rel.reltype.endswith("/numbering")]
    if not parts or parts[0].is_external:
        return {}
    root = etree.fromstring(parts[0].target_part.blob, etree.XMLParser(resolve_entities=False))
    abstract = {each.get(f"{WORD}abstractNumId", ""): each for each in root.iter(f"{WORD}abstractNum")}
    by_style = {value_of(each.find(f"{WORD}styleLink")): each for each in abstract.values()}
    counted: dict[str, dict[int, int]] = {}
    lists = {}
    for each in root.iter(f"{WORD}num"):
        named = value_of(each.find(f"{WORD}abstractNumId")) or ""
        kind = abstract.get(named)
        link = None if kind is None else value_of(kind.find(f"{WORD}numStyleLink"))
        kind = by_style.get(link, kind) if link else kind
        overrides = each.findall(f"{WORD}lvlOverride")
        levels = levels_of(kind.iterchildren(f"{WORD}lvl")) if kind is not None else {}
        levels |= levels_of(level for override in overrides for level in override.iterchildren(f"{WORD}lvl"))
        starts = {depth_of(one): whole(value_of(one.find(f"{WORD}startOverride")), -1) for one in overrides}
        lists[each.get(f"{WORD}numId", "")] = NumberedList(
            counted.setdefault(named, {}),
            levels,
            {depth: start for depth, start in starts.items() if start >= 0},
        )
    return lists


def levels_of(elements: Iterable[_Element]) -> dict[int, Level]:
    """Return the levels that a list defines."""
    return {
        depth_of(level): Level(
            shown=value_of(level.find(f"{WORD}lvlText")) or "",
            form=value_of(level.find(f"{WORD}numFmt")) or "decimal",
            start=whole(value_of(level.find(f"{WORD}start")), 0),
            is_decimal=is_on(level.find(f"{WORD}isLgl")),
            restarts_after=whole(value_of(level.find(f"{WORD}lvlRestart")), depth_of(level)),
            style=value_of(level.find(f"{WORD}pStyle")),
        )
        for level in elements
    }


def numbered_styles(
    document: WordDocument, lists: Mapping[str, NumberedList]
) -> dict[str, tuple[str | None, int]]:
    """Return the list and the level that paragraph styles put their paragraphs in, by style id."""
    styles = {each.get(f"{WORD}styleId", ""): each for each in document.styles.element.iter(f"{WORD}style")}
    found = {}
    for style_id in styles:
        place: tuple[str | None, int] = (None, 0)
        for each in reversed(line_of(style_id, styles)):
            place = place_of(styles[each].find(f"{WORD}pPr"), place)
            numbered = lists.get(place[0] or "")
            levels = numbered.levels if numbered else {}
            place = next(((place[0], depth) for depth, level in levels.items() if level.style == each), place)
        found[style_id] = place
    return found


def line_of(style_id: str | None, styles: Mapping[str, _Element]) -> list[str]:
    """Return a style and those that it is based on; of styles in a ring, each once."""
    line: list[str] = []
    while style_id is not None and style_id in styles and style_id not in line:
        line.append(style_id)
        style_id = value_of(styles[style_id].find(f"{WORD}basedOn"))
    return line


def place_of(properties: _Element | None, inherited: tuple[str | None, int]) -> tuple[str | None, int]:
    """Return the id of the list and the level that properties say, or that are inherited."""
    said = None if properties is None else properties.find(f"{WORD}numPr")
    if said is None:
        return inherited
    level = value_of(said.find(f"{WORD}ilvl"))
    return value_of(said.find(f"{WORD}numId")) or inherited[0], whole(level, inherited[1])


def depth_of(element: _Element) -> int:
    """Return the number of a level, from 0."""
    return whole(element.get(f"{WORD}ilvl"), 0)


def whole(written: str | None, otherwise: int) -> int:
    """Return a whole number as files write it."""
    return int(written) if written and len(written) < 10 and written.isdecimal() else otherwise


def written(number: int, form: str) -> str | None:
    """Return a number in a form (ST_NumberFormat); ``None`` where it cannot be told what Word shows."""
    if form == "none":
        return ""
    if form in {"decimal", "decimalZero"}:
        return f"{number:02}" if form == "decimalZero" else str(number)
    if form in ALPHABETS and 0 < number <= MAX_ROUNDS * len(ALPHABETS[form]):
        rounds, place = divmod(number - 1, len(ALPHABETS[form]))
        return ALPHABETS[form][place] * (rounds + 1)
    if form in {"lowerRoman", "upperRoman"} and 0 < number <= MAX_ROMAN:
        figures = ""
        for value, figure in ROMAN:
            count, number = divmod(number, value)
            figures += figure * count
        return figures.upper() if form == "upperRoman" else figures
    return None
