"""Wall-clock time against a scan of what the zone's clock really shows."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.timetable.wallclock import date_exists, instant_of, passes, steady_offset

STEP = timedelta(minutes=15)
DAY = timedelta(days=1)

JUMPS = [
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 30)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/Havana", date(2026, 11, 1)),
    ("America/Scoresbysund", date(2026, 3, 29)),
    ("Asia/Pyongyang", date(2018, 5, 4)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("America/Toronto", date(1919, 3, 31)),
]
PLACES = st.sampled_from(JUMPS).flatmap(
    lambda place: st.tuples(st.just(place[0]), st.integers(-2, 2).map(lambda days: place[1] + timedelta(days=days)))
) | st.tuples(
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Shanghai", "Asia/Kathmandu", "Pacific/Chatham", "UTC"]),
    st.dates(date(1972, 1, 1), date(2090, 1, 1)),
)


@cache
def shown_around(zone: str, day: date) -> dict[datetime, list[datetime]]:
    """Every quarter of an hour that the zone's clock shows around a date, with the instants at which it does."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - 3 * DAY
    shown: dict[datetime, list[datetime]] = {}
    for count in range(6 * DAY // STEP):
        at = begin + count * STEP
        wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        shown.setdefault(wall, []).append(at)
    return shown


def quarters(day: date) -> list[datetime]:
    """The quarters of an hour of a date, naive."""
    return [datetime(day.year, day.month, day.day) + count * STEP for count in range(DAY // STEP)]  # noqa: DTZ001


@given(PLACES)
@settings(max_examples=60, deadline=None)
@example(("Pacific/Apia", date(2011, 12, 30)))
@example(("America/Sao_Paulo", date(2018, 11, 4)))
@example(("Australia/Lord_Howe", date(2026, 4, 5)))
def test_a_wall_time_is_its_first_showing_or_the_end_of_its_gap(place: tuple[str, date]) -> None:
    """Shown: the first showing. Not shown: the first instant at which the clock shows something later."""
    zone, day = place
    shown = shown_around(*place)
    ordered = sorted(shown)
    for wall in quarters(day):
        shown_next = ordered[bisect_left(ordered, wall)]
        assert instant_of(wall, ZoneInfo(zone)) == shown[shown_next][0]
        assert list(passes(wall, ZoneInfo(zone))) == shown.get(wall, [])


@given(PLACES)
@settings(max_examples=60, deadline=None)
def test_the_order_of_wall_times_is_kept(place: tuple[str, date]) -> None:
    """Later wall times are never due earlier, over three days."""
    zone, day = place
    walls = [wall for shift in (-1, 0, 1) for wall in quarters(day + shift * DAY)]
    instants = [instant_of(wall, ZoneInfo(zone)) for wall in walls]
    assert instants == sorted(instants)


@given(PLACES)
@settings(max_examples=60, deadline=None)
@example(("Pacific/Kwajalein", date(1993, 8, 21)))
def test_a_date_exists_where_the_clock_ever_shows_it(place: tuple[str, date]) -> None:
    """A date that no instant has is one that does not exist."""
    zone, day = place
    assert date_exists(day, ZoneInfo(zone)) == any(wall.date() == day for wall in shown_around(*place))


@given(PLACES)
@settings(max_examples=60, deadline=None)
def test_a_steady_offset_turns_every_wall_time_into_its_only_instant(place: tuple[str, date]) -> None:
    """Where an offset is called steady, subtracting it is right for the whole date."""
    zone, day = place
    offset = steady_offset(day, ZoneInfo(zone))
    for wall in quarters(day):
        if offset is not None:
            assert passes(wall, ZoneInfo(zone)) == (wall.replace(tzinfo=UTC) - offset,)
