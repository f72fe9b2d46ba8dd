"""Which years of a country the ``holidays`` package has the official data of.

Most countries have their holidays by law, and every year can be computed. Three kinds have gaps:

- Some settle each year by decree, in China each November for the next: which days are moved, or which are added. The
  package lists those by year. A country counts as one of them where its list has moved days in two of the last five
  years, or days of any kind in all five. What it no longer does, it does not owe: a list that is well behind China's,
  which has been kept every year since 2001 and so dates the package's data, is taken for closed.
- Some have holidays that follow the moon as it is seen. The package marks dates that are computed as estimates.
- Of some the package has no data at all behind a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from daemon.timetable.calendars.country import Place, holidays_of
from daemon.timetable.calendars.countryyear import country_year

if TYPE_CHECKING:
    from datetime import date

_LAST_YEARS = 5
_MOVED_IN = 2
_BEHIND = 1
_MOVED_DAY = 4
_YARDSTICK = Place("CN", None, ("public",))


class Lack(Enum):
    """What is missing of a year."""

    DECREE = "decree"
    """What the country settles by decree is not known."""
    SIGHTING = "sighting"
    """Some dates are estimates."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What is not known of one year.

    Attributes:
        lack: what is missing.
        dates: the dates that are estimates.
    """

    lack: Lack
    dates: tuple[date, ...] = ()


@lru_cache(maxsize=4096)
def gap_of(place: Place, year: int) -> Gap | None:
    """What the package does not know of a year of a place; None where it has the official data."""
    if year > _newest(place):
        return Gap(Lack.DECREE)
    estimates = country_year(place, year).estimates
    return Gap(Lack.SIGHTING, estimates) if estimates else None


@cache
def _newest(place: Place) -> int:
    """The last year with official data: the first at which a list that is kept ends, or all data do."""
    kept = (years for years, moved in _lists(place) if _is_kept(years, _LAST_YEARS) or _is_kept(moved, _MOVED_IN))
    return min([holidays_of(place, ()).end_year, *map(max, kept)])


def _is_kept(years: frozenset[int], least: int) -> bool:
    """True for a list that has at least so many of its last years, and goes on."""
    if not years:
        return False
    newest = max(years)
    recent = sum(1 for year in years if year > newest - _LAST_YEARS)
    return recent >= least and newest >= _horizon() - _BEHIND


@cache
def _horizon() -> int:
    """The year up to which the package's lists are kept."""
    return max(max(years) for years, _ in _lists(_YARDSTICK))


@cache
def _lists(place: Place) -> tuple[tuple[frozenset[int], frozenset[int]], ...]:
    """Of each list of special days its years, and those of them that have moved days."""
    book = holidays_of(place, ())
    names = [f"special_{category}_holidays" for category in place.categories]
    if place.subdivision is not None:
        part = place.subdivision.lower().replace("-", "_").replace(" ", "_")
        names += [f"special_{part}_{category}_holidays" for category in place.categories]
    tables = [table for name in names if (table := getattr(book, name, None))]
    return tuple((frozenset(table), frozenset(year for year in table if _has_moved(table[year]))) for table in tables)


def _has_moved(days: tuple[object, ...]) -> bool:
    """True where one of the days of a year is moved; a single one stands without a tuple around it."""
    several = days if days and isinstance(days[0], tuple) else (days,)
    return any(isinstance(day, tuple) and len(day) >= _MOVED_DAY for day in several)
