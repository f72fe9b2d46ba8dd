"""Wall times of chosen days, and how the identity of a wall time is written (protocol 3.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.timetable.recurrence.days import Days

_WALL = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(/2)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class OnDays:
    """Wall times of chosen days: ``weekdays 07:30``.

    Attributes:
        days: the dates.
        times: naive wall times to the second, ascending, at least one.
    """

    days: Days
    times: tuple[time, ...]

    @property
    def is_elapsed(self) -> bool:
        """False: every wall time is due exactly once on every date."""
        return False


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall time of a local date, taken apart.

    Attributes:
        day: the local date.
        time: the wall time, naive.
        is_second: true for the second pass of a repeated hour.
    """

    day: date
    time: time
    is_second: bool


def time_text(at: time) -> str:
    """``20:00``, or ``20:00:30`` where the seconds are not zero."""
    return at.isoformat("seconds" if at.second else "minutes")


def read_wall(text: str) -> Wall | None:
    """Take the identity of a wall time apart, such as ``2026-10-25T02:30/2``; None where it is none."""
    found = _WALL.fullmatch(text)
    if found is None:
        return None
    try:
        return Wall(date.fromisoformat(found[1]), time.fromisoformat(found[2]), found[3] is not None)
    except ValueError:
        return None
