"""On which dates an event begins again."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.timetable.calendars.contentlines import Property
from daemon.timetable.calendars.recurrencerule import read_rule
from daemon.timetable.calendars.repeating import MOST_LOOKED_AT, periods_of

LAST = "20281231"


def days(text: str, start: date) -> list[date]:
    """Every date on which an event of that rule begins."""
    return [day for _, found in periods_of(read_rule(Property(1, "RRULE", {}, text), start), start) for day in found]


def early(day: date) -> date:
    """The date, or the 28th where the month might lack it."""
    return day.replace(day=min(day.day, 28))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that ``python-dateutil`` means the same by; it looks for those without any date until the year 9999."""
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]))
    parts = [f"FREQ={frequency}", f"WKST={draw(st.sampled_from(['MO', 'SU', 'WE']))}"]
    months = draw(st.lists(st.integers(1, 12).map(str), max_size=3, unique=True))
    if months:
        parts.append(f"BYMONTH={','.join(months)}")
    if not months or frequency == "YEARLY":
        parts.append(f"INTERVAL={draw(st.integers(1, 4))}")
    # Weekdays with and without a number in one list are a union, which it takes for an intersection.
    is_numbered = frequency in {"YEARLY", "MONTHLY"} and draw(st.booleans())
    ordinals = ["1", "2", "-1", "-2"] if is_numbered else [""]
    weekday = st.tuples(st.sampled_from(ordinals), st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]))
    weekdays = draw(st.lists(weekday.map("".join), max_size=3, unique=True))
    if weekdays:
        parts.append(f"BYDAY={','.join(weekdays)}")
    month_days = draw(st.lists(st.sampled_from(["13", "29", "31", "-1", "-30"]), max_size=2, unique=True))
    # A week has no days of the month (RFC 5545, 3.3.10).
    if month_days and not is_numbered and frequency != "WEEKLY":
        parts.append(f"BYMONTHDAY=1,{','.join(month_days)}")
    # Of the first week it takes the days before the event begins for no part of the set.
    if (months or weekdays or month_days) and frequency != "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '1,-1', '1,2,-3']))}")
    return ";".join(parts)


@settings(max_examples=150, deadline=None)
@given(text=rules(), start=st.dates(date(2023, 12, 1), date(2025, 3, 28)).map(early), count=st.integers(0, 9))
def test_rules_mean_what_dateutil_means_by_them(text: str, start: date, count: int) -> None:
    """The same dates up to the end of 2028, or the first few of them."""
    theirs = rrulestr(f"{text};UNTIL={LAST}", dtstart=datetime(start.year, start.month, start.day))  # noqa: DTZ001
    expected = [it.date() for it in theirs]
    ours = days(f"{text};UNTIL={LAST}" + (f";COUNT={count}" if count else ""), start)
    assert ours == (expected[:count] if count else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=YEARLY;COUNT=3", ["2024-02-29", "2028-02-29", "2032-02-29"]),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20240328", ["2024-02-29", "2024-03-14", "2024-03-28"]),
        ("FREQ=MONTHLY;BYDAY=-1TH;COUNT=3", ["2024-02-29", "2024-03-28", "2024-04-25"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["2024-02-29", "2024-03-31", "2024-04-30"]),
        ("FREQ=MONTHLY;BYDAY=TH,1MO;UNTIL=20240314", ["2024-02-29", "2024-03-04", "2024-03-07", "2024-03-14"]),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=1MO;COUNT=2", ["2024-03-04", "2025-03-03"]),
        ("FREQ=YEARLY;BYDAY=-1MO;COUNT=2", ["2024-12-30", "2025-12-29"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", ["2024-02-29", "2024-03-29"]),
        ("FREQ=DAILY;UNTIL=20240301", ["2024-02-29", "2024-03-01"]),
        ("FREQ=YEARLY;UNTIL=20231231", []),
        ("FREQ=DAILY;UNTIL=20240228", []),
        ("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=31", []),
    ],
)
def test_rules_that_people_write(text: str, expected: list[str]) -> None:
    """Leap days come in leap years only, and a rule may have no date at all."""
    assert [day.isoformat() for day in days(text, date(2024, 2, 29))] == expected


@pytest.mark.parametrize("frequency", ["YEARLY", "MONTHLY", "WEEKLY", "DAILY"])
def test_what_never_ends_ends_with_the_years_that_are_looked_at(frequency: str) -> None:
    """In 2199; nothing comes of an event that begins behind them."""
    found = days(f"FREQ={frequency};INTERVAL=1", date(2190, 1, 1))
    assert found[0] == date(2190, 1, 1)
    assert found[-1].year == 2199
    assert days(f"FREQ={frequency}", date(9999, 12, 31)) == []


def test_the_first_of_all_weeks_is_cut() -> None:
    """The first of January of the year 1 is a Monday; a week that began the day before lacks its Sunday."""
    assert days("FREQ=WEEKLY;WKST=SU;COUNT=2", date(1, 1, 1)) == [date(1, 1, 1), date(1, 1, 8)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("FREQ=YEARLY", date(1968, 6, 15)),
        ("FREQ=YEARLY;INTERVAL=10", date(1974, 6, 15)),
        ("FREQ=YEARLY;INTERVAL=4", date(1968, 6, 15)),
        ("FREQ=YEARLY;COUNT=2", date(1604, 6, 15)),
    ],
)
def test_years_long_past_are_passed_over(text: str, first: date) -> None:
    """In step with the rule; a rule that counts has to be followed from its beginning."""
    assert days(text, date(1604, 6, 15))[0] == first


@pytest.mark.parametrize(
    ("text", "looked_at"),
    [
        ("FREQ=YEARLY;COUNT=1", 7),
        ("FREQ=YEARLY;BYMONTH=1,2;BYDAY=MO;COUNT=1", 62),
        ("FREQ=YEARLY;BYDAY=MO;COUNT=1", 372),
        ("FREQ=MONTHLY;COUNT=1", 7),
        ("FREQ=MONTHLY;BYDAY=MO;COUNT=1", 31),
        ("FREQ=WEEKLY;COUNT=1", 7),
        ("FREQ=DAILY;COUNT=1", 7),
    ],
)
def test_what_is_looked_at_is_counted(text: str, looked_at: int) -> None:
    """A day by itself as a week; sixty weekly rules up to the end of all years are within what a file may ask for."""
    start = date(2024, 1, 1)
    assert [spent for spent, _ in periods_of(read_rule(Property(1, "RRULE", {}, text), start), start)] == [looked_at]
    endless = read_rule(Property(1, "RRULE", {}, "FREQ=WEEKLY"), start)
    assert sum(spent for spent, _ in periods_of(endless, start)) * 60 < MOST_LOOKED_AT
