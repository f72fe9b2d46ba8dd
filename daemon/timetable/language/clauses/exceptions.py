"""``except fridays``, ``except december 24..january 1``: dates taken out. Day words behind it belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.clause import Clause
from daemon.timetable.language.daylist import DAY_WORDS, read_days
from daemon.timetable.language.daytext import days_in_words, days_text
from daemon.timetable.language.tokens import Kind
from daemon.timetable.recurrence.sets import any_of

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.problems import ClauseError
    from daemon.timetable.policy import Policy
    from daemon.timetable.recurrence.days import Days


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("except")


def _parse(cursor: Cursor) -> Days:
    cursor.take()
    return _read(cursor)


def _read(cursor: Cursor) -> Days:
    if cursor.token.is_word("from") and cursor.ahead(1).kind is Kind.DATE:
        raise _refused_from(cursor)
    cursor.take_word("on", "every")
    return read_days(cursor, '"except"', takes_months=True)


def _refused_from(cursor: Cursor) -> ClauseError:
    """``except from 2026-12-24 to 2026-12-31``."""
    word, first = cursor.take(), cursor.take()
    last = first
    if cursor.take_word("to", "till", "through", "until") or cursor.take_kind(Kind.DASH, Kind.DOTS):
        last = cursor.take_kind(Kind.DATE) or first
    days = first.text if first is last else f"{first.text}..{last.text}"
    return cursor.refusal(word, '"from" does not stand behind "except"', f'write "except {days}"', last)


def _text(policy: Policy) -> str:
    return f"except {days_text(policy.except_)}" if policy.except_ is not None else ""


def _spoken(policy: Policy, _zone: str) -> str:
    return f", except on {days_in_words(policy.except_)}" if policy.except_ is not None else ""


CLAUSE = Clause(
    key="except",
    name='"except"',
    twice='"except" is given twice',
    expected="except",
    words=DAY_WORDS | {"except"},
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
    join=any_of,
)
