"""At what time of day: ``at 20:00``, ``12:00 and 18:30``, ``07:30:15``. On a clock of 24 hours."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING

from daemon.timetable.language.clause import Clause
from daemon.timetable.language.daytext import days_text
from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import MENDS
from daemon.timetable.quoting import shown
from daemon.timetable.recurrence.days import EveryDay
from daemon.timetable.recurrence.times import OnDays, time_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.tokens import Token
    from daemon.timetable.policy import Policy

_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)
_NEARLY = re.compile(r"(\d{1,2})(?:[.h](\d\d))?(am|pm|h|uhr)?", re.ASCII)
_HALVES = ("am", "pm")
_NOON = 12
_HOURS = 24
_MINUTES = 60


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("at") or _is_time(cursor) or _mend(cursor) is not None


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
    mend = _mend(cursor)
    if mend is not None:
        first = cursor.take()
        last = cursor.take_word(*_HALVES) or first
        raise cursor.refusal(
            first, f"{shown(cursor.text[first.start : last.end])} is not a time", f"write {mend}", last
        )
    if not _is_time(cursor):
        _refuse_what_is_no_time(cursor)
    return _checked(cursor, cursor.take())


def _refuse_what_is_no_time(cursor: Cursor) -> None:
    token = cursor.token
    found = f", found {shown(token.text)}" if token.text else ""
    if token.kind is Kind.NUMBER:
        cursor.take()
    mend = MENDS.get(token.word, "it like 20:00, on a clock of 24 hours")
    raise cursor.refusal(token, f"a time is missing{found}", f"write {mend}")


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


def _mend(cursor: Cursor) -> str | None:
    """How the time ahead is written properly, where it is written as ``20.00``, ``8pm``, ``8 pm`` or ``20h``."""
    token, half = cursor.token, cursor.ahead(1)
    text = token.word
    if half.is_word(*_HALVES) and token.kind in {Kind.NUMBER, Kind.TIME, Kind.DOTTED}:
        text = text.replace(":", ".") + half.word
    elif token.kind not in {Kind.DOTTED, Kind.MEASURE}:
        return None
    found = _NEARLY.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] in _HALVES:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if found[3] == "pm" else 0)
    return f"{hour:02}:{minute:02}" if hour < _HOURS and minute < _MINUTES else None


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
    words=frozenset({"at", *_HALVES}),
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
    join=_join,
)
