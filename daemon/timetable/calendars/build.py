"""Turns what a file says about a calendar into the calendar."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from daemon.timetable.calendars.calendar import Calendar
from daemon.timetable.calendars.definition import Definition
from daemon.timetable.calendars.problems import CalendarError
from daemon.timetable.calendars.spans import span_text

if TYPE_CHECKING:
    from daemon.timetable.calendars.country import Place

_WEEK = 7


@lru_cache(maxsize=1024)
def build(definition: Definition) -> Calendar:
    """The calendar of a definition; equal definitions share one.

    Raises:
        CalendarError: its keys contradict each other, it says nothing, or the country is not known.
    """
    _refuse_contradictions(definition)
    if definition.country is None:
        return Calendar(definition)
    place = _place(definition.country, definition.categories)
    return Calendar(replace(definition, country=place.code, categories=place.categories), place)


def country_calendar(code: str) -> Calendar:
    """The calendar of a country or subdivision that stands for itself: ``DE-BE``, in any case.

    Raises:
        CalendarError: there is none of that code; the hint lists what there is.
    """
    return build(Definition(name=_place(code, ()).code, country=_place(code, ()).code))


@lru_cache(maxsize=1024)
def _place(code: str, categories: tuple[str, ...]) -> Place:
    from daemon.timetable.calendars.country import place_of  # noqa: PLC0415 - few files name a country

    return place_of(code, categories)


def _refuse_contradictions(definition: Definition) -> None:
    if definition == Definition(definition.name):
        raise CalendarError(
            f"the calendar {definition.name} says nothing", 'give it country = "DE", holidays, dates or an .ics file'
        )
    if definition.categories and definition.country is None:
        raise CalendarError(
            "categories are those of a country, and there is none", 'add country = "DE"', key="categories"
        )
    if definition.dates and (definition.country or definition.holidays):
        raise CalendarError(
            "dates make a plain set, which has no country and no other holidays",
            "write holidays instead of dates, or give the dates a calendar of their own",
            key="dates",
        )
    if definition.weekend is not None and len(definition.weekend) == _WEEK:
        raise CalendarError(
            "the weekend has every day of the week", "leave out the days that are worked", key="weekend"
        )
    for span in definition.workdays:
        if span in definition.holidays or span in definition.dates:
            raise CalendarError(
                f"{span_text(span)} is both a holiday and a workday",
                "leave out one of the two",
                key="workdays",
                value=span_text(span),
            )
