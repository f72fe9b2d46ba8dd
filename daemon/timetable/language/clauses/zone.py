"""``in Asia/Shanghai``: whose wall clock counts. IANA names only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.clause import Clause
from daemon.timetable.language.mend import refuse
from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import MONTH_OF
from daemon.timetable.language.zonewords import zone_in_words
from daemon.timetable.zones import ZoneError, zone_name

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy

_NAMES = frozenset({Kind.PATH, Kind.WORD, Kind.NAME})
_OFFSETS = frozenset({Kind.ODD, Kind.DASH, Kind.TIME, Kind.NUMBER})


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_word("in")


def _parse(cursor: Cursor) -> str:
    word = cursor.take()
    if cursor.token.is_in(MONTH_OF):
        month = cursor.take()
        raise cursor.refusal(word, '"in" needs a time zone, not a month', f'write "during {month.word}"', month)
    if cursor.token.kind in _NAMES | _OFFSETS:
        return _read(cursor)
    hint = "write its IANA name without quotes" if cursor.take_kind(Kind.QUOTED) else "write its IANA name"
    raise cursor.refusal(word, '"in" needs a time zone', f"{hint}, such as in Europe/Berlin", cursor.previous)


def _read(cursor: Cursor) -> str:
    longer = zone_in_words(cursor, fewest=2)
    if longer is not None:
        raise refuse(cursor, longer)
    token = cursor.take_chunk()
    try:
        return zone_name(token.text)
    except ZoneError as error:
        raise cursor.refusal(token, error.message, error.hint) from None


def _text(policy: Policy) -> str:
    return f"in {policy.zone}" if policy.zone is not None else ""


def _spoken(policy: Policy, zone: str) -> str:
    return f" {policy.zone or zone}"


CLAUSE = Clause(
    key="zone",
    name="the time zone",
    twice="the time zone is given twice",
    expected="in ZONE",
    words=frozenset({"in"}),
    begins=_begins,
    parse=_parse,
    read=_read,
    text=_text,
    spoken=_spoken,
)
