"""Says what is wrong with a word where no clause begins, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from daemon.timetable.language.clauses import CLAUSES
from daemon.timetable.language.daylist import number_before_month
from daemon.timetable.language.mend import Mend
from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import CONDITIONS, MENDS, NOT_YET_CLAUSES, POOL_WORDS, WEEKDAY_OF, not_yet
from daemon.timetable.language.zonewords import zone_without_in
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Container

    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.tokens import Token

_HINTS = {
    Kind.OPEN_QUOTE: ("the quote is never closed", "put the same quote behind the text"),
    Kind.QUOTED: ("a text in quotes stands behind cron only", "write it like cron '0 20 * * 1-5'"),
    Kind.NUMBER: ("{} stands alone", "a time is written like 20:00, a day of the month like day 15"),
    Kind.MEASURE: (
        "{} is not understood here",
        'a day of the month is written like "day 1", a length behind its word: "retry for 2h"',
    ),
    Kind.PATH: ("{} stands without its word", 'write "in {}" where the time zone is meant'),
}
_RANGE = re.compile(r"([1-7])\s?(?:-|–|\.\.+)\s?(\d{1,2})(?![\w:])")
_OPEN = frozenset({Kind.WORD, Kind.ODD, Kind.DASH, Kind.DOTS})


def begins_clause(cursor: Cursor) -> bool:
    """True where some clause begins, one that is not in force included."""
    return cursor.token.is_in(NOT_YET_CLAUSES) or any(clause.begins(cursor) for clause in CLAUSES)


def note_unexpected(cursor: Cursor, said: Container[str]) -> None:
    """Note what is wrong with the token ahead, which begins no clause in force, and step over it.

    Args:
        cursor: stands before the token.
        said: keys of the clauses that are there already, which are not offered again.
    """
    token, mend = cursor.token, _mend(cursor)
    if token.is_in(NOT_YET_CLAUSES):
        _note_not_yet(cursor)
    elif mend is not None:
        cursor.note(token, mend.message, mend.hint, cursor.take_until(mend.end))
    elif token.is_in(POOL_WORDS) or token.is_in(CONDITIONS):
        _note_what_no_policy_says(cursor)
    elif token.kind in _HINTS:
        cursor.take()
        message, hint = _HINTS[token.kind]
        cursor.note(token, message.format(shown(token.text)), hint.format(token.text))
    else:
        _note_unknown(cursor, said)


def _mend(cursor: Cursor) -> Mend | None:
    """What is understood well enough to be written properly."""
    token, month_first = cursor.token, number_before_month(cursor)
    if month_first is not None:
        return Mend(cursor.ahead(1).end, "the month comes first", month_first)
    if token.is_in(MENDS):
        return Mend(token.end, f"{shown(token.text)} is not in the language", f"write {MENDS[token.word]}")
    if token.kind is Kind.PATH and all(part in WEEKDAY_OF for part in token.word.split("/")):
        listed = ", ".join(token.word.split("/"))
        return Mend(token.end, f"{shown(token.text)}: a list has commas", f'write "{listed}"')
    numbers = _RANGE.match(cursor.text, token.start) if token.kind is Kind.NUMBER else None
    if numbers is not None:
        hint = f'write "mon-fri" for days of the week, "day {numbers[1]}..{numbers[2]}" for days of the month'
        return Mend(numbers.end(), f"{shown(numbers[0])} stands alone", hint)
    return zone_without_in(cursor)


def _note_not_yet(cursor: Cursor) -> None:
    """Refuse a clause that is not in force together with the words that belong to it."""
    first = last = cursor.take()
    belonging = NOT_YET_CLAUSES[first.word]
    while True:
        separator = cursor.separator()
        token = cursor.ahead(separator)
        if not (token.is_in(belonging) or token.kind in {Kind.MEASURE, Kind.QUOTED, Kind.NUMBER}):
            break
        cursor.skip(separator)
        last = cursor.take()
    cursor.note(first, not_yet(shown(first.word)), "leave it out for now", last)


def _note_what_no_policy_says(cursor: Cursor) -> None:
    first = cursor.token
    is_condition = first.is_in(CONDITIONS)
    last = _take_unknown(cursor, through=frozenset({"in"}) if is_condition else frozenset())
    text = shown(cursor.text[first.start : last.end])
    if is_condition:
        cursor.note(first, f"{text}: no action depends on who is connected", "name the time; leave it out", last)
    else:
        hint = "leave it out: a policy stands in the schedule file with the pool that it is for"
        cursor.note(first, f"{text}: a policy names no pool", hint, last)


def _note_unknown(cursor: Cursor, said: Container[str]) -> None:
    """Refuse everything up to where something understandable begins, as one problem."""
    first = cursor.token
    last = _take_unknown(cursor)
    offered = ", ".join(clause.expected for clause in CLAUSES if clause.key not in said)
    cursor.note(first, f"{shown(cursor.text[first.start : last.end])} is not understood", f"expected {offered}", last)


def _take_unknown(cursor: Cursor, through: Container[str] = frozenset()) -> Token:
    last = cursor.take()
    while cursor.token.kind in _OPEN and not cursor.token.is_word("and"):
        if not cursor.token.is_in(through) and (begins_clause(cursor) or cursor.token.is_in(MENDS)):
            break
        last = cursor.take()
    return last
