"""What is said ahead of a year whose official dates are missing."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest

from daemon.timetable.calendars.build import build, country_calendar
from daemon.timetable.calendars.calendar import WITHOUT_HOLIDAYS, Calendar
from daemon.timetable.calendars.definition import Definition
from daemon.timetable.calendars.notices import Notice, due_again, unpublished
from daemon.timetable.calendars.spans import read_span

KNOWN = max(holidays.country_holidays("CN").special_public_holidays)
"""The last year of which the installed package has what China decreed."""
NEXT = KNOWN + 1
CHINA = country_calendar("CN")
OURS = build(Definition("ours", country="CN", except_=(read_span("october 1"),)))
EMIRATES = country_calendar("AE")


def said(*calendars: Calendar, today: date) -> list[tuple[str, int]]:
    """Calendar and year of each notice."""
    return [(notice.calendar, notice.year) for notice in unpublished(calendars, today)]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(KNOWN, 10, 31), []),
        (date(KNOWN, 11, 1), [("CN", NEXT)]),
        (date(KNOWN, 12, 31), [("CN", NEXT)]),
        (date(NEXT, 1, 1), [("CN", NEXT)]),
        (date(NEXT, 10, 31), [("CN", NEXT)]),
        (date(NEXT, 11, 1), [("CN", NEXT), ("CN", NEXT + 1)]),
    ],
)
def test_the_next_year_is_looked_at_from_the_first_of_november(today: date, expected: list[tuple[str, int]]) -> None:
    """This year always; countries by law, and calendars without a country, are silent."""
    assert said(country_calendar("DE-BE"), CHINA, WITHOUT_HOLIDAYS, CHINA, today=today) == expected


def test_notices_are_in_order() -> None:
    """By year, then by name; each calendar once."""
    found = said(OURS, CHINA, OURS, today=date(NEXT, 11, 1))
    assert found == [("CN", NEXT), ("ours", NEXT), ("CN", NEXT + 1), ("ours", NEXT + 1)]


@pytest.mark.parametrize("key", ["holidays", "workdays"])
def test_a_calendar_is_silent_where_the_file_gives_dates(key: str) -> None:
    """Of that year, and no other."""
    dates = (read_span(f"{NEXT}-10-01"),)
    given = build(
        Definition("ours", country="CN", holidays=dates)
        if key == "holidays"
        else Definition("ours", country="CN", workdays=dates)
    )
    assert said(given, today=date(KNOWN, 11, 1)) == []
    assert said(given, today=date(NEXT, 11, 1)) == [("ours", NEXT + 1)]


def test_a_notice_names_what_is_missing_and_the_mend() -> None:
    """Of a country that stands for itself a calendar has to be written first."""
    country, ours = unpublished([CHINA, OURS], date(KNOWN, 11, 1))
    message = (
        f"the official holidays and moved workdays of CN for {NEXT} are not known yet: "
        "the dates that are known count, all others are ordinary"
    )
    assert country == Notice(
        "CN",
        NEXT,
        message,
        'once they are announced, write a calendar of your own with country = "CN" and the dates as holidays and '
        "workdays, or upgrade the holidays package",
    )
    assert ours.message == message
    assert ours.hint == (
        "once they are announced, add them to [calendars.ours] as holidays and workdays, "
        "or upgrade the holidays package"
    )


def test_estimates_are_named_until_they_are_past() -> None:
    """Up to three of them; behind the last of a year nothing is to be said of it."""
    gap = EMIRATES.gap(2060)
    assert gap is not None
    count, (first, second, third, *_), last = len(gap.dates), gap.dates, gap.dates[-1]
    (several,) = unpublished([EMIRATES], date(2060, 1, 1))
    assert several.message == (
        f"{count} holidays of AE in 2060 are estimates and can shift by a day or two: {first}, {second}, {third}, …"
    )
    (one,) = unpublished([EMIRATES], last)
    assert one.message == f"1 holiday of AE in 2060 is an estimate and can shift by a day or two: {last}"
    assert "2060" not in str(said(EMIRATES, today=last + timedelta(days=1)))


def test_what_is_still_missing_is_said_again_30_7_and_1_days_ahead() -> None:
    """Of the new year; on no other day."""
    year = [date(2028, 1, 1) + timedelta(days=index) for index in range(366)]
    assert [day for day in year if due_again(day)] == [date(2028, 12, 2), date(2028, 12, 25), date(2028, 12, 31)]
