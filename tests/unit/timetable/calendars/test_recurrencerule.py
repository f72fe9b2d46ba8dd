"""The RRULE of an event."""

from __future__ import annotations

from datetime import date

import pytest

from daemon.timetable.calendars.contentlines import Property
from daemon.timetable.calendars.problems import IcsError
from daemon.timetable.calendars.recurrencerule import read_rule
from daemon.timetable.calendars.repeating import Repeating

FRIDAY = date(2024, 1, 5)


def rule(text: str) -> Repeating:
    """The rule of an event that begins on a Friday, in line 7."""
    return read_rule(Property(7, "RRULE", {}, text), FRIDAY)


def test_every_part_that_is_understood_is_read() -> None:
    """Weeks begin on Monday where the rule does not say otherwise."""
    text = (
        "FREQ=MONTHLY;INTERVAL=2;COUNT=5;WKST=SU;BYMONTH=1,3;BYMONTHDAY=1,-1;BYDAY=MO,-1FR,+2TU;BYSETPOS=1,-1;"
        "UNTIL=20301231"
    )
    assert rule(text) == Repeating(
        frequency="MONTHLY",
        interval=2,
        count=5,
        until=date(2030, 12, 31),
        months=frozenset({1, 3}),
        month_days=frozenset({1, -1}),
        weekdays=frozenset({(0, 0), (-1, 4), (2, 1)}),
        positions=frozenset({1, -1}),
        week_start=6,
    )
    assert rule("freq=daily") == Repeating("DAILY")


@pytest.mark.parametrize("until", ["20260105", "20260105T000000", "20260105T235959Z"])
def test_a_last_date_can_be_written_as_an_instant(until: str) -> None:
    """Many programs do so; its date counts."""
    assert rule(f"FREQ=DAILY;UNTIL={until}").until == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("FREQ=WEEKLY", Repeating("WEEKLY", weekdays=frozenset({(0, 4)}))),
        ("FREQ=MONTHLY", Repeating("MONTHLY", month_days=frozenset({5}))),
        ("FREQ=YEARLY", Repeating("YEARLY", month_days=frozenset({5}), months=frozenset({1}))),
        ("FREQ=YEARLY;BYMONTH=6", Repeating("YEARLY", month_days=frozenset({5}), months=frozenset({6}))),
        ("FREQ=YEARLY;BYDAY=MO", Repeating("YEARLY", weekdays=frozenset({(0, 0)}))),
    ],
)
def test_what_a_rule_leaves_open_the_first_date_decides(text: str, settled: Repeating) -> None:
    """Day of the week, day of the month, and month."""
    assert rule(text) == settled


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "COUNT=3",
        "FREQ=",
        "FREQ=HOURLY",
        "FREQ=SOMETIMES",
        "FREQ=WEEKLY,DAILY",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=x",
        "FREQ=DAILY;COUNT=",
        "FREQ=DAILY;COUNT=2,3",
        "FREQ=DAILY;COUNT=" + "9" * 5000,
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=2,3",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=P1D",
        "FREQ=DAILY;UNTIL=120000",
        "FREQ=DAILY;UNTIL=20240107/P1D",
        "FREQ=DAILY;UNTIL=20240107,20240109",
        "FREQ=WEEKLY;WKST=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;BYDAY=-1MO",
        "FREQ=WEEKLY;BYDAY=MONDAY",
        "FREQ=YEARLY;BYMONTH=0",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=367",
        "FREQ=YEARLY;BYWEEKNO=3",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=YEARLY;RSCALE=CHINESE",
        "FREQ=DAILY;BYHOUR=9",
    ],
)
def test_what_is_not_understood_as_a_whole_is_refused(text: str) -> None:
    """Half a rule gives wrong dates."""
    with pytest.raises(IcsError, match="is not understood") as caught:
        rule(text)
    assert caught.value.line == 7
    assert "one by one" in (caught.value.hint or "")
