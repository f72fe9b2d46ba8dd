"""Gives sets of days the calendars that decide about them, and tells what those decided."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from daemon.timetable.recurrence.days import AnyOf, Days, Holidays, Named, NthWorkday, Shifted, Workdays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from daemon.timetable.calendars.calendar import Calendar

_OWN = (Workdays, Holidays, NthWorkday)


@dataclass(frozen=True, slots=True)
class Calendars:
    """What day words mean for a pool.

    Attributes:
        own: the calendar of the pool.
        named: the calendars of the file, by name.
    """

    own: Calendar
    named: Mapping[str, Calendar] = field(default_factory=dict)


def bound(days: Days, calendars: Calendars) -> Days:
    """The same set, able to give its dates.

    Raises:
        KeyError: it names a calendar that is not among them.
    """
    match days:
        case Workdays() | Holidays() | NthWorkday():
            return replace(days, calendar=calendars.own)
        case Named(name):
            return replace(days, calendar=calendars.named[name])
        case Shifted(by, of):
            return Shifted(by, bound(of, calendars))
        case AnyOf(parts):
            return AnyOf(tuple(bound(part, calendars) for part in parts))
        case _:
            return days


def needs_own(days: Days) -> bool:
    """True where the pool's calendar decides."""
    return any(isinstance(part, _OWN) for part, _ in _parts(days))


def asks_calendar(days: Days) -> bool:
    """True where some calendar decides."""
    return needs_own(days) or bool(names_in(days))


def names_holidays(days: Days) -> bool:
    """True where ``holidays`` stands in it."""
    return any(isinstance(part, Holidays) for part, _ in _parts(days))


def names_in(days: Days) -> frozenset[str]:
    """The calendars that are called by their names."""
    return frozenset(part.name for part, _ in _parts(days) if isinstance(part, Named))


def calendars_in(days: Days) -> tuple[Calendar, ...]:
    """The calendars that a bound set asks, in the order in which it names them."""
    found = (getattr(part, "calendar", None) for part, _ in _parts(days))
    return tuple(calendar for calendar in found if calendar is not None)


def said_of(days: Days, day: date) -> Iterator[str]:
    """What the calendars of a bound set say of a date, and of the dates that it is the day before or after."""
    for part, by in _parts(days):
        calendar: Calendar | None = getattr(part, "calendar", None)
        if calendar is not None:
            asked = day.fromordinal(day.toordinal() - by)
            yield f"{asked.isoformat()} {calendar.says(asked)} ({calendar.name})"


def _parts(days: Days, by: int = 0) -> Iterator[tuple[Days, int]]:
    """Every simple set in it, with the days by which it is shifted."""
    match days:
        case AnyOf(parts):
            for part in parts:
                yield from _parts(part, by)
        case Shifted(further, of):
            yield from _parts(of, by + further)
        case _:
            yield days, by
