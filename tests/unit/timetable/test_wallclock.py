from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daemon.timetable.wallclock import date_exists, instant_of, passes, steady_offset


def wall(text: str) -> datetime:
    """A naive wall time."""
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown", "instant"),
    [
        ("Europe/Berlin", "2026-07-01T20:00", "2026-07-01T18:00"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:59:59", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),
        ("America/Sao_Paulo", "2018-11-04T00:30", "2018-11-04T03:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("America/Toronto", "1919-03-30T23:45", "1919-03-31T04:30"),
    ],
)
def test_a_wall_time_inside_a_gap_is_the_first_instant_after_it(zone: str, shown: str, instant: str) -> None:
    """Gaps at night, at midnight, of half an hour, and one that begins before midnight."""
    assert instant_of(wall(shown), ZoneInfo(zone)) == utc(instant)


@pytest.mark.parametrize(
    ("zone", "shown", "first", "second"),
    [
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "2026-04-04T15:15"),
        ("America/Havana", "2026-11-01T00:30", "2026-11-01T04:30", "2026-11-01T05:30"),
    ],
)
def test_a_repeated_wall_time_is_the_first(zone: str, shown: str, first: str, second: str) -> None:
    """The first showing counts; both are known."""
    assert instant_of(wall(shown), ZoneInfo(zone)) == utc(first)
    assert passes(wall(shown), ZoneInfo(zone)) == (utc(first), utc(second))


def test_a_gap_is_shown_by_no_instant() -> None:
    """No clock of the zone ever shows a wall time inside a gap, and an ordinary one once."""
    berlin = ZoneInfo("Europe/Berlin")
    assert passes(wall("2026-03-29T02:30"), berlin) == ()
    assert passes(wall("2026-03-29T03:00"), berlin) == (utc("2026-03-29T01:00"),)


def test_a_vanished_date_does_not_exist() -> None:
    """Samoa had no 2011-12-30, Kwajalein no 1993-08-21; a gap at midnight takes no date away."""
    assert not date_exists(date(2011, 12, 30), ZoneInfo("Pacific/Apia"))
    assert not date_exists(date(1993, 8, 21), ZoneInfo("Pacific/Kwajalein"))
    assert date_exists(date(2011, 12, 29), ZoneInfo("Pacific/Apia"))
    assert date_exists(date(2018, 11, 4), ZoneInfo("America/Sao_Paulo"))
    assert date_exists(date(1919, 3, 30), ZoneInfo("America/Toronto"))


def test_the_offset_is_steady_except_around_a_jump() -> None:
    """A date that a jump touches, before or behind midnight, has no steady offset; every other date has one."""
    assert steady_offset(date(2026, 7, 1), ZoneInfo("Europe/Berlin")) == timedelta(hours=2)
    assert steady_offset(date(2026, 3, 29), ZoneInfo("Europe/Berlin")) is None
    assert steady_offset(date(2026, 10, 31), ZoneInfo("America/Havana")) == timedelta(hours=-4)
    assert steady_offset(date(2026, 11, 1), ZoneInfo("America/Havana")) is None
    assert steady_offset(date(1919, 3, 30), ZoneInfo("America/Toronto")) is None
    assert steady_offset(date(1919, 3, 31), ZoneInfo("America/Toronto")) is None
