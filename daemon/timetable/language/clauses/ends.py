"""``until 2027-01-31``: the last date on which the policy is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.clause import Clause, Phrase
from daemon.timetable.language.dates import read_date
from daemon.timetable.language.problems import Problem
from daemon.timetable.language.tokens import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("until")


def _parse(cursor: Cursor) -> date:
    cursor.take()
    return _read(cursor)


def _read(cursor: Cursor) -> date:
    token = cursor.take_kind(Kind.TIME)
    if token is not None:
        hint = f'what ends then is a policy of its own: "stop at {token.text[:8]}"'
        raise cursor.refusal(token, '"until" takes a date, not a time', hint)
    return read_date(cursor, '"until"')


def _check(phrases: Mapping[str, Phrase]) -> Problem | None:
    ends, starts = phrases["until"], phrases.get("from")
    if ends.value is None or starts is None or starts.value is None or starts.value <= ends.value:
        return None
    message = f'"until {ends.value}" lies before "from {starts.value}"'
    return Problem(ends.first.start, ends.last.end, message, "swap the two dates")


def _text(policy: Policy) -> str:
    return f"until {policy.ends.isoformat()}" if policy.ends is not None else ""


def _spoken(policy: Policy, _zone: str) -> str:
    return f", until {policy.ends.isoformat()} inclusive" if policy.ends is not None else ""


CLAUSE = Clause(
    key="until",
    name='"until"',
    twice='"until" is given twice',
    expected="until",
    words=frozenset({"until"}),
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
    check=_check,
)
