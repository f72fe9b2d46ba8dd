"""The dates on which an all-day event begins again: RFC 5545, 3.3.10, for dates.

Written out here because a library that looks for the next date of a rule that has none (31 June) looks for it until
the year 9999, which a file from elsewhere must not be able to ask for. Here the work is bounded by the years up to
`recurrence.year.LAST_YEAR`, and by `MOST_LOOKED_AT` for a whole file. Tests hold it to what ``python-dateutil`` gives.

A rule goes from period to period (a year, month, week or day, or every second one). The dates of a period are cut
down by each ``BY…`` part; where no part says which days, the day that the event first begins on does.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from daemon.timetable.recurrence.year import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_LOOKED_AT = 4_000_000
"""So many dates are looked at for one file: sixty rules that repeat every week up to the end of all years."""

_MONTHS = 12
_EARLIEST = FIRST_YEAR - 2
"""An event of a year that begins before this one ends before any date that is looked at."""
_LEAST_LOOKED_AT = 7
"""A period has its own cost: a day by itself takes about as long as a week."""


@dataclass(frozen=True, slots=True)
class Repeating:
    """A rule, with the defaults filled in.

    Attributes:
        frequency: ``YEARLY``, ``MONTHLY``, ``WEEKLY`` or ``DAILY``.
        interval: every so many periods.
        count: how many beginnings there are, or None.
        until: the last date, inclusive, or None.
        months: numbers of months, January being 1; empty for all.
        month_days: days of the month, negative ones counted from its end; empty for all.
        weekdays: ordinal (0 for every one) and day of the week, Monday being 0; empty for all.
        positions: which of the dates of a period count, from 1, negative ones from the end; empty for all.
        week_start: the day of the week on which weeks begin.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    positions: frozenset[int] = frozenset()
    week_start: int = 0


def periods_of(rule: Repeating, start: date) -> Iterator[tuple[int, list[date]]]:
    """How many dates each period makes us look at, and the beginnings in it, from the first date on to the last."""
    left = rule.count
    for first, last in _periods(rule, start):
        if rule.until is not None and first > rule.until:
            return
        end = date.max if rule.until is None else rule.until
        found = [day for day in _chosen(rule, first, last) if start <= day <= end][:left]
        yield max(_size(rule, first, last), _LEAST_LOOKED_AT), found
        if left is not None:
            left -= len(found)
            if not left:
                return


def settled(rule: Repeating, start: date) -> Repeating:
    """The rule with the day that it leaves to the first date of the event."""
    if rule.month_days or rule.weekdays:
        return rule
    if rule.frequency == "WEEKLY":
        return replace(rule, weekdays=frozenset({(0, start.weekday())}))
    if rule.frequency == "MONTHLY":
        return replace(rule, month_days=frozenset({start.day}))
    if rule.frequency == "YEARLY":
        return replace(rule, month_days=frozenset({start.day}), months=rule.months or frozenset({start.month}))
    return rule


def _periods(rule: Repeating, start: date) -> Iterator[tuple[date, date]]:
    """First and last date of every period from the one of the start on."""
    if rule.frequency == "YEARLY":
        for year in range(_first_year(rule, start), LAST_YEAR + 1, rule.interval):
            yield date(year, 1, 1), date(year, 12, 31)
    elif rule.frequency == "MONTHLY":
        begin = start.year * _MONTHS + start.month - 1
        for month in range(begin, (LAST_YEAR + 1) * _MONTHS, rule.interval):
            year, index = divmod(month, _MONTHS)
            yield date(year, index + 1, 1), date(year, index + 1, monthrange(year, index + 1)[1])
    else:
        length = 7 if rule.frequency == "WEEKLY" else 1
        back = (start.weekday() - rule.week_start) % 7 if rule.frequency == "WEEKLY" else 0
        end = date(LAST_YEAR, 12, 31).toordinal()
        for first in range(start.toordinal() - back, end + 1, rule.interval * length):
            yield date.fromordinal(max(first, 1)), date.fromordinal(min(first + length - 1, end))


def _first_year(rule: Repeating, start: date) -> int:
    """The year of the start, or where nothing is counted a later one: some programs let all birthdays begin in 1604."""
    behind = _EARLIEST - start.year
    if rule.count is not None or behind <= 0:
        return start.year
    return start.year + -(-behind // rule.interval) * rule.interval


def _chosen(rule: Repeating, first: date, last: date) -> list[date]:
    days = [day for day in _candidates(rule, first, last) if _is_wanted(rule, day, first, last)]
    if not rule.positions:
        return days
    size = len(days)
    return [day for index, day in enumerate(days) if index + 1 in rule.positions or index - size in rule.positions]


def _size(rule: Repeating, first: date, last: date) -> int:
    """How many dates of a period are looked at."""
    days = len(rule.month_days) or 31
    if rule.frequency == "YEARLY":
        return days * (len(rule.months) or _MONTHS)
    return min(days, (last - first).days + 1)


def _candidates(rule: Repeating, first: date, last: date) -> Iterator[date]:
    """The dates of a period that have the wanted months and days of the month."""
    begin, end = first.year * _MONTHS + first.month - 1, last.year * _MONTHS + last.month - 1
    for month in range(begin, end + 1):
        year, index = divmod(month, _MONTHS)
        if rule.months and index + 1 not in rule.months:
            continue
        length = monthrange(year, index + 1)[1]
        low = first.day if month == begin else 1
        high = last.day if month == end else length
        for number in _numbers(rule, length, low, high):
            yield date(year, index + 1, number)


def _numbers(rule: Repeating, length: int, low: int, high: int) -> Iterable[int]:
    """The wanted days of a month of some length, between two, in order."""
    if not rule.month_days:
        return range(low, high + 1)
    numbers = {number if number > 0 else length + 1 + number for number in rule.month_days}
    return [number for number in sorted(numbers) if low <= number <= high]


def _is_wanted(rule: Repeating, day: date, first: date, last: date) -> bool:
    """True for the wanted days of the week; the second Monday is that of a month where the rule names months."""
    if not rule.weekdays or (0, day.weekday()) in rule.weekdays:
        return True
    if rule.frequency == "YEARLY" and rule.months:
        first = day.replace(day=1)
        last = day.replace(day=monthrange(day.year, day.month)[1])
    from_first, from_last = (day - first).days // 7 + 1, -((last - day).days // 7 + 1)
    return (from_first, day.weekday()) in rule.weekdays or (from_last, day.weekday()) in rule.weekdays
