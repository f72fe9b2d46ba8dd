"""``catch up 2h``, ``no catch-up``: how late it may still be carried out after an outage."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.timetable.durations import format_duration
from daemon.timetable.language.clause import Clause
from daemon.timetable.language.lengths import Limit, read_length
from daemon.timetable.language.tokens import Kind
from daemon.timetable.policy import NO_CATCH_UP

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy

_LIMIT = Limit("a catch-up", timedelta(days=7), 'write "no catch-up"')


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("catch", "catchup", "no")


def _parse(cursor: Cursor) -> timedelta:
    no = cursor.take_word("no")
    if no is not None and cursor.token.is_word("retry"):
        hint = 'give it a minute: "retry for 1m"'
        raise cursor.refusal(no, "there is always a retry, if a short one", hint, cursor.take())
    _take_catch_up(cursor, for_no=no is not None)
    if no is None and cursor.token.is_word("never", "none", "no"):
        raise cursor.refusal(cursor.token, "a catch-up needs a length of time", _LIMIT.zero, cursor.take())
    return read_length(cursor, _LIMIT) if no is None else NO_CATCH_UP


def _take_catch_up(cursor: Cursor, *, for_no: bool) -> None:
    if cursor.take_word("catchup"):
        return
    first = cursor.previous if for_no else cursor.token
    if cursor.take_word("catch"):
        cursor.take_kind(Kind.DASH)
        if cursor.take_word("up"):
            return
    hint = 'write "no catch-up"' if for_no else 'write it like "catch up 2h"'
    raise cursor.refusal(first, f'"{first.text}" must be followed by "{"catch-up" if for_no else "up"}"', hint)


def _read(cursor: Cursor) -> timedelta:
    if cursor.take_word("no", "false"):
        return NO_CATCH_UP
    return read_length(cursor, Limit(_LIMIT.what, _LIMIT.most, "write catch_up = false"))


def _text(policy: Policy) -> str:
    if policy.catch_up is None:
        return ""
    return f"catch up {format_duration(policy.catch_up)}" if policy.catch_up else "no catch-up"


def _spoken(policy: Policy, _zone: str) -> str:
    length = policy.effective_catch_up
    if not length:
        return "; not carried out after an outage that lasted past its time"
    return f"; carried out up to {format_duration(length)} late after an outage"


CLAUSE = Clause(
    key="catch_up",
    name="the catch-up",
    twice="the catch-up is given twice",
    expected="catch up",
    words=frozenset({"catch", "catchup", "up", "no"}),
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
)
