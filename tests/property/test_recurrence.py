"""Recurrence against a brute-force scan of what the zone's clock shows, minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.timetable.recurrence.cron import Cron, read_cron
from daemon.timetable.recurrence.days import LAST, EveryDay, MonthDays, Nth, Shifted, Weekdays, YearDay, YearSpan
from daemon.timetable.recurrence.rule import Rule
from daemon.timetable.recurrence.times import OnDays, time_text
from daemon.timetable.recurrence.year import dates_of

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

NIGHTS = [
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
    ("America/Santiago", date(2026, 4, 5)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
]
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
PLACES = st.sampled_from(NIGHTS) | st.tuples(st.sampled_from(ZONES), st.dates(date(1973, 1, 1), date(2060, 1, 1)))
TIMES = st.sets(
    st.builds(time, st.sampled_from([0, 1, 2, 3, 12, 22, 23]), st.sampled_from([0, 15, 30, 45, 59])),
    min_size=1,
    max_size=4,
)
CRONS = st.tuples(
    st.sampled_from(["0", "*/30", "15,45"]),
    st.sampled_from(["*", "*/2", "0,1,2,23", "22-23"]),
    st.sampled_from(["*", "*/2", "4,25,29"]),
    st.just("*"),
    st.sampled_from(["*", "0", "7", "1-5", "sat"]),
).map(lambda fields: read_cron(" ".join(fields)))


def scan(when: OnDays | Cron, zone: ZoneInfo, first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    """Every wall time that is due, by the words of the contract: walk the minutes and look at the clock.

    A wall time is due when the clock first shows it; where the clock jumps over it, when the clock comes out of the
    jump, unless it jumps over the whole date or real hours count; where real hours count, at every showing.
    """
    due = []
    seen: set[datetime] = set()
    wanted = set(when.times)
    walls = [
        (first + count * MINUTE, naive(first + count * MINUTE, zone)) for count in range((last - first) // MINUTE + 1)
    ]
    for (_, before), (at, wall) in pairwise(walls):
        jumped = [before + count * MINUTE for count in range(1, (wall - before) // MINUTE)]
        whole = {day.date() for day in jumped if day.time() == time(0)} & {
            day.date() for day in jumped if day.time() == time(23, 59)
        }
        missed = [skipped for skipped in jumped if skipped.date() not in whole and not when.is_elapsed]
        due += [
            (at, identity(skipped)) for skipped in missed if skipped.time() in wanted and called(when, skipped.date())
        ]
        if wall.time() in wanted and called(when, wall.date()):
            if wall not in seen:
                due.append((at, identity(wall)))
            elif when.is_elapsed:
                due.append((at, identity(wall) + "/2"))
        seen.add(wall)
    return due


def naive(at: datetime, zone: ZoneInfo) -> datetime:
    """What the zone's clock shows."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def identity(wall: datetime) -> str:
    """How the ledger names a wall time."""
    return f"{wall.date().isoformat()}T{time_text(wall.time())}"


def called(when: OnDays | Cron, day: date) -> bool:
    """True where the days name a date."""
    if isinstance(when, Cron):
        return cron_matches(when, day)
    return day in set(dates_of(when.days.mask(day.year), day.year))


def cron_matches(cron: Cron, day: date) -> bool:
    """crontab(5) by the letter, for the few forms generated here."""
    _, _, dom, _, dow = cron.expression.split()
    by_month = {"*": True, "*/2": day.day % 2 == 1}.get(dom, str(day.day) in dom.split(","))
    by_week = {"*": True, "0": day.isoweekday() == 7, "7": day.isoweekday() == 7, "1-5": day.isoweekday() <= 5}.get(
        dow, day.isoweekday() == 6
    )
    return by_month and by_week if dom.startswith("*") or dow == "*" else by_month or by_week


