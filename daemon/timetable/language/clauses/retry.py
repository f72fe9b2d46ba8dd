"""``retry for 2h``: how long it is tried again, from the first attempt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.timetable.durations import format_duration
from daemon.timetable.language.clause import Clause
from daemon.timetable.language.lengths import Limit, read_length

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy

_LIMIT = Limit("a retry", timedelta(days=7), "give it some time, such as 1m")


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("retry")


def _parse(cursor: Cursor) -> timedelta:
    cursor.take()
    cursor.take_word("for")
    return _read(cursor)


def _read(cursor: Cursor) -> timedelta:
    return read_length(cursor, _LIMIT)


def _text(policy: Policy) -> str:
    return f"retry for {format_duration(policy.retry_for)}" if policy.retry_for is not None else ""


def _spoken(policy: Policy, _zone: str) -> str:
    return f"; retried for {format_duration(policy.effective_retry_for)}"


CLAUSE = Clause(
    key="retry",
    name="the retry",
    twice="the retry is given twice",
    expected="retry for",
    words=frozenset({"retry", "for"}),
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
)
