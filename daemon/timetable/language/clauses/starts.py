"""``from 2026-12-01``: the first date on which the policy is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.clause import Clause
from daemon.timetable.language.dates import read_date
from daemon.timetable.language.tokens import Kind

if TYPE_CHECKING:
    from datetime import date

    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("from")


def _parse(cursor: Cursor) -> date:
    cursor.take()
    return _read(cursor)


def _read(cursor: Cursor) -> date:
    token = cursor.take_kind(Kind.TIME)
    if token is not None:
        raise cursor.refusal(
            token, '"from" takes a date, not a time', f'for the time of day write "at {token.text[:8]}"'
        )
    return read_date(cursor, '"from"')


def _text(policy: Policy) -> str:
    return f"from {policy.starts.isoformat()}" if policy.starts is not None else ""


def _spoken(policy: Policy, _zone: str) -> str:
    return f", from {policy.starts.isoformat()} on" if policy.starts is not None else ""


CLAUSE = Clause(
    key="from",
    name='"from"',
    twice='"from" is given twice',
    expected="from",
    words=frozenset({"from"}),
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
)
