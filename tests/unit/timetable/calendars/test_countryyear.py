"""Years of countries agree with the package that they come from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import holidays
import pytest
from holidays.registry import COUNTRIES

from daemon.timetable.calendars.build import country_calendar
from daemon.timetable.calendars.country import place_of
from daemon.timetable.calendars.countryyear import country_year
from daemon.timetable.recurrence.year import dates_of, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

CODES = sorted(aliases[0] for _, *aliases in COUNTRIES.values())
YEARS = range(2024, 2029)


def subdivisions(code: str) -> Iterator[str | None]:
    """None, and the last of a country."""
    names = holidays.country_holidays(code).subdivisions
    yield from dict.fromkeys([None, *names[-1:]])


def dates(bits: int, year: int) -> list[date]:
    """The dates of bits."""
    return list(dates_of(bits, year))


@pytest.mark.parametrize("code", CODES)
def test_a_country_is_what_the_package_says_of_every_date(code: str) -> None:
    """Workdays, weekends and holidays of 2024 to 2028; a holiday that is worked instead of another is none."""
    for subdivision in subdivisions(code):
        book = holidays.country_holidays(code, subdiv=subdivision, years=range(2023, 2030))
        calendar = country_calendar(code if subdivision is None else f"{code}-{subdivision}")
        named = set(book) - book.weekend_workdays
        for year in YEARS:
            days = list(dates_of(whole(year), year))
            assert dates(calendar.workdays(year), year) == list(filter(book.is_working_day, days)), subdivision
            assert dates(calendar.weekend(year), year) == list(filter(book.is_weekend, days)), subdivision
            assert dates(calendar.holidays(year), year) == sorted(named.intersection(days)), subdivision


@pytest.mark.parametrize(
    ("code", "day", "weekend"),
    [
        ("DE", "2024-01-01", "Sat Sun"),
        ("AE", "2021-01-01", "Fri Sat"),
        ("AE", "2024-01-01", "Sat Sun"),
        ("SA", "2012-01-01", "Thu Fri"),
        ("SA", "2024-01-01", "Fri Sat"),
        ("IR", "2024-01-01", "Fri"),
        ("BN", "2024-01-01", "Fri Sun"),
        ("IL", "2024-01-01", "Fri Sat"),
    ],
)
def test_weekends_are_those_of_the_country_and_the_year(code: str, day: str, weekend: str) -> None:
    """The Emirates and Saudi Arabia have moved theirs."""
    first = date.fromisoformat(day)
    week = {first + timedelta(days=index) for index in range(7)}
    found = week & set(dates(country_year(place_of(code), first.year).weekend, first.year))
    names = sorted(found, key=lambda it: it.weekday())
    assert " ".join(it.strftime("%a") for it in names) == weekend


def test_nepal_has_the_weekend_that_the_package_knows() -> None:
    """Saturday in every year; whether Sunday belongs to it has changed several times."""
    book = holidays.country_holidays("NP", years=2024)
    found = dates(country_year(place_of("NP"), 2024).weekend, 2024)
    assert {day.weekday() for day in found} == {day for day in range(7) if book.is_weekend(date(2024, 7, 1 + day))}
    assert date(2024, 7, 6) in found


def test_china_works_on_some_weekends() -> None:
    """The State Council's make-up days of 2024 and 2025; the days off that they make up for are named after them."""
    calendar = country_calendar("CN")
    made_up = {year: dates(country_year(place_of("CN"), year).made_up, year) for year in (2024, 2025)}
    assert made_up[2024] == [
        date(2024, month, day) for month, day in [(2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)]
    ]
    assert made_up[2025] == [date(2025, month, day) for month, day in [(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)]]
    assert calendar.says(date(2024, 2, 4)) == "make-up working day"
    assert calendar.says(date(2024, 2, 15)) == "Day off (substituted from 2024-02-04)"
    assert set(made_up[2025]) <= set(dates(calendar.workdays(2025), 2025))


def test_days_are_moved_across_the_new_year() -> None:
    """New Year's Day of 2022 was a Saturday: Americans had the Friday before, which is one of 2021."""
    found = country_year(place_of("US"), 2021).names
    assert found[date(2021, 12, 31)] == "New Year's Day (observed)"


def test_several_holidays_of_one_date_are_named_together() -> None:
    """Separated by a comma."""
    names = country_year(place_of("DE"), 2008).names
    assert names[date(2008, 5, 1)] == "Ascension Day, Labor Day"


def test_dates_that_are_not_announced_are_known_as_estimates() -> None:
    """Of a far year all that follow the moon; where holidays follow the sun, none."""
    found = country_year(place_of("AE"), 2060)
    assert found.estimates
    assert all("estimated" in found.names[day] for day in found.estimates)
    assert country_year(place_of("DE"), 2060).estimates == ()
