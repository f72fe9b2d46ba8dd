"""``cron '0 20 * * 1-5'``: a crontab(5) expression in place of days and times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.barecron import bare_cron
from daemon.timetable.language.clause import Clause, Phrase
from daemon.timetable.language.mend import refuse
from daemon.timetable.language.problems import ClauseError, Problem
from daemon.timetable.language.tokens import Kind
from daemon.timetable.recurrence.cron import Cron, CronError, read_cron

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy

_UNQUOTED = frozenset({Kind.NUMBER, Kind.DASH, Kind.COMMA, Kind.ODD, Kind.MEASURE})


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("cron") or bare_cron(cursor) is not None


def _parse(cursor: Cursor) -> Cron:
    mend = bare_cron(cursor)
    if mend is not None:
        raise refuse(cursor, mend)
    word = cursor.take()
    token = cursor.take_kind(Kind.QUOTED)
    if token is not None:
        return _checked(token.text[1:-1], token.start + 1)
    if cursor.take_kind(Kind.OPEN_QUOTE):
        raise cursor.refusal(cursor.previous, "the quote is never closed", "put a ' behind the expression")
    bare = bare_cron(cursor)
    while cursor.take_kind(*_UNQUOTED):
        pass
    if bare is not None and cursor.token.start < bare.end:
        cursor.take_until(bare.end)
    hint = "write it like cron '0 20 * * 1-5'" if bare is None else bare.hint
    raise cursor.refusal(word, "cron needs its expression in quotes", hint, cursor.previous)


def _read(cursor: Cursor) -> Cron:
    while not cursor.is_at_end:
        cursor.take()
    return _checked(cursor.text, 0)


def _checked(text: str, offset: int) -> Cron:
    try:
        return read_cron(text)
    except CronError as error:
        problem = Problem(offset + error.start, offset + error.end, error.message, error.hint)
        raise ClauseError(problem) from None


def _check(phrases: Mapping[str, Phrase]) -> Problem | None:
    cron = phrases["cron"]
    beside = " and ".join(key for key in ("days", "times") if ("at" if key == "times" else key) in phrases)
    if not beside or cron.value is None:
        return None
    hint = "put them into the expression, or write two policies"
    return Problem(
        cron.first.start, cron.last.end, f"cron stands in place of days and times, but there are {beside} too", hint
    )


def _text(policy: Policy) -> str:
    return f"cron '{policy.when.expression}'" if isinstance(policy.when, Cron) else ""


def _spoken(policy: Policy, _zone: str) -> str:
    if not isinstance(policy.when, Cron):
        return ""
    counted = ", by real hours on nights when the clock changes," if policy.when.is_elapsed else ","
    return f" whenever cron '{policy.when.expression}' matches{counted}"


CLAUSE = Clause(
    key="cron",
    name="cron",
    twice="cron is given twice",
    expected="cron",
    words=frozenset({"cron"}),
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
    check=_check,
)
