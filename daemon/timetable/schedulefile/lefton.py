"""Pools that are left on over holidays, because start and stop do not say the same of them."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

from daemon.timetable.recurrence.days import Weekdays
from daemon.timetable.recurrence.year import span
from daemon.timetable.schedulefile import codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import time

    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.schedulefile.alike import Alike
    from daemon.timetable.schedulefile.assembly import Assembly
    from daemon.timetable.schedulefile.horizon import Horizon
    from daemon.timetable.schedulefile.places import KeyPath

_YEAR: Final = span(0, 365)
_RARE: Final = 4
"""Left on is meant where a start is so more often than once in this many dates: over weekends, for half a year."""


def check_left_on(pools: Sequence[Alike], assembly: Assembly, horizon: Horizon) -> None:
    """Warn where a start is followed by a stop within a day, but not on dates that a calendar makes an exception of."""
    told: set[KeyPath] = set()
    for several in pools:
        offs = several.offs
        words = [*several.starts, *offs]
        calendars = dict.fromkeys(calendar for policy in words for calendar in policy.calendars)
        unusual = reduce(or_, (_unusual(calendar, horizon) for calendar in calendars), 0)
        if not unusual or not offs or len({policy.rule.zone for policy in words}) > 1:
            continue
        for start in several.starts:
            dates = _left_on(start, offs, horizon) & unusual
            path = assembly.paths[id(start)]
            if dates and path not in told:
                told.add(path)
                message = (
                    f"{several.named} is started and not stopped within a day on {_said(dates, calendars, horizon)}"
                )
                hint = 'let start and stop have the same days, such as "workdays", or let the stop be daily'
                assembly.complaints.warn(codes.LEFT_ON, assembly.document.spot(path), message, hint)


def _left_on(start: EffectivePolicy, offs: Sequence[EffectivePolicy], horizon: Horizon) -> int:
    """The dates of the coming year of a start that no stop follows within a day, where that is an exception to it."""
    started = horizon.dates(start.rule) & _YEAR
    left = started & ~_followed(start.rule.when.times[-1], offs, horizon)
    if _is_rare(left, started):
        return left
    weeks = (horizon.of_years(Weekdays(frozenset({day})).mask) for day in range(7))  # daily, and stopped on workdays
    return reduce(or_, (left & days for days in weeks if _is_rare(left & days, started & days)), 0)


def _is_rare(some: int, dates: int) -> bool:
    return some.bit_count() * _RARE <= dates.bit_count()


def _followed(at: time, offs: Sequence[EffectivePolicy], horizon: Horizon) -> int:
    """The dates on which a stop comes within a day of a wall time."""
    dates = 0
    for off in offs:
        times = off.rule.when.times
        if times[-1] > at:
            dates |= horizon.dates(off.rule)
        if times[0] <= at:
            dates |= horizon.dates(off.rule) >> 1
    return dates


def _unusual(calendar: Calendar, horizon: Horizon) -> int:
    """Holidays and make-up days; a plain set of dates is named on purpose, and decides nothing else."""
    if calendar.definition.is_plain_set:
        return 0
    made_up = horizon.of_years(calendar.workdays) & horizon.of_years(calendar.weekend)
    return horizon.of_years(calendar.holidays) | made_up


def _said(dates: int, calendars: Iterable[Calendar], horizon: Horizon) -> str:
    """``2026-12-25 (Christmas Day) and 9 more dates of the coming year``."""
    day, more = horizon.first(dates), dates.bit_count() - 1
    said = f"{day} ({', '.join(dict.fromkeys(calendar.says(day) for calendar in calendars))})"
    return f"{said} and {more} more {'date' if more == 1 else 'dates'} of the coming year" if more else said
