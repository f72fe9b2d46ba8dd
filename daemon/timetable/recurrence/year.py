"""A year of dates as the bits of one integer: bit 0 is the first of January.

Sets of dates are then joined, cut and shifted by single machine-near operations, and the next date of a sparse rule
is found by jumping from bit to bit instead of walking the calendar. Years run from `FIRST_YEAR` to `LAST_YEAR`;
outside them nothing is ever due.
"""

from __future__ import annotations

from calendar import isleap
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_YEAR = 1970
LAST_YEAR = 2199

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2


def days_in(year: int) -> int:
    """How many days a year has."""
    return 366 if isleap(year) else 365


def month_length(year: int, month: int) -> int:
    """How many days a month of a year has."""
    return _LENGTHS[month - 1] + (month == _FEBRUARY and isleap(year))


def month_start(year: int, month: int) -> int:
    """Index within the year of the first day of a month."""
    return sum(_LENGTHS[: month - 1]) + (month > _FEBRUARY and isleap(year))


def span(first: int, last: int) -> int:
    """The bits from one index to another, both inclusive; none where the last lies before the first."""
    return ((1 << (last + 1)) - 1) >> first << first if last >= first else 0


def whole(year: int) -> int:
    """The bits of every date of a year."""
    return span(0, days_in(year) - 1)


def between_dates(first: date, last: date, year: int) -> int:
    """The bits of the dates of a year that lie between two dates, both inclusive."""
    start = new_year(year)
    return span(max(first.toordinal() - start, 0), min(last.toordinal() - start, days_in(year) - 1))


@cache
def new_year(year: int) -> int:
    """The proleptic ordinal of the first of January."""
    return date(year, 1, 1).toordinal()


def dates_of(mask: int, year: int) -> Iterator[date]:
    """The dates whose bits are set, in order."""
    start = new_year(year)
    while mask:
        lowest = mask & -mask
        yield date.fromordinal(start + lowest.bit_length() - 1)
        mask ^= lowest
