"""One year of a country or subdivision: its weekend, its holidays, and the weekend days that it works instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from daemon.timetable.calendars.country import Place, holidays_of
from daemon.timetable.recurrence.year import dates_of, new_year, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from holidays import HolidayBase

_BETWEEN_NAMES = "; "
_AMERICAN_DATE = re.compile(r"\b(\d\d)/(\d\d)/(\d{4})\b")
_ESTIMATED_LABELS = ("estimated_label", "observed_estimated_label")


@dataclass(frozen=True, slots=True)
class CountryYear:
    """What is known of one year; sets of dates are bits (see `recurrence.year`).

    Attributes:
        weekend: dates that are none of work every week.
        holidays: dates with a name, made-up ones left out.
        made_up: weekend dates that are worked.
        names: of the holidays, in English where the package can.
        estimates: holidays whose dates are computed and not yet announced, in order.
    """

    weekend: int
    holidays: int
    made_up: int
    names: Mapping[date, str]
    estimates: tuple[date, ...]


@lru_cache(maxsize=4096)
def country_year(place: Place, year: int) -> CountryYear:
    """The year of a place.

    The years around it are filled in too: days are moved across the new year, and a year knows only where its own
    days off come from.
    """
    book = holidays_of(place, (year - 1, year, year + 1))
    weekend = _bits((day for day in dates_of(whole(year), year) if book.is_weekend(day)), year)
    made_up = _bits((day for day in book.weekend_workdays if day.year == year), year) & weekend
    names = {day: _plain(name) for day, name in sorted(book.items()) if day.year == year}
    estimated = _estimated_marks(book)
    return CountryYear(
        weekend=weekend,
        holidays=_bits(names, year) & ~made_up,
        made_up=made_up,
        names=names,
        estimates=tuple(day for day, name in names.items() if any(mark.search(name) for mark in estimated)),
    )


def _bits(days: Iterable[date], year: int) -> int:
    start, bits = new_year(year), 0
    for day in days:
        bits |= 1 << day.toordinal() - start
    return bits


def _plain(name: str) -> str:
    """Names of one date in one line, with the dates in them as people of any country read them."""
    return _AMERICAN_DATE.sub(r"\3-\1-\2", name).replace(_BETWEEN_NAMES, ", ")


def _estimated_marks(book: HolidayBase) -> list[re.Pattern[str]]:
    """How the package marks a name whose date is an estimate, in the language of the names."""
    labels = (book.tr(getattr(book, label)) for label in _ESTIMATED_LABELS if hasattr(book, label))
    return [re.compile(".+".join(re.escape(part) for part in label.split("%s"))) for label in labels]
