"""Policies of one pool that are due at the same time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from daemon.timetable.schedulefile import Finding, ScheduleError, parse_schedule

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def judged(*policies: str, now: datetime | None = None) -> str | None:
    """``error``, or the code of the only warning, or None, for a pool with these policies."""
    listed = ", ".join(f'"{policy}"' for policy in policies)
    text = f'timezone = "Europe/Berlin"\nsilence = "never-started"\n[pools.a]\npolicies = [{listed}]\n'
    try:
        codes = {warning.code for warning in parse_schedule([("s.toml", text)], now=now).warnings}
    except ScheduleError:
        return "error"
    assert len(codes) <= 1
    return codes.pop() if codes else None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("start daily 20:00", "stop daily 20:00"),
        ("start weekdays 20:00", "stop mon, tue, wed, thu, fri 20:00"),
        ("start weekdays 07:00 and 20:00", "hibernate mon-fri 20:00"),
        ("start cron '0 20 * * *'", "stop at 20:00"),
        ("stop cron '0 20 * * *'", "start cron '00 20 1-31 * *'"),
        ("start 2026-12-24 20:00", "stop 2026-12-24 20:00"),
        ("start at 20:00 in Asia/Shanghai", "stop at 20:00 in Asia/Shanghai"),
        ("start 20:00 during march", "stop 20:00 during march"),
        ("start 20:00 from 2026-12-01 until 2026-12-31", "stop 2026-12-01..2026-12-31 20:00"),
        ("start 20:00 except weekends", "stop weekdays 20:00"),
    ],
)
def test_opposite_actions_that_meet_on_every_date_are_an_error(one: str, other: str) -> None:
    """However the same dates are written: one of the two could never have its way."""
    assert judged(one, other) == "error"
    assert judged(other, one) == "error"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("start weekdays 20:00", "stop at 20:00"),
        ("start at 20:00", "stop 2026-12-24 20:00"),
        ("start monday 20:00", "hibernate day 1 20:00"),
        ("start at 20:00 from 2026-12-01", "stop at 20:00"),
        ("start at 20:00", "stop at 20:00 during december"),
    ],
)
def test_opposite_actions_that_meet_on_some_dates_are_a_warning(one: str, other: str) -> None:
    """The later wall time wins, at the same wall time the start (protocol 1.6)."""
    assert judged(one, other) == "opposite-some-dates"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("stop at 20:00", "stop weekdays 20:00 HARD"),
        ("reboot sunday 04:00", "reboot at 04:00"),
        ("stop at 20:00", "hibernate at 20:00"),
    ],
)
def test_actions_of_which_one_wins_are_a_warning(one: str, other: str) -> None:
    """The same action twice, or stop and hibernate (protocol 1.5, 1.6)."""
    assert judged(one, other) == "same-instant"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("start weekdays 20:00", "stop weekends 20:00"),
        ("start at 07:30", "stop at 20:00"),
        ("start at 20:00", "stop at 20:00 in Asia/Shanghai"),
        ("start at 04:00", "reboot at 04:00"),
        ("start at 20:00 until 2026-11-30", "stop at 20:00 from 2026-12-01"),
    ],
)
def test_policies_that_never_meet_are_in_order(one: str, other: str) -> None:
    """Other dates, other times, other zones, or a reboot beside a word."""
    assert judged(one, other, now=NOW) is None


def test_meetings_across_zones_are_a_warning_within_the_coming_year() -> None:
    """They depend on zone data, so they never decide validity, and are looked for only where there is a clock."""
    assert judged("start at 20:00", "stop at 19:00 in UTC", now=NOW) == "opposite-some-dates"
    assert judged("start at 20:00", "stop at 19:00 in UTC") is None
    assert judged("stop at 20:00", "stop at 20:00 in Europe/Paris", now=NOW) == "same-instant"
    assert judged("stop at 20:00", "reboot at 20:00 in Europe/Paris", now=NOW) is None


def test_three_policies_are_compared_with_each_other() -> None:
    """Across zones each rule is asked once."""
    assert (
        judged("stop at 20:00", "stop at 20:00 in Europe/Paris", "stop at 20:00 in Europe/Rome", now=NOW)
        == "same-instant"
    )


def first_error(text: str) -> Finding:
    """The only finding of an invalid file."""
    with pytest.raises(ScheduleError) as raised:
        parse_schedule([("s.toml", text)])
    (finding,) = raised.value.findings
    return finding


def test_a_meeting_is_told_at_the_later_policy_and_names_the_other() -> None:
    """Schedules as listed, then the pool's own; the pool is named too."""
    finding = first_error(
        'timezone = "UTC"\n[schedules.office]\npolicies = ["stop 20:00"]\n'
        '[pools.a]\nschedule = "office"\npolicies = ["start daily 20:00"]\n'
    )
    assert (finding.line, finding.column) == (6, 13)
    expected = (
        'on every date it meets its opposite at the same time: "stop at 20:00" (schedule office #1), in the pool "a"'
    )
    assert finding.message == expected
    assert finding.hint == "take one of them away, or give it another time"


def test_a_meeting_inside_a_shared_schedule_is_told_once() -> None:
    """However many pools have it."""
    pools = "".join(f'[pools.p{number}]\nschedule = "s"\n' for number in range(5))
    finding = first_error(f'[schedules.s]\npolicies = ["stop 20:00", "start 20:00"]\n{pools}')
    assert finding.line == 2


def test_a_meeting_is_judged_by_each_pools_own_zone() -> None:
    """Two zones that a pool and its schedule's policies have are compared as they are in force."""
    text = 'timezone = "UTC"\n[pools.a]\ntimezone = "Asia/Shanghai"\npolicies = ["stop 20:00 in UTC", "start 20:00"]\n'
    assert parse_schedule([("s.toml", text)]).warnings == ()


def test_what_was_found_for_one_pool_holds_for_others_with_the_same_dates() -> None:
    """Each has its own warning, at its own times."""
    pools = "".join(
        f'[pools.p{hour}]\npolicies = ["start weekdays {hour}:00", "stop {hour}:00"]\n' for hour in (20, 21)
    )
    warnings = parse_schedule([("s.toml", f'timezone = "UTC"\n{pools}')]).warnings
    assert [warning.line for warning in warnings] == [3, 5]
