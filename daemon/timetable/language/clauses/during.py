"""``during march, june``, ``during 2026-06-01..2026-08-31``: the date must also lie there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.clause import Clause
from daemon.timetable.language.daylist import DAY_WORDS, read_days
from daemon.timetable.language.daytext import days_in_words, days_text
from daemon.timetable.recurrence.sets import any_of

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy
    from daemon.timetable.recurrence.days import Days


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("during")


def _parse(cursor: Cursor) -> Days:
    cursor.take()
    return _read(cursor)


def _read(cursor: Cursor) -> Days:
    return read_days(cursor, '"during"', takes_months=True)


def _text(policy: Policy) -> str:
    return f"during {days_text(policy.during)}" if policy.during is not None else ""


def _spoken(policy: Policy, _zone: str) -> str:
    return f", only during {days_in_words(policy.during)}" if policy.during is not None else ""


CLAUSE = Clause(
    key="during",
    name='"during"',
    twice='"during" is given twice',
    expected="during",
    words=DAY_WORDS | {"during"},
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
    join=any_of,
)
