"""Recurrence against what others make of the same rule, where they can express it."""

from __future__ import annotations

import random
import shutil
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from dateutil import rrule

from daemon.timetable.language import parse_policy
from daemon.timetable.recurrence.rule import rule_of

WEEKDAYS = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
START, END = date(2000, 1, 1), date(2037, 12, 31)


def dates(sentence: str) -> list[date]:
    """Every local date from 2000 to 2037 that a policy names."""
    return list(takewhile(lambda day: day <= END, rule_of(parse_policy(sentence), "UTC").dates(START)))


def by_rrule(**fields: object) -> list[date]:
    """The same by dateutil."""
    start, until = datetime.combine(START, time()), datetime.combine(END, time())
    return [at.date() for at in rrule.rrule(dtstart=start, until=until, **fields)]  # type: ignore[arg-type]


@pytest.mark.parametrize("number", range(7))
def test_every_day_of_the_week_agrees_with_rrule(number: int) -> None:
    """BYDAY."""
    assert dates(f"stop {NAMES[number]} 20:00") == by_rrule(freq=rrule.WEEKLY, byweekday=WEEKDAYS[number])


@pytest.mark.parametrize("ordinal", ORDINALS)
@pytest.mark.parametrize("number", range(7))
def test_every_ordinal_agrees_with_rrule(ordinal: str, number: int) -> None:
    """BYDAY with a number, the last one negative; a month without a fifth has none."""
    expected = by_rrule(freq=rrule.MONTHLY, byweekday=WEEKDAYS[number](ORDINALS[ordinal]))
    assert dates(f"stop {ordinal} {NAMES[number]} 20:00") == expected


@pytest.mark.parametrize("day", range(1, 32))
def test_every_day_of_the_month_agrees_with_rrule(day: int) -> None:
    """BYMONTHDAY: a month that lacks the day has none."""
    assert dates(f"stop day {day} at 20:00") == by_rrule(freq=rrule.MONTHLY, bymonthday=day)


def test_the_last_day_of_a_month_agrees_with_rrule() -> None:
    """BYMONTHDAY=-1, in some months only: BYMONTH."""
    expected = by_rrule(freq=rrule.MONTHLY, bymonthday=-1, bymonth=(3, 6, 9, 12))
    assert dates("stop on last day of the month 23:00 during march, june, september and december") == expected


def test_a_day_of_the_year_agrees_with_rrule() -> None:
    """The 29th of February too, which most years lack."""
    for month, name, day in ((2, "february", 29), (12, "december", 24)):
        assert dates(f"stop {name} {day} at 13:00") == by_rrule(freq=rrule.YEARLY, bymonth=month, bymonthday=day)


def crons(count: int) -> list[str]:
    """Random expressions, the same ones each time."""
    draw = random.Random(20260101)  # noqa: S311 - the same ones each time
    hours = ["0", "2,3", "1-5", "23", "*/6"]
    return [
        " ".join(
            draw.choice(options)
            for options in (
                ["0", "*/15", "7,52"],
                hours,
                ["*", "1", "15-20", "28", "*/2"],
                ["*", "2", "1-6"],
                ["*", "0", "1-5", "6,7"],
            )
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("expression", sorted(set(crons(120))))
def test_cron_agrees_with_cronsim_where_the_clock_stands_still(expression: str) -> None:
    """In a zone without jumps, two hundred times in a row."""
    rule = rule_of(parse_policy(f"stop cron '{expression}'"), "UTC")
    begin = datetime(2024, 2, 20, tzinfo=UTC)
    theirs = CronSim(expression, begin)
    expected = [next(theirs) for _ in range(200)]
    assert [moment.at for moment in rule.between(begin, expected[-1])] == expected


CALENDAR = {
    "stop weekdays 20:00": "Mon..Fri *-*-* 20:00:00",
    "stop sat, sun 03:15": "Sat,Sun *-*-* 03:15:00",
    "stop day 1, 15 at 12:30": "*-*-1,15 12:30:00",
    "stop december 24 at 13:00": "*-12-24 13:00:00",
    "stop first monday 08:00": "Mon *-*-1..7 08:00:00",
    "stop last day 23:00": "*-*~1 23:00:00",
    "stop daily 05:00:30 during march, june": "*-3,6-* 05:00:30",
}


@pytest.mark.system
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"])
@pytest.mark.parametrize("sentence", CALENDAR)
def test_a_year_agrees_with_systemd_outside_gaps(sentence: str, zone: str) -> None:
    """Forty elapses by `systemd-analyze calendar`; times inside gaps it leaves out are not among these."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    base = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
    shown = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=40", f"--base-time={base.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
         f"{CALENDAR[sentence]} {zone}"],
        capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C"},
    ).stdout  # fmt: skip
    lines = (line.split(": ", 1) for line in shown.splitlines() if ": " in line)
    expected = [_instant(text) for label, text in lines if label.strip().startswith(("Next elapse", "Iter."))]
    rule = rule_of(parse_policy(sentence), zone)
    begin = base.astimezone(UTC) - timedelta(seconds=1)
    assert expected
    assert [moment.at for moment in rule.between(begin, expected[-1])] == expected


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
