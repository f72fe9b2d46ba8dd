"""Every zone of tzdata, every jump of its clock from 1970 to 2037: what is due around it, against the clock itself."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

import pytest

from daemon.timetable.recurrence.cron import read_cron
from daemon.timetable.recurrence.days import EveryDay
from daemon.timetable.recurrence.rule import Rule
from daemon.timetable.recurrence.times import OnDays, time_text

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FIRST, LAST = datetime(1970, 1, 3, tzinfo=UTC), datetime(2037, 12, 29, tzinfo=UTC)
STEP = 30 * MINUTE
TIMES = tuple(time(hour, minute) for hour in (0, 1, 2, 3, 4, 12, 22, 23) for minute in (0, 15, 30, 59))
SHARDS = 16


def zones() -> list[str]:
    """One name for each set of rules: the many links of tzdata say the same again."""
    root = resources.files("tzdata") / "zoneinfo"
    by_rules: dict[str, str] = {}
    for name in sorted(available_timezones() - {"localtime", "Factory"}):
        file = root.joinpath(*name.split("/"))
        by_rules.setdefault(hashlib.sha256(file.read_bytes()).hexdigest(), name)
    return sorted(by_rules.values())


ZONES = zones()


def jumps(zone: ZoneInfo) -> list[datetime]:
    """The instants of every change of the zone's offset, to the second."""
    found = []
    at, before = FIRST, FIRST.astimezone(zone).utcoffset()
    while at < LAST:
        following = at + DAY
        after = following.astimezone(zone).utcoffset()
        if after != before:
            found.append(_exact(at, following, zone))
        at, before = following, after
    return found


def _exact(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    start = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == start else (low, middle)
    return high


@cache
def shown(zone: ZoneInfo, jump: datetime) -> tuple[list[datetime], list[datetime]]:
    """Wall times and the instants at which the clock first shows them, by minutes, three days around a jump.

    Wall times ascend: what is shown again after a jump back has its first showing only.
    """
    walls: list[datetime] = []
    instants: list[datetime] = []
    at = jump.replace(second=0) - 3 * DAY
    for _ in range(6 * DAY // MINUTE):
        wall = at.astimezone(zone).replace(tzinfo=None, fold=0)
        if not walls or wall > walls[-1]:
            walls.append(wall)
            instants.append(at)
        at += MINUTE
    return walls, instants


def expected(zone: ZoneInfo, jump: datetime, wall: datetime) -> datetime:
    """When a wall time is due: its first showing, or the first instant after the gap that swallows it."""
    walls, instants = shown(zone, jump)
    index = bisect_left(walls, wall)
    if walls[index] == wall:
        return instants[index]
    return min(instants[index], jump) if instants[index - 1] < jump else instants[index]


def is_swallowed(zone: ZoneInfo, jump: datetime, day: date) -> bool:
    """Whether the clock never shows any minute of a date."""
    walls, _ = shown(zone, jump)
    midnight = datetime.combine(day, time())
    return walls[bisect_left(walls, midnight)] >= midnight + DAY


@pytest.mark.parametrize("shard", range(SHARDS))
def test_each_wall_time_of_each_local_date_is_due_once_and_in_order(shard: int) -> None:
    """Around every jump of every zone: once, never skipped, never doubled, the order of wall times kept."""
    looked_at = 0
    for name in ZONES[shard::SHARDS]:
        zone = ZoneInfo(name)
        rule = Rule(OnDays(EveryDay(), TIMES), name)
        for jump in jumps(zone):
            if jump.second or (jump.astimezone(zone).utcoffset() or timedelta()).seconds % 60:
                continue  # local mean time: the clock does not show whole minutes
            days = [(jump.astimezone(zone) + shift * DAY).date() for shift in (-1, 0, 1)]
            days = sorted({*days, (jump - timedelta(seconds=1)).astimezone(zone).date()})
            moments = list(rule.between(jump - 3 * DAY, jump + 3 * DAY))
            found = {moment.wall: moment.at for moment in moments}
            assert len(found) == len(moments), (name, jump)
            assert [moment.at for moment in moments] == sorted(moment.at for moment in moments), (name, jump)
            for day in days:
                if is_swallowed(zone, jump, day):
                    assert not any(wall.startswith(day.isoformat()) for wall in found), (name, day)
                    continue
                for at in TIMES:
                    wall = f"{day.isoformat()}T{time_text(at)}"
                    assert found.get(wall) == expected(zone, jump, datetime.combine(day, at)), (name, jump, wall)
                    looked_at += 1
            shown.cache_clear()
    assert looked_at > 1_000


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_cron_of_real_hours_is_due_at_every_showing(shard: int) -> None:
    """Where the hour field begins with a star the clock's second pass counts too, and a gap is not made up for."""
    when = read_cron("*/30 * * * *")
    for name in ZONES[shard::SHARDS]:
        zone = ZoneInfo(name)
        rule = Rule(when, name)
        for jump in jumps(zone)[-12:]:
            around = (jump - DAY, jump + DAY)
            if any((at.astimezone(zone).utcoffset() or timedelta()).seconds % 60 for at in around):
                continue  # local mean time: the clock does not show whole minutes
            first, last = jump.replace(second=0) - DAY, jump.replace(second=0) + DAY
            minutes = (first + count * MINUTE for count in range(1, (last - first) // MINUTE + 1))
            shows = [at for at in minutes if at.astimezone(zone).minute % 30 == 0]
            assert [moment.at for moment in rule.between(first, last)] == shows, (name, jump)
