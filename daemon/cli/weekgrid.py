"""What a pool's state is in every half hour of a span of days, from the words of its plan: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from daemon.timetable.wallclock import instant_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from daemon.timetable.occurrences import Occurrence

CELLS: Final = 48
"""Half hours of a day by its wall clock, whatever the clock does in it."""
_HALF_HOUR: Final = timedelta(minutes=30)


class Shade(Enum):
    """The state that a pool is asked to be in."""

    UNKNOWN = "unknown"
    """No word that far back, or outside of what is asked for."""
    ON = "start"
    OFF = "stop"
    HIBERNATED = "hibernate"


@dataclass(frozen=True, slots=True)
class Day:
    """One local date of one pool.

    Attributes:
        date: the local date.
        shades: the state in each half hour, as of its end: an action marks the half hour it falls into.
        calls: what is called for on that date: local time and action, in order.
    """

    date: date
    shades: tuple[Shade, ...]
    calls: tuple[tuple[str, str], ...]


def week_grid(
    occurrences: Iterable[Occurrence],
    days: Sequence[date],
    zone: ZoneInfo,
    span: tuple[datetime, datetime] | None = None,
) -> tuple[Day, ...]:
    """Shade the days of one pool.

    Args:
        occurrences: of one pool, in order; those before the first day give the state it begins with.
        days: local dates, in order.
        zone: whose wall clock the half hours are of.
        span: first and last instant; outside of them no state is shown and no call named.
    """
    all_of_it = list(occurrences)
    named = [one for one in all_of_it if span is None or span[0] <= one.scheduled_at <= span[1]]
    words = [(one.scheduled_at, Shade(one.action.value)) for one in all_of_it if one.action.is_word]
    grid = []
    shade, position = Shade.UNKNOWN, 0
    for day in days:
        shades = []
        for cell in range(1, CELLS + 1):
            end = instant_of(datetime.combine(day, time.min) + cell * _HALF_HOUR, zone)
            while position < len(words) and words[position][0] < end:
                shade = words[position][1]
                position += 1
            is_outside = span is not None and not span[0] < end < span[1] + _HALF_HOUR
            shades.append(Shade.UNKNOWN if is_outside else shade)
        grid.append(Day(day, tuple(shades), _calls(named, day, zone)))
    return tuple(grid)


def _calls(occurrences: Sequence[Occurrence], day: date, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    local = ((one.scheduled_at.astimezone(zone), one.action.value) for one in occurrences)
    return tuple((f"{at:%H:%M}", action) for at, action in local if at.date() == day)
