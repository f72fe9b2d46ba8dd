"""Where more falls due at once than the quota lets through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from daemon.timetable.crowds import WINDOW, crowds
from daemon.timetable.plan import PlanEntry
from daemon.timetable.plan import plan as planned
from daemon.timetable.schedulefile import parse_schedule

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def entries(pools: int, *policies: str, spread: str = "") -> list[PlanEntry]:
    """The plan of a Monday."""
    listed = [f"{policy}{spread}" for policy in policies]
    parts = [f'[pools.p{n}]\nid = "p{n}"\nschedule = "s"\n' for n in range(pools)]
    text = f'timezone = "UTC"\n[schedules.s]\npolicies = {listed}\n{"".join(parts)}'
    return list(planned(parse_schedule([("s.toml", text)]).timetable, MONDAY, MONDAY + timedelta(days=1)))


def test_what_fits_into_the_quota_is_no_crowd() -> None:
    """Eighty at once go through eighty a window."""
    assert crowds(entries(80, "stop at 20:00"), 80) == []


def test_a_crowd_tells_how_long_it_takes_and_what_spread_would_mend_it() -> None:
    """Of 200 at 80 a window the last goes out two windows later (protocol 4.9)."""
    (crowd,) = crowds(entries(200, "stop at 20:00"), 80)
    assert (crowd.project, crowd.at, crowd.count) == ("default", MONDAY.replace(hour=20), 200)
    assert crowd.takes == crowd.longest == 2 * WINDOW
    assert crowd.spread == timedelta(minutes=5)


def test_crowds_of_a_day_stand_apart() -> None:
    """Morning and evening are two crowds, in order."""
    found = crowds(entries(100, "start at 07:30", "stop at 20:00"), 80)
    assert [crowd.at.hour for crowd in found] == [7, 20]
    assert [crowd.count for crowd in found] == [100, 100]


def test_what_comes_while_others_wait_belongs_to_their_crowd() -> None:
    """A second wave behind a first one that is still waiting makes it longer."""
    (crowd,) = crowds(entries(100, "start at 07:30", "reboot at 07:31"), 80)
    assert crowd.count == 200
    assert crowd.takes == 2 * WINDOW


def test_a_spread_takes_the_crowd_away() -> None:
    """Spread over half an hour, 200 pools never meet 80 in a window."""
    assert crowds(entries(200, "stop at 20:00", spread=" spread 30m"), 80) == []


def test_without_a_quota_there_are_no_crowds() -> None:
    """A limit of 0 is none."""
    assert crowds(entries(200, "stop at 20:00"), 0) == []


def test_what_will_not_happen_does_not_count() -> None:
    """Of two policies that call for the same, one is carried out."""
    assert crowds(entries(60, "stop at 20:00", "stop daily 20:00 HARD"), 80) == []