@given(
    PLACES,
    st.builds(
        OnDays,
        st.just(EveryDay()) | st.sets(st.integers(0, 6), min_size=3).map(frozenset).map(Weekdays),
        TIMES.map(sorted).map(tuple),
    )
    | CRONS,
)
@settings(max_examples=50, deadline=None)
@example(("Pacific/Apia", date(2011, 12, 30)), OnDays(EveryDay(), (time(0), time(12), time(23, 59))))
@example(("America/Sao_Paulo", date(2018, 11, 4)), OnDays(EveryDay(), (time(0), time(0, 30), time(1))))
@example(("America/Scoresbysund", date(2026, 3, 29)), OnDays(EveryDay(), (time(0), time(0, 30), time(23, 30))))
@example(("America/Havana", date(2026, 11, 1)), read_cron("*/30 * * * *"))
@example(("America/Santiago", date(2026, 4, 5)), read_cron("*/30 * * * *"))
def test_a_rule_agrees_with_a_scan_of_every_minute(place: tuple[str, date], when: OnDays | Cron) -> None:
    """Over three days around a jump of the clock, each wall time of each date is due exactly when it must be."""
    name, night = place
    middle = datetime(night.year, night.month, night.day, 12, tzinfo=UTC)
    first, last = middle - 1.25 * DAY, middle + 1.25 * DAY
    found = [(moment.at, moment.wall) for moment in Rule(when, name).between(first, last)]
    expected = scan(when, ZoneInfo(name), first - DAY, last)
    assert found == [(at, wall) for at, wall in expected if at > first]


DAYS = st.one_of(
    st.sets(st.integers(0, 6), min_size=1).map(frozenset).map(Weekdays),
    st.sets(st.integers(1, 31), min_size=1, max_size=3).map(frozenset).map(MonthDays),
    st.builds(Nth, st.sampled_from([1, 3, 5, LAST]), st.integers(0, 6)),
    st.sampled_from([YearDay(2, 29), YearDay(12, 31), YearSpan(YearDay(12, 24), YearDay(1, 6))]),
)
INSTANTS = st.datetimes(datetime(1969, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    DAYS | st.builds(Shifted, st.sampled_from([-1, 1]), DAYS),
    st.sampled_from(sorted({name for name, _ in NIGHTS})),
    INSTANTS,
)
@settings(max_examples=50, deadline=None)
def test_next_after_is_the_first_of_what_lies_between(days: Weekdays, zone: str, instant: datetime) -> None:
    """next_after(t) is the first of between(t, …), and nothing lies between the two."""
    rule = Rule(OnDays(days, (time(2, 30),)), zone)
    moment = rule.next_after(instant)
    assert moment is not None
    assert moment.at > instant
    assert list(rule.between(instant, moment.at)) == [moment]
    assert rule.names(moment.wall)


@given(PLACES, CRONS, st.lists(st.integers(0, 4 * 24 * 60), max_size=4))
@settings(max_examples=40, deadline=None)
def test_stretches_that_meet_lose_and_double_nothing(place: tuple[str, date], cron: Cron, cuts: list[int]) -> None:
    """between(a, b] and between(b, c] together are between(a, c], wherever they are cut (protocol 1.2)."""
    name, night = place
    first = datetime(night.year, night.month, night.day, tzinfo=UTC) - 2 * DAY
    rule = Rule(cron, name)
    edges = [first, *sorted(first + cut * MINUTE for cut in cuts), first + 4 * DAY]
    pieces = [moment for left, right in pairwise(edges) for moment in rule.between(left, right)]
    assert pieces == list(rule.between(first, edges[-1]))


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)), DAYS)
@settings(max_examples=50, deadline=None)
def test_the_day_before_holds_where_the_next_date_is_named(day: date, days: Weekdays) -> None:
    """A date is the day before X exactly where the date after it is in X, over every new year too."""
    following = day + DAY
    index, after = day.timetuple().tm_yday - 1, following.timetuple().tm_yday - 1
    assert Shifted(-1, days).mask(day.year) >> index & 1 == days.mask(following.year) >> after & 1
