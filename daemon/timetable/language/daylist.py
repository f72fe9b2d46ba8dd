"""Reads lists of days: ``mon-fri``, ``first monday and december 24``, ``the day before 2026-12-24``.

The list is the same after ``on``, ``during`` and ``except``. An item follows another behind "," or "and". What a
reader could take in two ways is refused: ``first monday and friday``, ``the day before monday and friday``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.dayitem import Item, begins_item, read_item
from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import CALENDAR_WORDS, DAY_GROUPS, MONTH_OF, ORDINAL_OF, WEEKDAY_OF
from daemon.timetable.quoting import shown
from daemon.timetable.recurrence.sets import any_of

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.recurrence.days import Days

DAY_WORDS = (
    frozenset(WEEKDAY_OF)
    | frozenset(MONTH_OF)
    | frozenset(ORDINAL_OF)
    | frozenset(DAY_GROUPS)
    | CALENDAR_WORDS
    | {"the", "day", "days", "before", "after", "of", "month", "each", "every", "other", "on"}
)
"""Every word that can stand in a list of days."""


def read_days(cursor: Cursor, what: str, *, takes_months: bool) -> Days:
    """The list of days ahead, in normal form; `what` says in messages what needs it.

    Raises:
        ClauseError: no day stands here, or one that cannot be, or the list can be taken in two ways.
    """
    if not begins_item(cursor):
        _refuse_what_is_no_day(cursor, what)
    item = read_item(cursor, takes_months=takes_months)
    days, ordinal, shift = [item.days], item, item
    while (separator := cursor.separator()) and begins_item(cursor, separator):
        cursor.skip(separator)
        ordinal, shift = (item if item.is_ordinal else ordinal), (item if item.is_shifted else shift)
        item = read_item(cursor, takes_months=takes_months)
        _refuse_two_meanings(cursor, ordinal, shift, item)
        days.append(item.days)
    if begins_item(cursor):
        _refuse_missing_separator(cursor)
    return any_of(days)


def number_before_month(cursor: Cursor) -> str | None:
    """The mend for ``24 december``; None where something else is ahead."""
    day, month = cursor.token, cursor.ahead(1)
    if day.kind is Kind.NUMBER and month.is_in(MONTH_OF):
        return f'write "{month.word} {day.text[:2]}"'
    return None


def _refuse_what_is_no_day(cursor: Cursor, what: str) -> None:
    token, mend = cursor.token, number_before_month(cursor)
    if mend is not None:
        cursor.take()
        raise cursor.refusal(token, f"{what} needs days, the month first", mend, cursor.take())
    if token.kind in {Kind.NUMBER, Kind.MEASURE, Kind.DOTTED, Kind.PATH}:
        cursor.take_chunk()
    found = f", found {shown(token.text)}" if token.text else ""
    calendars = "".join(f", {name}" for name in sorted(cursor.names.values()))
    hint = f'day names, dates such as "december 24" or "2026-12-24", workdays, holidays{calendars}'
    raise cursor.refusal(token, f"{what} needs days{found}", hint)


def _refuse_two_meanings(cursor: Cursor, ordinal: Item, shift: Item, item: Item) -> None:
    """Refuse an item that one before it, an ordinal or a shifted one, could be meant to cover as well."""
    if ordinal.is_ordinal and item.is_day_name:
        name = item.first.word
        hint = f'repeat the ordinal before "{name}", or put "{name}" first where every {name} is meant'
        raise cursor.refusal(ordinal.first, "the ordinal can be meant for one day or for both", hint, item.last)
    if shift.is_shifted and not item.is_shifted:
        hint = 'repeat "the day before" or "the day after", or put the other days first'
        raise cursor.refusal(shift.first, '"the day before" can be meant for one day or for both', hint, item.last)


def _refuse_missing_separator(cursor: Cursor) -> None:
    token = cursor.take()
    hint = f'write ", {token.text}" where it belongs to the list; another list of days begins with "on"'
    raise cursor.refusal(token, f'{shown(token.text)} follows a day without "," or "and"', hint)
