from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from daemon.timetable.language import parse_policy
from daemon.timetable.recurrence import Rule, rule_of
from daemon.timetable.recurrence.rule import LAST_INSTANT

BERLIN = "Europe/Berlin"


def rule(sentence: str, zone: str = BERLIN) -> Rule:
    """When a sentence is due."""
    return rule_of(parse_policy(sentence), zone)


def utc(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def walls(sentence: str, after: str, until: str, zone: str = BERLIN) -> list[str]:
    """The identities of what is due."""
    return [moment.wall for moment in rule(sentence, zone).between(utc(after), utc(until))]


def test_a_moment_has_its_instant_its_identity_and_its_local_time() -> None:
    """The three faces of one occurrence."""
    moment = rule("stop at 20:00").next_after(utc("2026-11-23T12:00"))
    assert moment is not None
    assert moment.at == utc("2026-11-23T19:00")
    assert moment.wall == "2026-11-23T20:00"
    assert moment.local.isoformat() == "2026-11-23T20:00:00+01:00"
    assert moment.local.tzinfo == ZoneInfo(BERLIN)


def test_after_is_outside_and_until_is_inside() -> None:
    """After < at <= until (protocol 1.2)."""
    assert walls("stop at 20:00", "2026-11-23T19:00", "2026-11-24T19:00") == ["2026-11-24T20:00"]


def test_seconds_are_part_of_the_identity_where_there_are_some() -> None:
    """Sub-minute times are named to the second."""
    assert walls("stop 20:00:30", "2026-11-23T00:00", "2026-11-24T00:00") == ["2026-11-23T20:00:30"]


def test_the_zone_decides_the_date() -> None:
    """A Monday in Shanghai begins on Sunday in UTC; the policy's own zone wins over the one given."""
    assert walls("stop monday 01:00", "2026-11-22T00:00", "2026-11-24T00:00", "Asia/Shanghai") == ["2026-11-23T01:00"]
    moment = rule("stop monday 01:00 in Asia/Shanghai").next_after(utc("2026-11-22T00:00"))
    assert moment is not None
    assert moment.at == utc("2026-11-22T17:00")


def test_the_second_pass_of_a_repeated_hour_is_only_due_for_real_hours() -> None:
    """A wall time is due once; a wildcard hour is due in both passes, the second marked (protocol 3.2)."""
    night = ("2026-10-24T23:30", "2026-10-25T02:30")
    assert walls("reboot 02:30", *night) == ["2026-10-25T02:30"]
    assert walls("reboot cron '30 2 * * *'", *night) == ["2026-10-25T02:30"]
    assert walls("reboot cron '30 * * * *'", *night) == [
        "2026-10-25T02:30",
        "2026-10-25T02:30/2",
        "2026-10-25T03:30",
    ]


def test_what_falls_into_a_gap_is_due_behind_it_unless_real_hours_count() -> None:
    """Two wall times of one gap meet at its end, each with its own identity; a wildcard hour makes nothing up."""
    night = (utc("2026-03-29T00:00"), utc("2026-03-29T02:00"))
    assert [moment.wall for moment in rule("reboot 02:15, 02:45").between(*night)] == [
        "2026-03-29T02:15",
        "2026-03-29T02:45",
    ]
    assert {moment.at for moment in rule("reboot 02:15, 02:45").between(*night)} == {utc("2026-03-29T01:00")}
    assert {moment.local.isoformat() for moment in rule("reboot 02:15").between(*night)} == {
        "2026-03-29T03:00:00+02:00"
    }
    assert walls("reboot cron '15 * * * *'", "2026-03-29T00:00", "2026-03-29T02:00") == [
        "2026-03-29T01:15",
        "2026-03-29T03:15",
    ]


def test_a_vanished_date_has_no_occurrences_and_the_day_before_it_has() -> None:
    """Samoa skipped 2011-12-30; the day before goes by the calendar, not by the zone's clock."""
    week = ("2011-12-28T12:00", "2012-01-01T12:00", "Pacific/Apia")
    assert walls("stop 00:00", *week) == [
        "2011-12-29T00:00",
        "2011-12-31T00:00",
        "2012-01-01T00:00",
        "2012-01-02T00:00",
    ]
    assert walls("stop 2011-12-30 00:00", *week) == []
    assert walls("stop the day before 2011-12-30 00:00", *week) == ["2011-12-29T00:00"]
    assert walls("stop the day after 2011-12-29 00:00", *week) == []
    assert rule("stop 2011-12-30 00:00", "Pacific/Apia").next_after(utc("2011-01-01T00:00")) is None


def test_limits_and_exceptions_narrow_the_days() -> None:
    """during, except, from and until by local date, the bounds inclusive."""
    sentence = "stop fri-sun 20:00 during december except december 25 from 2026-12-05 until 2026-12-26"
    assert walls(sentence, "2026-01-01T00:00", "2028-01-01T00:00") == [
        f"2026-12-{day:02}T20:00" for day in (5, 6, 11, 12, 13, 18, 19, 20, 26)
    ]


@pytest.mark.parametrize(
    ("sentence", "after", "expected"),
    [
        ("stop february 29 20:00", "2096-03-01T00:00", "2104-02-29T20:00"),
        ("stop at 20:00 from 2031-05-01", "2026-01-01T00:00", "2031-05-01T20:00"),
        ("stop 2020-01-01 20:00", "2026-01-01T00:00", None),
        ("stop at 20:00 until 2020-01-01", "2026-01-01T00:00", None),
        ("stop at 20:00 from 9999-01-01", "2026-01-01T00:00", None),
        ("stop 0001-01-01..9999-12-31 20:00", "0001-01-01T00:00", "1970-01-01T20:00"),
        ("stop day 31 20:00 during february", "2026-01-01T00:00", None),
        ("stop at 20:00", "9999-12-31T23:59", None),
        ("stop at 20:00", "2199-12-30T20:00", None),
    ],
)
def test_the_next_moment_of_a_sparse_rule_is_found_or_there_is_none(
    sentence: str, after: str, expected: str | None
) -> None:
    """The search jumps over empty years, ends with the calendar's last year, and never overflows."""
    moment = rule(sentence).next_after(utc(after))
    assert (moment and moment.wall) == expected


def test_nothing_lies_in_an_empty_or_reversed_stretch() -> None:
    """between(a, a] is empty, and so is a stretch that ends before it begins."""
    assert walls("stop at 20:00", "2026-11-23T19:00", "2026-11-23T19:00") == []
    assert walls("stop at 20:00", "2026-11-24T19:00", "2026-11-23T19:00") == []
    assert list(rule("stop at 20:00").between(LAST_INSTANT, LAST_INSTANT + timedelta(days=9))) == []


def test_a_repeated_stretch_at_the_very_end_is_not_lost() -> None:
    """A rule whose last date is one on which the clock jumps gives its moments too."""
    assert walls("reboot cron '30 * * * *' until 2026-10-25", "2026-10-25T22:00", "2026-10-27T00:00") == [
        "2026-10-25T23:30"
    ]


def test_equal_policies_share_one_rule() -> None:
    """Whoever holds many pools asks each rule once."""
    assert rule("stop at 20:00") is rule("STOP daily 20:00, HARD spread 5m")
    assert rule("stop at 20:00") is rule("start at 20:00 in Europe/Berlin", "UTC")
    assert rule("stop at 20:00") != rule("stop at 20:00", "UTC")


@pytest.mark.parametrize(
    ("sentence", "wall", "is_named"),
    [
        ("stop at 20:00", "2026-11-23T20:00", True),
        ("stop at 20:00", "2026-11-23T20:00/2", False),
        ("stop at 20:00", "2026-11-23T20:01", False),
        ("stop at 20:00:30", "2026-11-23T20:00:30", True),
        ("stop weekends 20:00", "2026-11-23T20:00", False),
        ("stop at 20:00 until 2026-11-22", "2026-11-23T20:00", False),
        ("stop at 20:00", "1969-11-23T20:00", False),
        ("stop at 20:00", "2200-11-23T20:00", False),
        ("stop at 20:00", "yesterday", False),
        ("stop at 02:30", "2026-03-29T02:30", True),
        ("stop at 02:30", "2026-10-25T02:30/2", False),
        ("stop cron '30 * * * *'", "2026-03-29T02:30", False),
        ("stop cron '30 * * * *'", "2026-10-25T02:30/2", True),
        ("stop cron '30 * * * *'", "2026-10-24T02:30/2", False),
        ("stop at 12:00 in Pacific/Apia", "2011-12-30T12:00", False),
        ("stop at 12:00 in Pacific/Apia", "2011-12-31T12:00", True),
    ],
)
def test_a_rule_knows_the_wall_times_that_it_calls_for(sentence: str, wall: str, is_named: bool) -> None:
    """What a version no longer contains is told by local date and wall time (protocol 3.1 and 3.2)."""
    assert rule(sentence).names(wall) is is_named


def test_dates_are_those_that_the_rule_names_even_where_the_zone_skips_them() -> None:
    """A check can tell a vanished date from a date that nobody named."""
    dates = rule("stop 2011-12-29..2011-12-31 20:00", "Pacific/Apia").dates(date(2011, 12, 30))
    assert list(dates) == [date(2011, 12, 30), date(2011, 12, 31)]


def test_rules_are_values() -> None:
    """Equal rules hash alike, and nothing can be changed."""
    one, other = rule("stop mon, fri 20:00"), rule("stop fri and monday 20:00")
    assert one == other
    assert hash(one) == hash(other)
    with pytest.raises(AttributeError):
        one.zone = "UTC"  # type: ignore[misc]
    assert one.when.times == (time(20),)
