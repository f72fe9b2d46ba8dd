"""A policy as it is in force: what it asks calendars."""

from __future__ import annotations

from datetime import date

import pytest

from daemon.timetable.calendars.build import build, country_calendar
from daemon.timetable.calendars.definition import Definition
from daemon.timetable.calendars.spans import read_span
from daemon.timetable.effective import EffectivePolicy, asks_own, calls_for_holidays, effective, names_called
from daemon.timetable.language import parse_policy
from daemon.timetable.policy import Options

EXAMS = build(Definition("exams", dates=(read_span("2026-12-24"),)))
NAMES = {"exams": "exams"}


def in_force(sentence: str) -> EffectivePolicy:
    """The policy in Germany, with one calendar that has a name."""
    options = Options(zone="Europe/Berlin", holidays=country_calendar("DE"))
    return effective(parse_policy(sentence, NAMES), options, "pool a #1", {"exams": EXAMS})


@pytest.mark.parametrize(
    ("sentence", "own", "holidays", "named"),
    [
        ("stop 20:00", False, False, set()),
        ("stop cron '0 20 * * *'", False, False, set()),
        ("stop cron '0 20 * * *' except holidays", True, True, set()),
        ("stop last workday 20:00", True, False, set()),
        ("stop 20:00 during exams", False, False, {"exams"}),
        ("stop the day before holidays 20:00 except exams", True, True, {"exams"}),
    ],
)
def test_what_a_policy_asks_of_calendars_is_known_from_its_words(
    sentence: str, own: bool, holidays: bool, named: set[str]
) -> None:
    """Of the pool's own, and of those that it names."""
    policy = parse_policy(sentence, NAMES)
    assert (asks_own(policy), calls_for_holidays(policy), names_called(policy)) == (own, holidays, frozenset(named))


def test_calendars_come_in_the_order_in_which_they_are_named() -> None:
    """Days first, then during and except; what they say of a date stands in that order too."""
    policy = in_force("stop the day before holidays 20:00 except exams")
    assert [calendar.name for calendar in policy.calendars] == ["DE", "exams"]
    assert policy.said_of(date(2026, 12, 24)) == "2026-12-25 Christmas Day (DE); 2026-12-24 in exams (exams)"
    assert in_force("stop 20:00").said_of(date(2026, 12, 24)) is None


def test_what_it_means_depends_on_its_calendars() -> None:
    """Their identity stands behind each sentence (protocol 3.2)."""
    assert next(iter(in_force("stop 20:00 except exams").spelled_out())).endswith(f" by {EXAMS.identity}")
    assert next(iter(in_force("stop cron '0 20 * * *' except exams").spelled_out())).endswith(f" by {EXAMS.identity}")
