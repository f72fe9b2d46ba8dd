"""Reads dates: ``2026-12-24``, and days of a month that must be able to exist."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import MONTH_NAMES
from daemon.timetable.quoting import shown
from daemon.timetable.recurrence.year import month_length

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
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
        raise cursor.refusal(token, f"{what} needs a date", 'write it like "2026-12-24"')
    cursor.take()
    if len(token.text) != _ISO:
        raise cursor.refusal(token, f"{shown(token.text)} is not a date", "month and day have two digits: 2026-02-01")
    try:
        return date.fromisoformat(token.text)
    except ValueError:
        raise cursor.refusal(token, f"there is no {token.text}", _why_not(token.text)) from None


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
