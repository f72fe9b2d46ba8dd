"""Reads a length of time where a clause needs one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.timetable.durations import DurationError, format_duration, parse_duration
from daemon.timetable.language.tokens import Kind
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from datetime import timedelta

    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.tokens import Token

_WRITTEN_OUT = {
    "d": ("d", "day", "days"),
    "h": ("h", "hrs", "hour", "hours"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "s": ("s", "sec", "secs", "second", "seconds"),
}
_UNITS = {word: unit for unit, words in _WRITTEN_OUT.items() for word in words}

UNIT_WORDS = frozenset(word for word in _UNITS if len(word) > 1)
"""Units written out, which are not read but understood."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a clause accepts: more than nothing, and no more than this.

    Attributes:
        what: how messages name it, e.g. ``a retry``.
        most: the longest that makes sense.
        zero: what to write for nothing at all.
    """

    what: str
    most: timedelta
    zero: str


def read_length(cursor: Cursor, limit: Limit) -> timedelta:
    """The length of time ahead.

    Raises:
        ClauseError: there is none, or it is out of the limit.
    """
    if cursor.token.is_word("every", "until"):
        first = cursor.take()
        cursor.take_chunk()
        hint = 'it is tried again with growing pauses for as long as is said: "retry for 2h"'
        raise cursor.refusal(first, f"{limit.what} needs a length of time", hint, cursor.previous)
    if cursor.token.kind not in {Kind.MEASURE, Kind.NUMBER, Kind.DOTTED, Kind.DASH, Kind.TIME}:
        raise cursor.refusal(
            cursor.token, f"{limit.what} needs a length of time", 'write it like "2h", "1h30m" or "45s"'
        )
    token = cursor.take_chunk()
    unit = cursor.take_in(_UNITS) if token.kind is Kind.NUMBER else None
    if token.kind is Kind.NUMBER and unit is None and (times := cursor.take_word("times", "x")):
        hint = 'say for how long instead: "retry for 2h"'
        raise cursor.refusal(token, f"{limit.what} is no number of times", hint, times)
    if unit is not None:
        mend = f'write "{token.text[:8]}{_UNITS[unit.word]}"'
        raise cursor.refusal(token, f"{shown(token.text + ' ' + unit.text)} is not a length of time", mend, unit)
    try:
        length = parse_duration(token.text)
    except DurationError as error:
        raise cursor.refusal(token, error.message, error.hint) from None
    return _within(cursor, token, length, limit)


def _within(cursor: Cursor, token: Token, length: timedelta, limit: Limit) -> timedelta:
    if not length:
        raise cursor.refusal(token, f"{limit.what} must be longer than nothing", limit.zero)
    if length > limit.most:
        raise cursor.refusal(token, f"{limit.what} of {shown(token.text)} is too long", _most(limit))
    return length


def _most(limit: Limit) -> str:
    return f"at most {format_duration(limit.most)}"
