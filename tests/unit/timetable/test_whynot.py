"""Why a policy is not due on a date."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from daemon.timetable.schedulefile import parse_schedule
from daemon.timetable.whynot import moments_on, why_not

if TYPE_CHECKING:
    from daemon.timetable.effective import EffectivePolicy

FILE = """
timezone = "Europe/Berlin"
holidays = "DE-BE"
[calendars.exams]
dates = ["2027-01-18..2027-01-29"]
[pools.p]
id = "p"
policies = [{policy!r}]
"""


def policy(sentence: str) -> EffectivePolicy:
    """The one policy of a file, as it is in force."""
    loaded = parse_schedule([("s.toml", FILE.replace("{policy!r}", f'"{sentence}"'))])
    return loaded.timetable.policies[0][0]


@pytest.mark.parametrize(
    ("sentence", "day", "because"),
    [
        (
            "start workdays 07:30",
            "2026-12-25",
            "Friday 2026-12-25: only on workdays (2026-12-25 Christmas Day (DE-BE))",
        ),
        ("start weekdays 07:30", "2026-12-26", "Saturday 2026-12-26: only on Monday to Friday"),
        ("start daily 07:30 from 2026-12-01", "2026-11-30", "it is in force from 2026-12-01 on"),
        ("start daily 07:30 until 2026-12-01", "2026-12-02", "it was in force until 2026-12-01"),
        ("start daily 07:30 during march", "2026-12-02", "only during March"),
        (
            "start daily 07:30 except exams",
            "2027-01-18",
            'except on the dates of "exams" (2027-01-18 in exams (exams))',
        ),
        ("start cron '30 7 * * 1'", "2026-11-24", "Tuesday 2026-11-24: its cron fields say no"),
        ("start daily 07:30 in Pacific/Apia", "2011-12-30", "2011-12-30 does not exist in Pacific/Apia"),
        ("start daily 07:30", "1960-01-01", "policies are due from 1970 to 2199"),
    ],
)
def test_each_reason_is_told_with_what_calendars_say(sentence: str, day: str, because: str) -> None:
    """Days, during, except, bounds, vanished dates: each has words of its own."""
    assert why_not(policy(sentence), date.fromisoformat(day)) == [because]


def test_the_day_before_a_holiday_tells_of_the_holiday() -> None:
    """What was asked of the calendar is the day after."""
    (because,) = why_not(policy("stop the day before holidays at 14:00"), date(2026, 12, 22))
    assert "2026-12-23 workday (DE-BE)" in because


def test_several_reasons_are_all_told() -> None:
    """Nobody mends one only to meet the next."""
    assert len(why_not(policy("start weekdays 07:30 during march from 2027-01-01"), date(2026, 12, 26))) == 3


def test_a_date_that_is_called_for_has_no_reason_and_has_its_moments() -> None:
    """What is due on a date, in order."""
    called = policy("stop weekdays 12:00 and 18:00")
    assert why_not(called, date(2026, 12, 23)) == []
    assert [moment.wall for moment in moments_on(called, date(2026, 12, 23))] == [
        "2026-12-23T12:00",
        "2026-12-23T18:00",
    ]
