"""Says what is wrong with a word where no clause begins, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.clauses import CLAUSES
from daemon.timetable.language.daylist import number_before_month
from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import MENDS, NOT_YET_CLAUSES, not_yet
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Container

    from daemon.timetable.language.cursor import Cursor

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


def begins_clause(cursor: Cursor) -> bool:
    """True where some clause begins, one that is not in force included."""
    return cursor.token.is_in(NOT_YET_CLAUSES) or any(clause.begins(cursor) for clause in CLAUSES)


def note_unexpected(cursor: Cursor, said: Container[str]) -> None:
    """Note what is wrong with the token ahead, which begins no clause in force, and step over it.

    Args:
        cursor: stands before the token.
        said: keys of the clauses that are there already, which are not offered again.
    """
    token, mend = cursor.token, number_before_month(cursor)
    if token.is_in(NOT_YET_CLAUSES):
        _note_not_yet(cursor)
    elif mend is not None:
        cursor.take()
        cursor.note(token, "the month comes first", mend, cursor.take())
    elif token.is_in(MENDS):
        cursor.take()
        cursor.note(token, f"{shown(token.text)} is not in the language", f"write {MENDS[token.word]}")
    elif token.kind in _HINTS:
        cursor.take()
        message, hint = _HINTS[token.kind]
        cursor.note(token, message.format(shown(token.text)), hint.format(token.text))
    else:
        _note_unknown(cursor, said)


def _note_not_yet(cursor: Cursor) -> None:
    """Refuse a clause that is not in force together with the words that belong to it."""
    first = last = cursor.take()
    belonging = NOT_YET_CLAUSES[first.word]
    while True:
        separator = cursor.separator()
        token = cursor.ahead(separator)
        if not (token.is_in(belonging) or token.kind in {Kind.MEASURE, Kind.QUOTED}):
            break
        cursor.skip(separator)
        last = cursor.take()
    cursor.note(first, not_yet(shown(first.word)), "leave it out for now", last)


def _note_unknown(cursor: Cursor, said: Container[str]) -> None:
    """Refuse everything up to where something understandable begins, as one problem."""
    first = last = cursor.take()
    while cursor.token.kind in {Kind.WORD, Kind.ODD, Kind.DASH, Kind.DOTS}:
        if begins_clause(cursor) or cursor.token.is_word("and") or cursor.token.is_in(MENDS):
            break
        last = cursor.take()
    offered = ", ".join(clause.expected for clause in CLAUSES if clause.key not in said)
    cursor.note(first, f"{shown(cursor.text[first.start : last.end])} is not understood", f"expected {offered}", last)
