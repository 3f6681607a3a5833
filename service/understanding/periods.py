"""Dates as a person writes them to filter by: a year, a month or a day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from service.errors import QuestionError

_PERIOD = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """The time from ``first_day`` to ``last_day``, both ISO days."""

    first_day: str
    last_day: str

    @classmethod
    def read(cls, text: str) -> Period:
        """Read ``1939``, ``1939-08`` or ``1939-08-23``.

        Raises:
            QuestionError: it is no such date.
        """
        match = _PERIOD.fullmatch(text)
        year, month, day = (int(part) if part else 0 for part in match.groups()) if match else (0, 0, 0)
        first_month, last_month = (month, month) if match and match["month"] else (1, 12)
        if year and 1 <= first_month <= 12:
            days = calendar.monthrange(year, last_month)[1]
            first, last = (day, day) if match and match["day"] else (1, days)
            if 1 <= first <= days:
                return cls(f"{year:04}-{first_month:02}-{first:02}", f"{year:04}-{last_month:02}-{last:02}")
        raise QuestionError(
            f"“{text}” is no date: write a year, 1939, or a day, 1939-08-23.", field="filters"
        )


def first_day(text: str | None) -> str | None:
    """Return the first day of a period, ``None`` for nothing."""
    return Period.read(text).first_day if text else None


def last_day(text: str | None) -> str | None:
    """Return the last day of a period, ``None`` for nothing."""
    return Period.read(text).last_day if text else None
