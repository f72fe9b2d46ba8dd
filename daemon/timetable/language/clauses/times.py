"""At what time of day: ``at 20:00``, ``12:00 and 18:30``, ``07:30:15``. On a clock of 24 hours."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING

from daemon.timetable.language.clause import Clause
from daemon.timetable.language.daytext import days_text
from daemon.timetable.language.mend import refuse
from daemon.timetable.language.timemends import time_mend
from daemon.timetable.language.tokens import Kind
from daemon.timetable.quoting import shown
from daemon.timetable.recurrence.days import EveryDay
from daemon.timetable.recurrence.times import OnDays, time_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.tokens import Token
    from daemon.timetable.policy import Policy

_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)
_NOON = 12
_HOURS = 24
_MINUTES = 60


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("at") or _is_time(cursor) or time_mend(cursor) is not None


def _parse(cursor: Cursor) -> tuple[time, ...]:
    cursor.take_word("at")
    return _read(cursor)


def _read(cursor: Cursor) -> tuple[time, ...]:
    times = {_one(cursor)}
    while (separator := cursor.separator()) and cursor.ahead(separator).kind is Kind.TIME:
        cursor.skip(separator)
        times.add(_one(cursor))
    if _is_time(cursor):
        token = cursor.take()
        raise cursor.refusal(
            token, f"{shown(token.text)} follows a time without a comma", f'write ", {token.text[:8]}"'
        )
    return tuple(sorted(times))


def _is_time(cursor: Cursor) -> bool:
    return cursor.token.kind is Kind.TIME


def _one(cursor: Cursor) -> time:
    mend = time_mend(cursor)
    if mend is not None:
        raise refuse(cursor, mend)
    if not _is_time(cursor):
        _refuse_what_is_no_time(cursor)
    return _checked(cursor, cursor.take())


def _refuse_what_is_no_time(cursor: Cursor) -> None:
    token = cursor.token
    found = f", found {shown(token.text)}" if token.text else ""
    if token.kind in {Kind.NUMBER, Kind.QUOTED, Kind.PATH}:
        cursor.take_chunk()
    raise cursor.refusal(token, f"a time is missing{found}", f"write {_hour(token)}")


def _hour(token: Token) -> str:
    """The time of a bare hour: ``at 20`` is 20:00, ``at 7`` one of two."""
    if token.kind is Kind.PATH:
        return f'it like 20:00, on a clock of 24 hours; a zone stands behind "in": "in {token.text[:40]}"'
    if token.kind is not Kind.NUMBER or len(token.text) > len("23") or int(token.text) >= _HOURS:
        return "it like 20:00, on a clock of 24 hours"
    hour = int(token.text)
    return f"{hour:02}:00 or {hour + _NOON}:00" if 1 <= hour < _NOON else f"{hour:02}:00"


def _checked(cursor: Cursor, token: Token) -> time:
    found = _CLOCK.fullmatch(token.text)
    if found is None:
        raise cursor.refusal(token, f"{shown(token.text)} is not a time", "write it like 20:00 or 20:00:30")
    hour, minute, second = (int(part or 0) for part in found.groups())
    if (hour, minute, second) == (_HOURS, 0, 0):
        raise cursor.refusal(
            token, f"{token.text} is not a time of the day", "the day ends before it: write 00:00 on the next day"
        )
    if hour >= _HOURS or minute >= _MINUTES or second >= _MINUTES:
        raise cursor.refusal(token, f"there is no {shown(token.text)}", "times go from 00:00 to 23:59:59")
    return time(hour, minute, second)


def _join(several: Sequence[tuple[time, ...]]) -> tuple[time, ...]:
    return tuple(sorted({one for times in several for one in times}))


def _text(policy: Policy) -> str:
    if not isinstance(policy.when, OnDays):
        return ""
    times = ", ".join(time_text(one) for one in policy.when.times)
    return times if days_text(policy.when.days)[-1].isalpha() and policy.when.days != EveryDay() else f"at {times}"


def _spoken(policy: Policy, _zone: str) -> str:
    if not isinstance(policy.when, OnDays):
        return ""
    words = [time_text(one) for one in policy.when.times]
    return " at " + " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


CLAUSE = Clause(
    key="at",
    name="the times",
    twice="the times are given twice",
    expected="a time (HH:MM)",
    words=frozenset({"at"}),
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
    join=_join,
)
