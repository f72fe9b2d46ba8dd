"""The normal form of sets of dates: built here, so that what means the same is equal and is written the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.recurrence.days import (
    AnyOf,
    DateSpan,
    Days,
    EveryDay,
    Holidays,
    MonthDays,
    Months,
    Named,
    Nth,
    NthWorkday,
    OnDate,
    Shifted,
    Weekdays,
    Workdays,
    YearDay,
    YearSpan,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

_WEEK = 7
_YEAR = 12
_KINDS: tuple[type, ...] = (
    Weekdays,
    Workdays,
    Holidays,
    Named,
    Months,
    MonthDays,
    Nth,
    NthWorkday,
    YearDay,
    YearSpan,
    OnDate,
    DateSpan,
    Shifted,
)
MOST_SHIFT = 7
"""``the day before`` can be said so many times in a row."""


def weekdays(days: Iterable[int]) -> Days:
    """Days of the week; all seven are every day."""
    wanted = frozenset(days)
    return EveryDay() if len(wanted) == _WEEK else Weekdays(wanted)


def months(several: Iterable[int]) -> Days:
    """Whole months; all twelve are every day."""
    wanted = frozenset(several)
    return EveryDay() if len(wanted) == _YEAR else Months(wanted)


def nth(ordinal: int, weekday: int | None) -> Days:
    """A day of the week in every month, Monday being 0; without one, the first to fifth day is a day of the month."""
    return MonthDays(frozenset({ordinal})) if weekday is None and ordinal > 0 else Nth(ordinal, weekday)


def date_span(first: date, last: date) -> Days:
    """From one date to another, both inclusive."""
    return OnDate(first) if first == last else DateSpan(first, last)


def year_span(first: YearDay, last: YearDay) -> Days:
    """From one day of the year to another, both inclusive, over the new year where the last comes first."""
    return first if first == last else YearSpan(first, last)


def shifted(days: Days, by: int) -> Days:
    """The dates that lie `by` days after those of a set (before, where negative)."""
    result: Days
    match days:
        case _ if by == 0 or days == EveryDay():
            result = days
        case Weekdays():
            result = Weekdays(frozenset((day + by) % _WEEK for day in days.days))
        case MonthDays():
            result = any_of(Shifted(by, MonthDays(frozenset({day}))) for day in days.days)
        case AnyOf():
            result = any_of(shifted(part, by) for part in days.parts)
        case Shifted():
            result = shifted(days.of, days.by + by)
        case _:
            result = Shifted(by, days)
    return result


def any_of(several: Iterable[Days]) -> Days:
    """The dates of any of at least one set: flat, without doubles, in one order."""
    parts = set(_flat(several))
    if EveryDay() in parts:
        return EveryDay()
    week = frozenset(day for part in parts if isinstance(part, Weekdays) for day in part.days)
    whole_months = frozenset(month for part in parts if isinstance(part, Months) for month in part.months)
    month_days = frozenset(day for part in parts if isinstance(part, MonthDays) for day in part.days)
    rest: list[Days] = [part for part in parts if not isinstance(part, Weekdays | Months | MonthDays)]
    if week:
        rest.append(weekdays(week))
    if whole_months:
        rest.append(months(whole_months))
    if month_days:
        rest.append(MonthDays(month_days))
    if EveryDay() in rest:
        return EveryDay()
    return rest[0] if len(rest) == 1 else AnyOf(tuple(sorted(rest, key=_order)))


def _flat(several: Iterable[Days]) -> Iterable[Days]:
    for days in several:
        if isinstance(days, AnyOf):
            yield from days.parts
        else:
            yield days


def _order(days: Days) -> tuple[object, ...]:
    """Kinds in a fixed order that the grammar reads back without doubt, days of the week first; then by value."""
    value: tuple[object, ...]
    match days:
        case Nth(ordinal, weekday):
            value = (ordinal % 7, -1 if weekday is None else weekday)
        case NthWorkday(ordinal):
            value = (ordinal % 7,)
        case YearSpan(first, last):
            value = (first.month, first.day, last.month, last.day)
        case Weekdays(numbers) | Months(numbers) | MonthDays(numbers):
            value = tuple(sorted(numbers))
        case Shifted(by, of):
            value = (by, _order(of))
        case Workdays() | Holidays() | Named() | YearDay() | OnDate() | DateSpan():
            value = tuple(getattr(days, name) for name in days.__slots__ if name != "calendar")
        case _:
            raise TypeError(f"no place in a list of days for {days!r}")
    return _KINDS.index(type(days)), value
