"""Page labels as they are printed: Roman numerals and Arabic numbers, alone in a line at a page's edge."""

from __future__ import annotations

import re
from dataclasses import dataclass

EDGE_LINES = 3  # first and last lines of a page where headers and footers stand; chosen by hand, not measured
DECORATION = " \t\u00a0-–—−_.·•*|[](){}<>~=#"
LABEL = r"(?P<label>\d{1,5}|[ivxlcdm]{1,12})"
LONE_NUMBER = re.compile(
    rf"(?:page|pg?\.|стр\.?|с\.|seite|s\.)?\s*{LABEL}(?:\s*(?:of|/|из|von)\s*\d{{1,5}})?", re.IGNORECASE
)
ROMAN_VALUES = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass(frozen=True, slots=True, order=True)
class PageNumber:
    """A page's number; those in Roman numerals, the front matter's, come before the Arabic ones."""

    is_arabic: bool
    value: int

    @classmethod
    def read(cls, label: str) -> PageNumber | None:
        """Return the number that ``label`` is, ``None`` where it is neither digits nor a Roman numeral."""
        value = int(label) if label.isdecimal() else roman_value(label)
        return None if value is None else cls(label.isdecimal(), value)

    @property
    def label(self) -> str:
        """The number as it is printed, Roman numerals in lower case."""
        return str(self.value) if self.is_arabic else roman_numeral(self.value)


def roman_value(numeral: str) -> int | None:
    """Return the value of a well-formed Roman numeral in either case, else ``None``."""
    lowered = numeral.lower()
    rest, value = lowered, 0
    for worth, digits in ROMAN_VALUES:
        while rest.startswith(digits):
            rest, value = rest[len(digits) :], value + worth
    return value if value and not rest and roman_numeral(value) == lowered else None


def roman_numeral(value: int) -> str:
    """Return a positive number as a lower-case Roman numeral."""
    numeral = ""
    for worth, digits in ROMAN_VALUES:
        count, value = divmod(value, worth)
        numeral += digits * count
    return numeral


def lone_label(line: str) -> str | None:
    """Return what looks like a page's label in a line that holds nothing else."""
    alone = LONE_NUMBER.fullmatch(line.strip(DECORATION))
    return None if alone is None else alone["label"]
