"""What a schedule calls for at an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from daemon.timetable.lastwords import last_words
from daemon.timetable.schedulefile import parse_schedule

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def words(until: datetime, *policies: str, but: str = "") -> list[tuple[str, datetime]]:
    """Action and instant of the last word of a pool with these policies; what is due of ``but`` does not count."""
    listed = ", ".join(f'"{policy}"' for policy in policies)
    text = f'timezone = "UTC"\n[pools.a]\nid = "p-a"\npolicies = [{listed}]\n'
    timetable = parse_schedule([("schedules.toml", text)]).timetable
    found = last_words(timetable, timetable.pools, until, lambda one: one.policy != but)
    return [(str(word.action), word.scheduled_at) for word in found.values()]


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (["start at 07:00", "stop at 11:00"], [("stop", NOON - timedelta(hours=1))]),
        (["start at 07:00", "stop at 12:00"], [("stop", NOON)]),
        (["start at 07:00", "reboot at 11:00"], [("start", NOON - timedelta(hours=5))]),
        (["stop fridays 20:00"], [("stop", NOON - timedelta(days=2, hours=16))]),
        (["stop day 1 at 12:00"], [("stop", NOON - timedelta(days=22))]),
        (["stop 2026-01-02 at 12:00"], [("stop", NOON - timedelta(days=325))]),
        (["stop 2024-01-02 at 12:00"], []),
        (["reboot at 11:00"], []),
        (["stop mon 11:00", "start at 11:00"], [("start", NOON - timedelta(hours=1))]),
    ],
)
def test_the_newest_word_is_found_however_long_ago(policies: list[str], expected: list[tuple[str, datetime]]) -> None:
    """In the last 400 days, the instant itself included; a reboot is no word (protocol 1.6, 4.10)."""
    assert words(NOON, *policies) == expected


def test_what_does_not_count_leaves_the_word_before_it() -> None:
    """Somebody skipped the stop: the start before it is what the schedule calls for (protocol 4.10)."""
    assert words(NOON, "start at 07:00", "stop at 11:00", but="stop at 11:00") == [("start", NOON - timedelta(hours=5))]
