"""Dates as calendars list them: one, a stretch, or the same day of every year."""

from __future__ import annotations

import re
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, TypeAlias

from daemon.timetable.calendars.problems import CalendarError
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.quoting import shown
from daemon.timetable.recurrence.days import DateSpan, OnDate, YearDay, YearSpan
from daemon.timetable.recurrence.year import FIRST_YEAR, LAST_YEAR, month_length

if TYPE_CHECKING:
    from collections.abc import Iterable

Span: TypeAlias = OnDate | DateSpan | YearDay | YearSpan
"""``2026-12-24``, ``2026-12-28..2026-12-31``, ``december 24``, ``december 24..january 6``."""

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ABBREVIATED = 3
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY = re.compile(r"([a-z]+) +([0-9]{1,2})")
_LEAP_YEAR = 2000
_FORMS = 'write "2026-12-24", "2026-12-28..2026-12-31" or, for every year, "december 24"'


def read_span(text: str) -> Span:
    """The dates that a text names.

    Raises:
        CalendarError: it names none; the hint says what was probably meant.
    """
    ends = text.strip().lower().split("..")
    if len(ends) > 2:  # noqa: PLR2004 - two ends
        raise _refusal(text, "has more than two ends", _FORMS)
    first, last = (_read_end(end.strip(), text) for end in (ends[0], ends[-1]))
    if isinstance(first, YearDay) and isinstance(last, YearDay):
        return _span_of_year(first, last, text)
    if isinstance(first, YearDay) or isinstance(last, YearDay):
        raise _refusal(text, "has a year at one end only", "write both ends with a year, or none of them")
    if last < first:
        raise _refusal(text, "ends before it begins", f'write "{last}..{first}"')
    return OnDate(first) if first == last else DateSpan(first, last)


def span_text(span: Span) -> str:
    """The text that `read_span` reads back."""
    match span:
        case OnDate(day):
            return day.isoformat()
        case DateSpan(first, last):
            return f"{first}..{last}"
        case YearDay(month, day_of_month):
            return f"{_MONTHS[month - 1]} {day_of_month}"
    return f"{span_text(span.first)}..{span_text(span.last)}"


def is_dated(span: Span) -> bool:
    """True where it means dates of certain years, and not of every year."""
    return isinstance(span, OnDate | DateSpan)


def mask_of(spans: Iterable[Span], year: int) -> int:
    """The dates of a year that any of them names, as bits (see `recurrence.year`)."""
    return reduce(or_, (span.mask(year) for span in spans), 0)


def _span_of_year(first: YearDay, last: YearDay, text: str) -> Span:
    if first.month == last.month and last.day < first.day:
        raise _refusal(text, "ends before it begins", f'write "{span_text(last)}..{span_text(first)}"')
    return first if first == last else YearSpan(first, last)


def _read_end(end: str, text: str) -> date | YearDay:
    if _ISO.fullmatch(end):
        return _date(end, text)
    found = _DAY.fullmatch(end)
    if found is None:
        raise _refusal(text, "is not a date", _FORMS)
    return _day_of_year(found[1], int(found[2]), text)


def _date(end: str, text: str) -> date:
    try:
        day = date.fromisoformat(end)
    except ValueError:
        raise _refusal(text, f"is not a date: there is no {end}", "a date is year-month-day: 2026-12-24") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _refusal(text, f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}", "mend the year")
    return day


def _day_of_year(name: str, day: int, text: str) -> YearDay:
    month = _month(name)
    if month is None:
        meant = near_miss(name, _MONTHS)
        raise _refusal(text, f"has no month: {name}", f'did you mean "{meant} {day}"?' if meant else _FORMS)
    if not 1 <= day <= month_length(_LEAP_YEAR, month):
        most = month_length(_LEAP_YEAR, month)
        raise _refusal(text, f"is not a date: there is no {name} {day}", f"{_MONTHS[month - 1]} has days 1 to {most}")
    return YearDay(month, day)


def _month(name: str) -> int | None:
    names = _MONTHS if len(name) > _ABBREVIATED else tuple(month[:_ABBREVIATED] for month in _MONTHS)
    return names.index(name) + 1 if name in names else None


def _refusal(text: str, message: str, hint: str) -> CalendarError:
    return CalendarError(f"{shown(text)} {message}", hint, value=text)
