"""Says in time that the official dates of a year are missing: from the first of November before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from daemon.timetable.calendars.published import Lack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from daemon.timetable.calendars.calendar import Calendar

_NOVEMBER = 11
_AGAIN = frozenset({30, 7, 1})
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """One calendar lacks data of one year.

    Attributes:
        calendar: its name.
        year: the year concerned.
        message: what is missing, and what counts meanwhile.
        hint: how to mend it.
    """

    calendar: str
    year: int
    message: str
    hint: str


def unpublished(calendars_in_use: Iterable[Calendar], today: date) -> list[Notice]:
    """What is missing of this year and, from the first of November on, of the next; by year, then by name.

    A calendar is silent about a year of which the file itself gives holidays or workdays.
    """
    years = (today.year, today.year + 1) if today.month >= _NOVEMBER else (today.year,)
    calendars = sorted(set(calendars_in_use), key=_name)
    return [notice for year in years for calendar in calendars for notice in _of(calendar, year, today)]


def due_again(today: date) -> bool:
    """True 30, 7 and 1 days ahead of the new year, when what is still missing is to be said again."""
    return (date(today.year + 1, 1, 1) - today).days in _AGAIN


def _of(calendar: Calendar, year: int, today: date) -> Iterator[Notice]:
    gap, place = calendar.gap(year), calendar.place
    if gap is None or place is None:
        return
    if gap.lack is Lack.DECREE:
        yield Notice(
            calendar.name,
            year,
            f"the official holidays and moved workdays of {place.code} for {year} are not known yet: "
            "the dates that are known count, all others are ordinary",
            f"once they are announced, {_where(calendar)}, or upgrade the holidays package",
        )
        return
    ahead = [day for day in gap.dates if day >= today]
    if ahead:
        yield Notice(
            calendar.name,
            year,
            f"{_counted(ahead)} of {place.code} in {year} {'is an estimate' if len(ahead) == 1 else 'are estimates'} "
            f"and can shift by a day or two: {_listed(ahead)}",
            f"once they are announced, {_where(calendar)}, or upgrade the holidays package",
        )


def _where(calendar: Calendar) -> str:
    if calendar.definition.name == calendar.definition.country:
        return f'write a calendar of your own with country = "{calendar.name}" and the dates as holidays and workdays'
    return f"add them to [calendars.{calendar.name}] as holidays and workdays"


def _counted(days: list[date]) -> str:
    return "1 holiday" if len(days) == 1 else f"{len(days)} holidays"


def _listed(days: list[date]) -> str:
    named = ", ".join(day.isoformat() for day in days[:_MOST_NAMED])
    return f"{named}, …" if len(days) > _MOST_NAMED else named


def _name(calendar: Calendar) -> str:
    return calendar.name
