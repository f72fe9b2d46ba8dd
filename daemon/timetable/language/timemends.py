"""Understands the times that people write and the language has not, well enough to say what to write.

``20.00``, ``8pm``, ``20 Uhr``, ``2000``, ``20:00-21:00``, ``2026-12-24T20:00Z``, ``midnight``, ``in 2 hours``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from daemon.timetable.language.barecron import bare_cron
from daemon.timetable.language.intervals import interval_within_day
from daemon.timetable.language.mend import Mend
from daemon.timetable.language.tokens import Kind
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor

_TIMES: Final = frozenset({Kind.TIME, Kind.NUMBER, Kind.DOTTED, Kind.MEASURE})
_CLOCK = r"(\d{1,2})(?:[:.h](\d\d))?"
_TWELVE = re.compile(rf"{_CLOCK}\s{{0,2}}([ap])(?:m\b|\.\s?m\b)\.?", re.IGNORECASE)
_SUFFIXED = re.compile(rf"{_CLOCK}\s{{0,2}}(?:uhr\b|hrs?\b|h\b|o'?clock\b)", re.IGNORECASE)
_JOINED = re.compile(r"(\d{1,2})(?:[.h;,-](\d\d)|\s(00|15|30|45))(?![\w:.])", re.IGNORECASE)
_DIGITS = re.compile(r"(\d{1,2})(\d\d)(?![\w:.])")
_PRECISE = re.compile(r"(\d{1,2}):(\d\d):(\d\d)\.\d+")
_OFFSET = re.compile(r"(\d{1,2}:\d\d(?::\d\d)?)\s?(z\b|[+-]\d{1,2}(?::?\d\d)?(?![\d:]))", re.IGNORECASE)
_AND = re.compile(r"\sand\s", re.IGNORECASE)
_SPAN = re.compile(
    r"(?:(?:between|from)\s{1,3})?(\d{1,2}:\d\d)\s{0,3}(?:-|–|\.\.+|…|to\b|till\b|until\b|and\b)\s{0,3}(\d{1,2}:\d\d)",
    re.IGNORECASE,
)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d{1,2}:\d\d(?::\d\d)?).*?(Z|[+-][\d:]+)?", re.IGNORECASE)
_QUOTED = re.compile(r".\s*(\d{1,2}:\d\d(?::\d\d)?)\s*.")
_LATER = re.compile(
    r"(?:in|after)\s{1,3}(?:\d+|an?|one|two|three|half)\s{0,3}(?:an\s{1,3})?"
    r"(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b",
    re.IGNORECASE,
)
_NO_SPAN = "a policy is due at instants, not for a span of time"
_WORDS: Final = {
    "noon": "write 12:00",
    "midday": "write 12:00",
    "midnight": "write 00:00",
    "tonight": 'write the time, such as 22:00, and for one day its date, such as "2026-12-24"',
    "nightly": "write the time, such as 22:00",
    "morning": "write the time, such as 07:30",
    "afternoon": "write the time, such as 14:00",
    "evening": "write the time, such as 20:00",
    "night": "write the time, such as 22:00",
    "sunset": "write the time, such as 20:00",
    "sunrise": "write the time, such as 07:30",
}
_AT_ONCE: Final = frozenset({"now", "immediately", "asap"})
_NOON, _HOURS, _MINUTES = 12, 24, 60

TIME_WORDS: Final = frozenset(_WORDS) | _AT_ONCE | {"hourly", "between", "am", "pm", "uhr", "hrs", "hr"}
"""Words that are understood as a time of some kind."""


def time_mend(cursor: Cursor) -> Mend | None:
    """The mend for what looks like a time ahead and is none of the language; None where something else is ahead."""
    token = cursor.token
    if token.kind is Kind.WORD:
        return _in_words(cursor) or interval_within_day(cursor)
    if token.kind is Kind.STAMP:
        return _stamped(cursor)
    if token.kind is Kind.QUOTED:
        found = _QUOTED.fullmatch(token.text)
        return found and Mend(token.end, "a time stands without quotes", f"write {found[1]}")
    if token.kind not in _TIMES or bare_cron(cursor) is not None:
        return None
    return _span(cursor) or _of_another_notation(cursor)


def _span(cursor: Cursor) -> Mend | None:
    found = _SPAN.match(cursor.text, cursor.token.start)
    if found is None or (_AND.search(found[0]) and not found[0].lower().startswith("between")):
        return None
    if found[0][0].isdigit() and "until" in found[0].lower():
        return None
    hint = f'write two policies: one at {found[1]} and one at {found[2]}, such as "start at 07:30" and "stop at 20:00"'
    return Mend(found.end(), f"{shown(found[0])}: {_NO_SPAN}", hint)


def _in_words(cursor: Cursor) -> Mend | None:
    token = cursor.token
    if token.is_word("between", "from"):
        return _span(cursor)
    if token.is_in(_WORDS):
        return Mend(token.end, f"{shown(token.text)} is not a time", _WORDS[token.word])
    if token.is_in(_AT_ONCE):
        hint = 'write the time, such as "at 20:00"; to act at once there is the command `poolpower now`'
        return Mend(token.end, f"{shown(token.text)} is not a time", hint)
    found = _LATER.match(cursor.text, token.start) if token.is_word("in", "after") else None
    if found is None:
        return None
    hint = 'write the time of day, such as "at 20:00"; to act at once there is the command `poolpower now`'
    return Mend(found.end(), f"{shown(found[0])} is not a time", hint)


def _stamped(cursor: Cursor) -> Mend:
    token = cursor.token
    found = _STAMP.fullmatch(token.text)
    message = f"{shown(token.text)}: date and time stand apart, and the zone is named"
    if found is None:
        return Mend(token.end, message, 'write it like "2026-12-24 20:00 in Europe/Berlin"')
    zone = "" if found[3] is None else " in UTC" if found[3] in "Zz" else " in Europe/Berlin"
    which = ", with the zone that is meant" if zone == " in Europe/Berlin" else ""
    return Mend(token.end, message, f'write "{found[1]} {found[2]}{zone}"{which}')


def _of_another_notation(cursor: Cursor) -> Mend | None:
    text, start = cursor.text, cursor.token.start
    if found := _TWELVE.match(text, start):
        return _proper(found, _hour_of_half(int(found[1]), found[3].lower()), found[2])
    if found := _PRECISE.match(text, start):
        return Mend(found.end(), f"{shown(found[0])} is finer than a second", f"write {found[0].partition('.')[0]}")
    if cursor.token.kind is Kind.TIME and (found := _OFFSET.match(text, start)):
        is_utc = found[2] in "Zz"
        hint = f'write "{found[1]} in UTC"' if is_utc else f'write "{found[1]} in Europe/Berlin", with the zone meant'
        return Mend(found.end(), f"{shown(found[0])}: a time has no offset, a policy has a zone", hint)
    for pattern in (_SUFFIXED, _JOINED, _DIGITS):
        if cursor.token.kind is Kind.TIME and pattern is not _SUFFIXED:
            return None
        if found := pattern.match(text, start):
            return _proper(found, int(found[1]), next((part for part in found.groups()[1:] if part), None))
    return None


def _hour_of_half(hour: int, half: str) -> int | None:
    return hour % _NOON + (_NOON if half == "p" else 0) if 1 <= hour <= _NOON else None


def _proper(found: re.Match[str], hour: int | None, minutes: str | None) -> Mend | None:
    minute = int(minutes or 0)
    if hour is None or hour >= _HOURS or minute >= _MINUTES:
        return None
    return Mend(found.end(), f"{shown(found[0])} is not a time", f"write {hour:02}:{minute:02}")
