"""Reads dates: ``2026-12-24``, and days of a month that must be able to exist."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from daemon.timetable.language.datemends import other_date
from daemon.timetable.language.mend import Mend, refuse
from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import MONTH_NAMES, MONTH_OF, SHORT_DAYS, WEEKDAY_OF
from daemon.timetable.quoting import shown
from daemon.timetable.recurrence.year import month_length

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.problems import ClauseError
    from daemon.timetable.language.tokens import Token

_LEAP_YEAR = 2000
_MONTHS = 12
_ISO = len("2026-12-24")


def read_date(cursor: Cursor, what: str) -> date:
    """The ISO date ahead; `what` says in messages what needs it.

    Raises:
        ClauseError: there is none, or the calendar has no such date.
    """
    token = cursor.token
    if token.kind is not Kind.DATE:
        raise _no_date(cursor, what)
    cursor.take()
    if len(token.text) != _ISO:
        raise cursor.refusal(token, f"{shown(token.text)} is not a date", "month and day have two digits: 2026-02-01")
    try:
        return date.fromisoformat(token.text)
    except ValueError:
        raise cursor.refusal(token, f"there is no {token.text}", _why_not(token.text)) from None


def _no_date(cursor: Cursor, what: str) -> ClauseError:
    """What stands where a date is needed, all of it, and how to write what was probably meant."""
    token, mend = cursor.token, other_date(cursor, needs_year=True)
    if mend is not None:
        return refuse(cursor, Mend(mend.end, f"{what} needs a date: {mend.message}", mend.hint))
    found = f", found {shown(token.text)}" if token.text else ""
    hint, last = 'write it like "2026-12-24"', token
    if token.is_in(WEEKDAY_OF):
        hint, last = _days_of_the_week(cursor)
    elif token.kind is Kind.STAMP:
        cursor.take()
        hint = f'write "{token.text[:_ISO]}", without the time'
    elif token.is_in(MONTH_OF) or token.kind in {Kind.NUMBER, Kind.DOTTED, Kind.MEASURE, Kind.QUOTED}:
        last = cursor.take_chunk()
        hint = 'write a whole date, "2026-12-24", without quotes'
    elif token.kind is Kind.WORD:
        cursor.take()
    return cursor.refusal(token, f"{what} needs a date{found}", hint, last)


def _days_of_the_week(cursor: Cursor) -> tuple[str, Token]:
    """For ``from monday to friday`` and ``until friday``."""
    first = last = cursor.take()
    if cursor.token.is_word("to", "through", "thru", "till", "until") or cursor.token.kind in {Kind.DASH, Kind.DOTS}:
        cursor.take()
        last = cursor.take_in(WEEKDAY_OF) or cursor.previous
    names = dict.fromkeys(SHORT_DAYS[WEEKDAY_OF[token.word]] for token in (first, last) if token.word in WEEKDAY_OF)
    return f'write it like "2026-12-24"; for days of the week write "{"-".join(names)}" alone', last


def _why_not(text: str) -> str:
    year, month, _ = (int(part) for part in text.split("-"))
    if not 1 <= month <= _MONTHS or not year:
        return "a date is year-month-day, such as 2026-12-24"
    return f"{MONTH_NAMES[month - 1]} {year} has {month_length(year, month)} days"


def day_number(cursor: Cursor, month: int | None = None) -> int:
    """The day of a month ahead, which the month must have in some year; any month where none is given.

    Raises:
        ClauseError: no month has that day.
    """
    token = cursor.take()
    most = 31 if month is None else month_length(_LEAP_YEAR, month)
    number = _number(token)
    if not 1 <= number <= most:
        owner = "a month" if month is None else MONTH_NAMES[month - 1]
        hint = f"{owner} has days 1 to {most}"
        raise cursor.refusal(token, f"there is no day {token.text[:8]} in {owner}", hint)
    return number


def _number(token: Token) -> int:
    """The value of a number token; 0 for one so long that it is no day anyway."""
    return int(token.text) if len(token.text) <= len("31") else 0
