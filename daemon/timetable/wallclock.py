"""Wall-clock time to instants, by one contract (design, section 4 "Time").

A zone's wall clock jumps. Three things follow, and each is decided once, here:

- **A gap** (clocks go forward): a wall time inside it is taken as the first instant after the gap. Two wall times
  inside one gap become the same instant, so the order of wall times is kept and none is skipped.
- **A repetition** (clocks go back): a wall time that happens twice is taken as the first.
- **A date that never was** (``Pacific/Apia`` has no 2011-12-30): it lies inside a gap as a whole, and nothing is due
  on it. `date_exists` tells.

Read as a function from wall time to instant, `instant_of` therefore never decreases; everything that walks days in
order relies on it. No zone of the tz database has two transitions less than three days apart, so the clock of one
date jumps at most once: `steady_offset` relies on that.

zoneinfo answers a wall time inside a gap with the offset before it for ``fold=0`` and the one after it for ``fold=1``,
and a repeated one with the first and second pass (PEP 495). Dates must stay clear of `datetime`'s first and last year.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_LAST_SECOND = time(23, 59, 59)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant (aware, UTC) that a naive wall time of a zone means, by the contract above."""
    early, late = _offsets(wall, zone)
    if early < late:
        return _end_of_gap(wall, zone, early, late)
    return _minus(wall, early)


def passes(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The instants (aware, UTC) at which the zone's clock really shows a naive wall time: none, one or two."""
    early, late = _offsets(wall, zone)
    if early < late:
        return ()
    if early == late:
        return (_minus(wall, early),)
    return (_minus(wall, early), _minus(wall, late))


def date_exists(day: date, zone: ZoneInfo) -> bool:
    """False for a date that the zone skipped as a whole."""
    return not all(early < late for early, late in _ends_of(day, zone))


@lru_cache(maxsize=16_384)
def steady_offset(day: date, zone: ZoneInfo) -> timedelta | None:
    """The one UTC offset that turns every wall time of a date into its only instant; None where the clock jumps."""
    offsets = {offset for pair in _ends_of(day, zone) for offset in pair}
    return offsets.pop() if len(offsets) == 1 else None


def _ends_of(day: date, zone: ZoneInfo) -> tuple[tuple[timedelta, timedelta], tuple[timedelta, timedelta]]:
    """The offsets at the first and the last second of a date."""
    return _offsets(datetime.combine(day, time.min), zone), _offsets(datetime.combine(day, _LAST_SECOND), zone)


def _offsets(wall: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """What zoneinfo says for the first and for the second reading of a wall time."""
    early = wall.replace(tzinfo=zone, fold=0).utcoffset()
    late = wall.replace(tzinfo=zone, fold=1).utcoffset()
    return early or timedelta(0), late or timedelta(0)


def _end_of_gap(wall: datetime, zone: ZoneInfo, early: timedelta, late: timedelta) -> datetime:
    """The transition around a gap: the first second whose offset is the later one, found by halving."""
    before, after = _minus(wall, late), _minus(wall, early)
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == late:
            after = middle
        else:
            before = middle
    return after


def _minus(wall: datetime, offset: timedelta) -> datetime:
    return wall.replace(tzinfo=UTC) - offset
