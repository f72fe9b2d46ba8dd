"""Reads instants as administrators type them: ``2026-11-23 20:00``, ``tomorrow 08:00``, ``20:00``, ``2h``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from daemon.cli.usage import WrongUseError
from daemon.timetable.durations import DurationError, parse_duration
from daemon.timetable.wallclock import instant_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_HINT = (
    'write a date or date-time (2026-11-23, 2026-11-23 20:00, with Z or an offset), "tomorrow 08:00", "20:00" or "2h"'
)


class Towards(Enum):
    """What an instant bounds, which settles what a length of time and a bare date mean."""

    PAST = -1
    """``--since``: ``2h`` is two hours ago, a date its first instant."""
    FUTURE = 1
    """``--from``: ``2h`` is in two hours, a date its first instant."""
    END = 2
    """``--until``: ``2h`` is in two hours, a date its end: ``until`` includes it, as it does in a policy."""


def parse_instant(text: str, *, now: datetime, zone: Callable[[], ZoneInfo], towards: Towards) -> datetime:
    """Read an instant.

    Args:
        text: as typed.
        now: aware.
        zone: gives the zone of wall times; asked only where the text has no offset of its own.
        towards: what the instant bounds.

    Returns:
        Aware, UTC.

    Raises:
        WrongUseError: it is none of the forms.
    """
    words = text.strip().lower()
    if words == "now":
        return now.astimezone(UTC)
    length = _length(words)
    if length is not None:
        return now.astimezone(UTC) + (-length if towards is Towards.PAST else length)
    absolute = _with_offset(words)
    if absolute is not None:
        return absolute
    try:
        return instant_of(_wall(words, now, zone(), towards), zone())
    except (ValueError, OverflowError):
        raise WrongUseError(f"{text!r} is not an instant", _HINT) from None


def _length(words: str) -> timedelta | None:
    try:
        return parse_duration(words)
    except DurationError:
        return None


def _with_offset(words: str) -> datetime | None:
    """A date-time that says by itself which instant it is."""
    try:
        given = datetime.fromisoformat(words.upper())
    except ValueError:
        return None
    try:
        return given.astimezone(UTC) if given.tzinfo is not None else None
    except OverflowError:
        return None


def _wall(words: str, now: datetime, zone: ZoneInfo, towards: Towards) -> datetime:
    """The naive wall time meant; raises ValueError where none is."""
    today = now.astimezone(zone).date()
    day_word, _, time_word = words.partition(" ")
    if _TIME.fullmatch(words):
        return datetime.combine(today, _time(words))
    if day_word in _DAYS:
        return _day(today + timedelta(days=_DAYS[day_word]), time_word.strip(), towards)
    try:
        return _day(date.fromisoformat(words), "", towards)
    except ValueError:
        return datetime.fromisoformat(words.upper())


def _day(day: date, time_word: str, towards: Towards) -> datetime:
    if time_word:
        return datetime.combine(day, _time(time_word))
    return datetime.combine(day + timedelta(days=1 if towards is Towards.END else 0), time.min)


def _time(word: str) -> time:
    found = _TIME.fullmatch(word)
    if found is None:
        raise ValueError(word)
    hour, minute, second = (int(part or 0) for part in found.groups())
    return time(hour, minute, second)
