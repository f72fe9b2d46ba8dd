"""What a calendar says of each date: workday, holiday, weekend, make-up working day."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from daemon.timetable.calendars.definition import Definition
from daemon.timetable.calendars.identity import identity_of
from daemon.timetable.calendars.spans import is_dated, mask_of
from daemon.timetable.recurrence.days import Weekdays
from daemon.timetable.recurrence.year import new_year, whole

if TYPE_CHECKING:
    from datetime import date

    from daemon.timetable.calendars.country import Place
    from daemon.timetable.calendars.countryyear import CountryYear
    from daemon.timetable.calendars.published import Gap

_SATURDAY_AND_SUNDAY = frozenset({5, 6})


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """A calendar, equal to every other of the same name and definition.

    Of several statements about a date the most particular wins: the file's ``workdays``, then its ``except``, then
    the holidays it adds, then the country's make-up days, its holidays, and the week. No date is both a workday and a
    holiday. Ask any year; what is beyond the known data is ordinary (see `gap`).

    Attributes:
        definition: what the file says.
        place: the country or subdivision, or None.
    """

    definition: Definition
    place: Place | None = None
    _hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Hash once: rules are looked up by their calendars."""
        object.__setattr__(self, "_hash", hash((self.definition, self.place)))

    def __eq__(self, other: object) -> bool:
        """By value."""
        if self is other:
            return True
        if not isinstance(other, Calendar):
            return NotImplemented
        return self._hash == other._hash and (self.definition, self.place) == (other.definition, other.place)

    def __hash__(self) -> int:
        """By value, and cheap."""
        return self._hash

    @property
    def name(self) -> str:
        """As the file names it: ``DE-BE``, or NAME of ``[calendars.NAME]``."""
        return self.definition.name

    @property
    def identity(self) -> str:
        """SHA-256, in hexadecimal, of all that it depends on but its name; of a country, the package's version too."""
        return identity_of(self.definition, self.place)

    def workdays(self, year: int) -> int:
        """The dates of a year that are worked, as bits (see `recurrence.year`)."""
        return _masks(self, year)[0]

    def holidays(self, year: int) -> int:
        """The dates of a year that are holidays, on weekends too, as bits."""
        return _masks(self, year)[1]

    def weekend(self, year: int) -> int:
        """The dates of a year that are none of work every week, worked ones among them, as bits."""
        return _weekend(self, year)

    def dates(self, year: int) -> int:
        """What its name means as a day word, as bits: of a plain set those dates, of others the holidays."""
        return self.holidays(year)

    def says(self, day: date) -> str:
        """What it says of a date, in a few words: ``Christmas Day``, ``weekend``, ``make-up working day``."""
        bit, year = 1 << day.toordinal() - new_year(day.year), day.year
        country = None if self.place is None else _country_year(self.place, year)
        if self.holidays(year) & bit:
            return self._holiday(country.names.get(day) if country else None)
        is_weekend = bool(self.weekend(year) & bit)
        if self.workdays(year) & bit:
            if is_weekend or mask_of(self.definition.workdays, year) & bit:
                return "make-up working day"
            ordinary = "workday"
        else:
            ordinary = "weekend"
        if self.definition.is_plain_set:
            return f"not in {self.name}, weekend" if is_weekend else f"not in {self.name}"
        if country and country.holidays & bit:
            return f"{ordinary}, {country.names[day]} taken out"
        return ordinary

    def gap(self, year: int) -> Gap | None:
        """What is not known of a year; None where nothing is missing, or where the file gives dates of that year."""
        if self.place is None or self._gives_dates(year):
            return None
        from daemon.timetable.calendars.published import gap_of  # noqa: PLC0415 - few files name a country

        return gap_of(self.place, year)

    def is_published(self, year: int) -> bool:
        """False where official data of a year are missing: what is known counts, the rest is ordinary (see `gap`)."""
        return self.gap(year) is None

    def _holiday(self, name: str | None) -> str:
        if name is not None:
            return name
        return f"in {self.name}" if self.definition.is_plain_set else "holiday"

    def _gives_dates(self, year: int) -> bool:
        given = filter(is_dated, (*self.definition.holidays, *self.definition.workdays))
        ics = self.definition.ics
        return bool(mask_of(given, year) or (ics and ics.mask(year)))


WITHOUT_HOLIDAYS = Calendar(Definition("no calendar"))
"""What counts where a file names no calendar: Monday to Friday are workdays, and there are no holidays."""


@lru_cache(maxsize=16_384)
def _masks(calendar: Calendar, year: int) -> tuple[int, int]:
    """Workdays and holidays of a year."""
    it = calendar.definition
    own = mask_of((*it.holidays, *it.dates), year) | (it.ics.mask(year) if it.ics else 0)
    worked, taken_out = mask_of(it.workdays, year), mask_of(it.except_, year)
    country = None if calendar.place is None else _country_year(calendar.place, year)
    holidays = ((country.holidays if country else 0) | own) & ~taken_out & ~worked
    made_up = (country.made_up if country else 0) & ~holidays | worked
    return whole(year) & ~_weekend(calendar, year) & ~holidays | made_up, holidays


@lru_cache(maxsize=16_384)
def _weekend(calendar: Calendar, year: int) -> int:
    chosen = calendar.definition.weekend
    if chosen is None and calendar.place is not None:
        return _country_year(calendar.place, year).weekend
    days = _SATURDAY_AND_SUNDAY if chosen is None else chosen
    return Weekdays(days).mask(year) if days else 0


def _country_year(place: Place, year: int) -> CountryYear:
    from daemon.timetable.calendars.countryyear import country_year  # noqa: PLC0415 - few files name a country

    return country_year(place, year)
