from __future__ import annotations

from datetime import date

import pytest

from daemon.timetable.recurrence.days import (
    LAST,
    AnyOf,
    DateSpan,
    Days,
    EveryDay,
    MonthDays,
    Months,
    Nth,
    OnDate,
    Shifted,
    Weekdays,
    YearDay,
    YearSpan,
)
from daemon.timetable.recurrence.year import dates_of

CHRISTMAS = YearSpan(YearDay(12, 24), YearDay(1, 6))


def dates(days: Days, year: int) -> list[str]:
    """The dates of a year, without the year."""
    return [day.strftime("%m-%d") for day in dates_of(days.mask(year), year)]


@pytest.mark.parametrize(
    ("days", "year", "expected"),
    [
        (MonthDays(frozenset({31})), 2026, ["01-31", "03-31", "05-31", "07-31", "08-31", "10-31", "12-31"]),
        (YearDay(2, 29), 2026, []),
        (YearDay(2, 29), 2028, ["02-29"]),
        (OnDate(date(2026, 12, 24)), 2026, ["12-24"]),
        (OnDate(date(2026, 12, 24)), 2027, []),
        (OnDate(date(2026, 12, 24)), 2025, []),
        (DateSpan(date(2026, 12, 30), date(2027, 1, 2)), 2026, ["12-30", "12-31"]),
        (DateSpan(date(2026, 12, 30), date(2027, 1, 2)), 2027, ["01-01", "01-02"]),
        (YearSpan(YearDay(2, 27), YearDay(3, 1)), 2028, ["02-27", "02-28", "02-29", "03-01"]),
        (YearSpan(YearDay(2, 29), YearDay(3, 1)), 2026, ["03-01"]),
        (YearSpan(YearDay(2, 28), YearDay(2, 29)), 2026, ["02-28"]),
        (CHRISTMAS, 2026, [f"01-0{day}" for day in range(1, 7)] + [f"12-{day}" for day in range(24, 32)]),
        (Nth(5, 0), 2026, ["03-30", "06-29", "08-31", "11-30"]),
        (
            Nth(LAST, None),
            2026,
            [
                f"{m:02}-{d}"
                for m, d in zip(range(1, 13), (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True)
            ],
        ),
        (Shifted(-1, OnDate(date(2027, 1, 1))), 2026, ["12-31"]),
        (Shifted(1, OnDate(date(2026, 12, 31))), 2027, ["01-01"]),
        (Shifted(-1, YearDay(3, 1)), 2028, ["02-29"]),
        (AnyOf((YearDay(1, 1), YearDay(12, 31))), 2026, ["01-01", "12-31"]),
    ],
)
def test_a_set_of_days_gives_its_dates_of_a_year(days: Days, year: int, expected: list[str]) -> None:
    """Days that a month or a year lacks have no date there; spans and shifts cross the new year."""
    assert dates(days, year) == expected


@pytest.mark.parametrize("year", [1970, 2000, 2026, 2028, 2100, 2199])
def test_days_of_the_week_and_months_agree_with_the_calendar(year: int) -> None:
    """Every date of a year is in the sets of its weekday, its month, and its ordinal weekday."""
    for day in dates_of(EveryDay().mask(year), year):
        bit = 1 << day.timetuple().tm_yday - 1
        assert Weekdays(frozenset({day.weekday()})).mask(year) & bit
        assert Months(frozenset({day.month})).mask(year) & bit
        assert Nth((day.day + 6) // 7, day.weekday()).mask(year) & bit
    assert Weekdays(frozenset({5, 6})).mask(year) & Weekdays(frozenset(range(5))).mask(year) == 0
