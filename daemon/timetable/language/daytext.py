"""Writes sets of days: as the language has them, and in words for explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.vocabulary import DAY_NAMES, MONTH_NAMES, ORDINAL_NAMES, SHORT_DAYS
from daemon.timetable.recurrence.days import (
    LAST,
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
    from collections.abc import Iterable, Sequence

_WEEK = 7
_SHORTEST_RANGE = 3
_WORKING_WEEK = frozenset(range(5))
_WEEKEND = frozenset({5, 6})


def days_text(days: Days) -> str:
    """The list as the language reads it back to the same value."""
    match days:
        case EveryDay():
            text = "daily"
        case AnyOf(parts):
            text = ", ".join(days_text(part) for part in parts)
        case Weekdays(numbers):
            text = _week_text(numbers)
        case Months(numbers):
            text = ", ".join(_month(number) for number in sorted(numbers))
        case MonthDays(numbers):
            text = "day " + ", ".join(_runs(numbers))
        case Nth(ordinal, weekday):
            text = f"{_ordinal(ordinal)} {'day' if weekday is None else DAY_NAMES[weekday].lower()}"
        case Shifted(by, of):
            text = ("the day before " if by < 0 else "the day after ") * abs(by) + days_text(of)
        case Workdays() | Holidays() | Named() | NthWorkday():
            text = _calendar_text(days)
        case _:
            text = _dates_text(days)
    return text


def _calendar_text(days: Workdays | Holidays | Named | NthWorkday) -> str:
    match days:
        case Workdays():
            return "workdays"
        case Holidays():
            return "holidays"
        case Named(name):
            return name
        case _:
            return f"{_ordinal(days.ordinal)} workday"


def days_in_words(days: Days) -> str:
    """The set in words: ``Monday to Friday and 24 December``."""
    match days:
        case EveryDay():
            text = "every day"
        case AnyOf(parts):
            text = _listed([days_in_words(part) for part in parts])
        case Weekdays(numbers):
            text = _week_in_words(numbers)
        case Months(numbers):
            text = _listed([MONTH_NAMES[number - 1] for number in sorted(numbers)])
        case MonthDays(numbers):
            text = f"day {_listed(_runs(numbers))} of the month"
        case Nth(ordinal, weekday):
            text = f"the {_ordinal(ordinal)} {'day' if weekday is None else DAY_NAMES[weekday]} of the month"
        case Shifted(by, of):
            text = ("the day before " if by < 0 else "the day after ") * abs(by) + days_in_words(of)
        case Workdays() | Holidays() | Named() | NthWorkday():
            text = _calendar_in_words(days)
        case _:
            text = _dates_in_words(days)
    return text


def _calendar_in_words(days: Workdays | Holidays | Named | NthWorkday) -> str:
    match days:
        case Named(name):
            return f'the dates of "{name}"'
        case NthWorkday(ordinal):
            return f"the {_ordinal(ordinal)} workday of the month"
        case _:
            return _calendar_text(days)


def _dates_text(days: Days) -> str:
    match days:
        case YearDay(month, day):
            text = f"{_month(month)} {day}"
        case YearSpan(first, last) if first.month == last.month and first.day < last.day:
            text = f"{_month(first.month)} {first.day}..{last.day}"
        case YearSpan(first, last):
            text = f"{_dates_text(first)}..{_dates_text(last)}"
        case OnDate(date):
            text = date.isoformat()
        case DateSpan(first, last):
            text = f"{first.isoformat()}..{last.isoformat()}"
        case _:
            raise TypeError(f"no text for {days!r}")
    return text


def _dates_in_words(days: Days) -> str:
    match days:
        case YearDay(month, day):
            text = f"{day} {MONTH_NAMES[month - 1]}"
        case YearSpan(first, last):
            text = f"{_dates_in_words(first)} to {_dates_in_words(last)}"
        case DateSpan(first, last):
            text = f"{first.isoformat()} to {last.isoformat()}"
        case _:
            text = _dates_text(days)
    return text


def _week_text(numbers: frozenset[int]) -> str:
    if numbers == _WORKING_WEEK:
        return "weekdays"
    if numbers == _WEEKEND:
        return "weekends"
    first, last = _one_run(numbers)
    if len(numbers) >= _SHORTEST_RANGE and first is not None:
        return f"{SHORT_DAYS[first]}-{SHORT_DAYS[last]}"
    return ", ".join(SHORT_DAYS[number] for number in sorted(numbers))


def _week_in_words(numbers: frozenset[int]) -> str:
    first, last = _one_run(numbers)
    if len(numbers) >= _SHORTEST_RANGE and first is not None:
        return f"{DAY_NAMES[first]} to {DAY_NAMES[last]}"
    return _listed([DAY_NAMES[number] for number in sorted(numbers)])


def _one_run(numbers: frozenset[int]) -> tuple[int | None, int]:
    """First and last of days that follow one another, over the weekend too; no first where they do not."""
    first = min(number for number in numbers if (number - 1) % _WEEK not in numbers)
    last = (first + len(numbers) - 1) % _WEEK
    unbroken = all((first + step) % _WEEK in numbers for step in range(len(numbers)))
    return (first if unbroken else None), last


def _runs(numbers: Iterable[int]) -> list[str]:
    """Numbers in order, three and more that follow one another as a range."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [text for run in runs for text in _run(run)]


def _run(run: Sequence[int]) -> list[str]:
    return [f"{run[0]}..{run[-1]}"] if len(run) >= _SHORTEST_RANGE else [str(number) for number in run]


def _listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _month(number: int) -> str:
    return MONTH_NAMES[number - 1].lower()


def _ordinal(number: int) -> str:
    return "last" if number == LAST else ORDINAL_NAMES[number - 1]
