"""Sets of dates: the days part of a policy, and what stands after ``during`` and ``except``.

Each kind is a small frozen value that gives its dates of one year as bits (see `year`). None of them looks at a
clock or at zone data: which date it is, is all they know. Values are built in their normal form by `sets.any_of` and
`sets.shifted`, so that two ways to say the same are equal.

What a calendar decides (``workdays``, ``holidays``, a calendar's name) is read without one, since a sentence is the
same for every pool. Before such a set can be asked for its dates, `binding.bound` gives it the calendar of the pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Protocol

from daemon.timetable.recurrence.year import (
    between_dates,
    days_in,
    month_length,
    month_start,
    new_year,
    span,
    whole,
)

if TYPE_CHECKING:
    from daemon.timetable.calendars.calendar import Calendar

_EVERY_SEVENTH = sum(1 << 7 * week for week in range(54))
_WEEK = 7

LAST = -1
"""The ordinal of ``last`` in `Nth`."""


class Days(Protocol):
    """A set of dates, hashable and immutable."""

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        ...

    def __hash__(self) -> int:
        """By value: what is equal shares its occurrences."""
        ...


@dataclass(frozen=True, slots=True)
class EveryDay:
    """``daily``."""

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        return whole(year)


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week, Monday being 0: ``weekdays``, ``mon, wed``, ``fri-mon``."""

    days: frozenset[int]

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        january = date.fromordinal(new_year(year)).weekday()
        bits = reduce(or_, (_EVERY_SEVENTH << (day - january) % _WEEK for day in self.days))
        return bits & whole(year)


@dataclass(frozen=True, slots=True)
class Months:
    """Whole months, January being 1: ``march, june``."""

    months: frozenset[int]

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        return reduce(or_, (_month(year, month) for month in self.months))


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days of every month: ``day 1, 15``. A month that lacks the day has none."""

    days: frozenset[int]

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        wanted = sum(1 << day - 1 for day in self.days)
        return sum(
            (wanted & span(0, month_length(year, month) - 1)) << month_start(year, month) for month in range(1, 13)
        )


@dataclass(frozen=True, slots=True)
class Nth:
    """The ``first`` … ``fifth`` or ``last`` of a day of the week, or of all days, in every month.

    Attributes:
        ordinal: 1 to 5, or `LAST`.
        weekday: Monday being 0; None for ``day``.
    """

    ordinal: int
    weekday: int | None

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        wanted = whole(year) if self.weekday is None else Weekdays(frozenset({self.weekday})).mask(year)
        return _in_every_month(wanted, year, self.ordinal)


@dataclass(frozen=True, slots=True)
class Workdays:
    """``workdays``: the calendar's week less its holidays, plus its make-up days."""

    calendar: Calendar | None = None

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        return _known(self.calendar).workdays(year)


@dataclass(frozen=True, slots=True)
class NthWorkday:
    """The ``first`` … ``fifth`` or ``last`` workday of every month.

    Attributes:
        ordinal: 1 to 5, or `LAST`.
        calendar: that says which dates are workdays, once it is bound.
    """

    ordinal: int
    calendar: Calendar | None = None

    def mask(self, year: int) -> int:
        """The dates of a year as bits; a month without so many workdays has none."""
        return _in_every_month(_known(self.calendar).workdays(year), year, self.ordinal)


@dataclass(frozen=True, slots=True)
class Holidays:
    """``holidays``: those of the calendar."""

    calendar: Calendar | None = None

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        return _known(self.calendar).holidays(year)


@dataclass(frozen=True, slots=True)
class Named:
    """A calendar of the schedule file by its name: its dates, or the holidays of a country's.

    Attributes:
        name: as the file spells it.
        calendar: that bears the name, once it is bound.
    """

    name: str
    calendar: Calendar | None = None

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        return _known(self.calendar).dates(year)


@dataclass(frozen=True, slots=True)
class YearDay:
    """One date of every year that has it: ``december 24``."""

    month: int
    day: int

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        return _day(year, self.month, self.day) if self.day <= month_length(year, self.month) else 0


@dataclass(frozen=True, slots=True)
class YearSpan:
    """A stretch of every year, both ends inclusive, over the new year too: ``december 24..january 6``."""

    first: YearDay
    last: YearDay

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        start = month_start(year, self.first.month) + self.first.day - 1
        end = month_start(year, self.last.month) + min(self.last.day, month_length(year, self.last.month)) - 1
        if (self.first.month, self.first.day) <= (self.last.month, self.last.day):
            return span(start, end)
        return span(start, days_in(year) - 1) | span(0, end)


@dataclass(frozen=True, slots=True)
class OnDate:
    """One date: ``2026-12-24``."""

    date: date

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        return between_dates(self.date, self.date, year)


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A stretch of dates, both ends inclusive: ``2026-12-24..2026-12-31``."""

    first: date
    last: date

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        return between_dates(self.first, self.last, year)


@dataclass(frozen=True, slots=True)
class Shifted:
    """``the day before X`` (by -1) and ``the day after X`` (by 1), by the calendar and not by any zone's clock."""

    by: int
    of: Days

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        before, here = days_in(year - 1), days_in(year)
        around = self.of.mask(year - 1) | self.of.mask(year) << before | self.of.mask(year + 1) << before + here
        return around >> before - self.by & whole(year)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The dates of any of several sets."""

    parts: tuple[Days, ...]

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        return reduce(or_, (part.mask(year) for part in self.parts))


def _known(calendar: Calendar | None) -> Calendar:
    if calendar is None:
        raise TypeError("these days have no calendar yet: see binding.bound")
    return calendar


def _in_every_month(wanted: int, year: int, ordinal: int) -> int:
    """Of the wanted dates of each month, the one that comes first, second … or last."""
    return reduce(or_, (_pick(wanted & _month(year, month), ordinal) for month in range(1, 13)))


def _pick(candidates: int, ordinal: int) -> int:
    if ordinal == LAST:
        return 1 << candidates.bit_length() - 1 if candidates else 0
    for _ in range(ordinal - 1):
        candidates &= candidates - 1
    return candidates & -candidates


def _month(year: int, month: int) -> int:
    start = month_start(year, month)
    return span(start, start + month_length(year, month) - 1)


def _day(year: int, month: int, day: int) -> int:
    return 1 << month_start(year, month) + day - 1
