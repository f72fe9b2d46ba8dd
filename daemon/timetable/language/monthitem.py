"""Reads what begins with a month: ``december 24``, ``december 24..january 6``, and whole months after ``during``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from daemon.timetable.language.dates import day_number
from daemon.timetable.language.ranges import takes_range
from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import MONTH_NAMES, MONTH_OF
from daemon.timetable.quoting import shown
from daemon.timetable.recurrence.days import YearDay
from daemon.timetable.recurrence.sets import any_of, months, year_span
from daemon.timetable.recurrence.year import month_length

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.tokens import Token
    from daemon.timetable.recurrence.days import Days

_YEAR = 12
_YEAR_DIGITS = 4


def read_month(cursor: Cursor, *, takes_months: bool, takes_several: bool) -> Days:
    """What begins with the month ahead.

    Raises:
        ClauseError: a whole month where days are wanted, or a day that the month never has.
    """
    month = cursor.take()
    if cursor.token.kind is Kind.NUMBER and len(cursor.token.text) == _YEAR_DIGITS:
        return _refuse_month_of_year(cursor, month)
    if cursor.token.kind is Kind.NUMBER:
        return _days_of_year(cursor, month, takes_several=takes_several)
    if cursor.token.kind is Kind.MEASURE:
        digits = cursor.token.text.rstrip("abcdefghijklmnopqrstuvwxyz")
        raise cursor.refusal(
            month, f"{shown(cursor.token.text)} is not a day", f'write "{month.word} {digits[:2]}"', cursor.take()
        )
    if not takes_months:
        hint = f'write "{month.word} 1" for a day of it, or add "during {month.word}" for the whole month'
        raise cursor.refusal(month, f"{shown(month.text)} is a whole month, not a day", hint)
    return _whole_months(cursor, MONTH_OF[month.word])


def _refuse_month_of_year(cursor: Cursor, month: Token) -> NoReturn:
    number, year = MONTH_OF[month.word], cursor.take()
    last = month_length(int(year.text) or 1, number)
    hint = f'write "{year.text}-{number:02}-01..{year.text}-{number:02}-{last}"; "{month.word}" is that of every year'
    raise cursor.refusal(month, "the month of one year is written as dates", hint, year)


def _whole_months(cursor: Cursor, first: int) -> Days:
    last = first
    if takes_range(cursor):
        end = cursor.take_in(MONTH_OF)
        if end is None:
            raise cursor.refusal(cursor.token, "a range of months needs its last month", 'write it like "june-august"')
        last = MONTH_OF[end.word]
    return months((first - 1 + step) % _YEAR + 1 for step in range((last - first) % _YEAR + 1))


def _days_of_year(cursor: Cursor, month: Token, *, takes_several: bool) -> Days:
    parts: list[Days] = []
    number = MONTH_OF[month.word]
    while True:
        first = YearDay(number, day_number(cursor, number))
        last = _last_day(cursor, first) if takes_range(cursor) else first
        parts.append(year_span(first, last))
        _refuse_year(cursor, month, first)
        separator = cursor.separator()
        if not (takes_several and separator and cursor.ahead(separator).kind is Kind.NUMBER):
            return any_of(parts)
        cursor.skip(separator)


def _last_day(cursor: Cursor, first: YearDay) -> YearDay:
    begin = cursor.previous
    named = cursor.take_in(MONTH_OF)
    month = first.month if named is None else MONTH_OF[named.word]
    if cursor.token.kind is not Kind.NUMBER:
        raise cursor.refusal(
            cursor.token, "a range of days needs its last day", 'write it like "december 24..january 6"'
        )
    last = YearDay(month, day_number(cursor, month))
    if last.month == first.month and last.day < first.day:
        hint = f"write {MONTH_NAMES[month - 1].lower()} {last.day}..{first.day}"
        raise cursor.refusal(begin, "the range ends before it begins", hint, cursor.previous)
    return last


def _refuse_year(cursor: Cursor, month: Token, day: YearDay) -> None:
    year = cursor.token
    if year.kind is Kind.NUMBER and len(year.text) == _YEAR_DIGITS:
        cursor.take()
        hint = f'write "{year.text}-{day.month:02}-{day.day:02}"; "{month.word} {day.day}" is that day of every year'
        raise cursor.refusal(month, "a date of one year is written in digits", hint, year)
