"""Reads one item of a list of days: a day name or a range of them, an ordinal, a day of the month or year, a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.timetable.language.datemends import begins_other_date, other_date
from daemon.timetable.language.dates import day_number, read_date
from daemon.timetable.language.mend import refuse
from daemon.timetable.language.monthitem import read_month
from daemon.timetable.language.ranges import range_follows, takes_range
from daemon.timetable.language.tokens import Kind, Token
from daemon.timetable.language.vocabulary import (
    CALENDAR_WORDS,
    DAY_GROUPS,
    HOLIDAY_WORDS,
    MONTH_OF,
    ORDINAL_OF,
    WEEKDAY_OF,
    WORKDAY_WORDS,
)
from daemon.timetable.recurrence.days import Days, Holidays, MonthDays, Named, NthWorkday, Workdays
from daemon.timetable.recurrence.sets import MOST_SHIFT, any_of, date_span, nth, shifted, weekdays

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor

_WEEK = 7
_FIRST_WORDS = (
    frozenset(WEEKDAY_OF) | frozenset(MONTH_OF) | frozenset(ORDINAL_OF) | frozenset(DAY_GROUPS) | CALENDAR_WORDS
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list.

    Attributes:
        days: its dates.
        first: its first token.
        last: its last token.
        is_day_name: it is a bare day name or a range of them.
        is_ordinal: it is ``first monday`` or the like.
        is_shifted: it is ``the day before`` or ``after`` something.
    """

    days: Days
    first: Token
    last: Token
    is_day_name: bool
    is_ordinal: bool
    is_shifted: bool


def begins_item(cursor: Cursor, offset: int = 0) -> bool:
    """True where an item begins so many tokens ahead."""
    token, following = cursor.ahead(offset), cursor.ahead(offset + 1)
    if begins_other_date(cursor, offset):
        return True
    if token.is_word("the"):
        return following.is_word("day", *ORDINAL_OF)
    if token.is_word("day", "days"):
        return following.kind is Kind.NUMBER or (token.is_word("day") and following.is_word("before", "after"))
    return token.kind in (Kind.DATE, Kind.NAME) or token.is_in(_FIRST_WORDS)


def read_item(cursor: Cursor, *, takes_months: bool) -> Item:
    """The item ahead; call it where `begins_item` is true.

    Raises:
        ClauseError: it is no day after all, or one that cannot be.
    """
    first = cursor.token
    by = _shift(cursor)
    cursor.take_word("the")
    token, other = cursor.token, other_date(cursor, needs_year=False)
    if other is not None:
        raise refuse(cursor, other)
    days = _plain(cursor, takes_months=takes_months and not by, takes_several=not by)
    return Item(
        days=shifted(days, by),
        first=first,
        last=cursor.previous,
        is_day_name=token.is_in(WEEKDAY_OF) and not by,
        is_ordinal=token.is_in(ORDINAL_OF),
        is_shifted=bool(by),
    )


def _shift(cursor: Cursor) -> int:
    """Steps over every ``the day before`` and ``the day after``, and says by how many days they shift."""
    by, first = 0, cursor.token
    while True:
        article = int(cursor.token.is_word("the"))
        direction = cursor.ahead(article + 1)
        if not (cursor.ahead(article).is_word("day") and direction.is_word("before", "after")):
            return by
        by += 1 if direction.is_word("after") else -1
        cursor.skip(article + 2)
        if abs(by) > MOST_SHIFT:
            raise cursor.refusal(
                first, f"more than {MOST_SHIFT} days before or after", "name the day itself", direction
            )


def _plain(cursor: Cursor, *, takes_months: bool, takes_several: bool) -> Days:
    token = cursor.token
    if token.kind is Kind.DATE:
        return _dates(cursor)
    if token.is_in(WEEKDAY_OF) or token.is_in(DAY_GROUPS):
        return _day_names(cursor)
    if token.is_in(ORDINAL_OF):
        return _ordinals(cursor)
    if token.is_in(MONTH_OF):
        return read_month(cursor, takes_months=takes_months, takes_several=takes_several)
    if token.is_word("day", "days") and cursor.ahead(1).kind is Kind.NUMBER:
        return _days_of_month(cursor, takes_several=takes_several)
    if token.kind is Kind.NAME or token.is_in(CALENDAR_WORDS):
        return _of_calendar(cursor)
    raise cursor.refusal(token, "a day is missing here", 'name one: "monday", "december 24", "2026-12-24"')


