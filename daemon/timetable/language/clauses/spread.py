"""``spread 20m``: a stable delay for each pool inside the window, so that pools do not boot at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.timetable.durations import format_duration
from daemon.timetable.language.clause import Clause
from daemon.timetable.language.lengths import Limit, read_length

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy

_LIMIT = Limit("a spread", timedelta(days=1), "leave the spread out")


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("spread")


def _parse(cursor: Cursor) -> timedelta:
    cursor.take()
    cursor.take_word("over")
    return _read(cursor)


def _read(cursor: Cursor) -> timedelta:
    return read_length(cursor, _LIMIT)


def _text(policy: Policy) -> str:
    return f"spread {format_duration(policy.spread)}" if policy.spread is not None else ""


def _spoken(policy: Policy, _zone: str) -> str:
    if policy.spread is None:
        return ""
    return f"; each pool with its own delay of less than {format_duration(policy.spread)}"


CLAUSE = Clause(
    key="spread",
    name="the spread",
    twice="the spread is given twice",
    expected="spread",
    words=frozenset({"spread", "over"}),
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
)