def _dates(cursor: Cursor) -> Days:
    token = cursor.token
    first = last = read_date(cursor, "a list of days")
    if takes_range(cursor):
        last = read_date(cursor, "a range of dates")
    if last < first:
        raise cursor.refusal(token, "the range ends before it begins", f"write {last}..{first}", cursor.previous)
    return date_span(first, last)


def _of_calendar(cursor: Cursor) -> Days:
    token = cursor.take()
    if token.kind is Kind.NAME:
        return Named(cursor.names[token.word])
    return Workdays() if token.word in WORKDAY_WORDS else Holidays()


def _day_names(cursor: Cursor) -> Days:
    if cursor.token.is_in(DAY_GROUPS):
        return weekdays(DAY_GROUPS[cursor.take().word])
    first = last = WEEKDAY_OF[cursor.take().word]
    if takes_range(cursor):
        end = cursor.take_in(WEEKDAY_OF)
        if end is None:
            raise cursor.refusal(cursor.token, "a range of day names needs its last day", 'write it like "mon-fri"')
        last = WEEKDAY_OF[end.word]
    return weekdays((first + step) % _WEEK for step in range((last - first) % _WEEK + 1))


def _ordinals(cursor: Cursor) -> Days:
    """``first monday``, ``first and third monday of the month``, ``last day``."""
    first = cursor.token
    ordinals = [ORDINAL_OF[cursor.take().word]]
    while (separator := cursor.separator()) and cursor.ahead(separator).is_in(ORDINAL_OF):
        cursor.skip(separator)
        ordinals.append(ORDINAL_OF[cursor.take().word])
    if cursor.token.is_in(WORKDAY_WORDS):
        cursor.take()
        days = any_of(NthWorkday(ordinal) for ordinal in ordinals)
    else:
        weekday = _ordinal_of_what(cursor)
        days = any_of(nth(ordinal, weekday) for ordinal in ordinals)
    if range_follows(cursor):
        raise cursor.refusal(
            first, "an ordinal goes with one day name", 'repeat it: "first monday, first tuesday"', cursor.token
        )
    if cursor.token.is_word("of"):
        _of_the_month(cursor)
    return days


def _ordinal_of_what(cursor: Cursor) -> int | None:
    token = cursor.token
    if token.is_word("day", "days"):
        cursor.take()
        return None
    if token.is_in(WEEKDAY_OF):
        return WEEKDAY_OF[cursor.take().word]
    if token.is_in(HOLIDAY_WORDS):
        cursor.take()
        raise cursor.refusal(
            token, "holidays are not counted", 'write a day name, "workday" or "day" after the ordinal'
        )
    ordinal = cursor.previous.word
    raise cursor.refusal(
        cursor.previous,
        f'"{ordinal}" needs a day name, "workday" or "day" after it',
        f'write "{ordinal} monday" or "{ordinal} day"',
    )


def _of_the_month(cursor: Cursor) -> None:
    of = cursor.take()
    cursor.take_word("the", "every", "each")
    if not cursor.take_word("month"):
        raise cursor.refusal(of, '"of" must be followed by "the month"', 'for one month of the year add "during march"')


def _days_of_month(cursor: Cursor, *, takes_several: bool) -> Days:
    cursor.take()
    days: set[int] = set()
    while True:
        token = cursor.token
        first = last = day_number(cursor)
        if takes_range(cursor):
            last = _last_number(cursor)
        if last < first:
            raise cursor.refusal(
                token, "the range ends before it begins", f"write day {last}..{first}", cursor.previous
            )
        days.update(range(first, last + 1))
        separator = cursor.separator()
        if not (takes_several and separator and cursor.ahead(separator).kind is Kind.NUMBER):
            return MonthDays(frozenset(days))
        cursor.skip(separator)


def _last_number(cursor: Cursor) -> int:
    if cursor.token.kind is not Kind.NUMBER:
        raise cursor.refusal(
            cursor.token, "a range of days of the month needs its last day", 'write it like "day 1..7"'
        )
    return day_number(cursor)
