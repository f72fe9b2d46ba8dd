"""Timetables of any pools and policies, against a plain expansion of every policy of every pool."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.timetable.schedulefile import parse_schedule

if TYPE_CHECKING:
    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.recurrence import Moment
    from daemon.timetable.timetable import Timetable

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe")
DAYS = ("", "weekdays", "weekends", "monday", "day 1, 15", "2026-10-25", "last sunday", "2027-03-28..2027-03-30")
TIMES = ("02:15", "02:30", "02:30 and 03:00", "20:00", "19:00", "00:00", "20:00:30")
ACTIONS = ("start", "stop HARD", "stop", "reboot", "hibernate", "stop spread 10m")
# Berlin's clocks go back on the first of these dates, forward around the last.
FIRST = datetime(2026, 10, 24, tzinfo=UTC)
LAST = datetime(2027, 4, 2, tzinfo=UTC)

instants = st.integers(0, int((LAST - FIRST).total_seconds()) // 60).map(
    lambda minutes: FIRST + timedelta(minutes=minutes)
)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """A policy, meetings with others being likely."""
    action, *how = draw(st.sampled_from(ACTIONS)).split(maxsplit=1)
    if draw(st.integers(0, 5)) == 0:
        when = f"cron '{draw(st.sampled_from(('30 2 * * *', '0 * 1 * *', '*/30 2-3 * 3,10 0', '0 20 * * 1-5')))}'"
    else:
        when = f"{draw(st.sampled_from(DAYS))} {draw(st.sampled_from(TIMES))}".strip()
    zone = draw(st.sampled_from(("", *(f"in {zone}" for zone in ZONES))))
    return " ".join(part for part in (action, when, *how, zone) if part)


@st.composite
def timetables(draw: st.DrawFn) -> Timetable:
    """A few pools that share schedules and have policies of their own; invalid ones have their meetings apart."""
    schedules = draw(st.lists(st.lists(sentences(), max_size=3), max_size=3))
    text = [f'timezone = "{draw(st.sampled_from(ZONES))}"']
    text += [f"[schedules.s{number}]\npolicies = {_listed(several)}" for number, several in enumerate(schedules)]
    names = [f"s{number}" for number in range(len(schedules))]
    for number in range(draw(st.integers(1, 4))):
        chosen = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        zone = draw(st.sampled_from(ZONES))
        own = draw(st.lists(sentences(), max_size=3))
        text.append(f'[pools.p{number}]\ntimezone = "{zone}"\nschedule = {_listed(chosen)}\npolicies = {_listed(own)}')
    return _built("\n".join(text))


def _listed(texts: list[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"


def _built(text: str) -> Timetable:
    """Opposites that always meet are an error of the file; here they are wanted, so nothing is judged."""
    from daemon.timetable.schedulefile.assembly import Assembly
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import read_document
    from daemon.timetable.schedulefile.sections import read_sections
    from daemon.timetable.schedulefile.shelf import Shelf

    complaints = Complaints()
    document = read_document([("s.toml", text)], complaints)
    shelf = Shelf({}, document, complaints)
    timetable = Assembly(read_sections(document, complaints), document, complaints, shelf).timetable()
    assert complaints.errors == []
    return timetable


Row = tuple[datetime, str, int, int, str, tuple[str, ...]]


def plain(timetable: Timetable, after: datetime, until: datetime) -> list[Row]:
    """Every policy of every pool by itself, then merged and sorted by the letter of protocol 1.5 and 1.6."""
    groups: dict[tuple[int, str, datetime], list[tuple[str, int, Moment, EffectivePolicy]]] = {}
    for number, policies in enumerate(timetable.policies):
        for order, policy in enumerate(policies):
            for moment in policy.rule.between(after, until):
                claim = (moment.wall, order, moment, policy)
                groups.setdefault((number, policy.action, moment.at), []).append(claim)
    rows = []
    for (number, _, at), claims in groups.items():
        *eclipsed, (wall, _, _, policy) = sorted(claims, key=lambda claim: claim[:2])
        losers = tuple(loser.source for _, _, _, loser in reversed(eclipsed))
        rows.append((at, wall, policy.action.rank, number, policy.source, losers))
    return sorted(rows)


def row(timetable: Timetable, occurrence: Occurrence) -> Row:
    """An occurrence in the terms of the plain expansion."""
    return (
        occurrence.scheduled_at,
        occurrence.wall,
        occurrence.action.rank,
        timetable.pools.index(occurrence.pool),
        occurrence.source,
        tuple(eclipsed.source for eclipsed in occurrence.eclipsed),
    )


@settings(deadline=None)
@given(timetables(), instants, st.integers(0, 20_000))
def test_between_is_the_union_of_every_policy_of_every_pool(
    timetable: Timetable, after: datetime, minutes: int
) -> None:
    """One row for each pool, action and instant, in the order of the protocol (protocol 1.5, 1.6)."""
    until = after + timedelta(minutes=minutes)
    assert [row(timetable, it) for it in timetable.between(after, until)] == plain(timetable, after, until)


@settings(deadline=None)
@given(timetables(), st.lists(instants, min_size=2, max_size=5))
def test_neighbouring_stretches_add_up(timetable: Timetable, several: list[datetime]) -> None:
    """Nothing is lost or doubled where one tick ends and the next begins (protocol 1.2)."""
    bounds = sorted(several)
    bounds = [bounds[0], *(min(bound, bounds[0] + timedelta(days=20)) for bound in bounds[1:])]
    parts = [
        occurrence for after, until in itertools.pairwise(bounds) for occurrence in timetable.between(after, until)
    ]
    assert parts == list(timetable.between(bounds[0], bounds[-1]))


@settings(deadline=None)
@given(timetables(), st.lists(instants, min_size=1, max_size=4))
def test_the_next_instant_is_the_first_of_what_follows(timetable: Timetable, several: list[datetime]) -> None:
    """Whatever was asked before; for all pools and for each."""
    far = LAST + timedelta(days=400)
    for instant in several:
        first = next(timetable.between(instant, far), None)
        assert timetable.next_after(instant) == (first.scheduled_at if first else None)
        for pool in timetable.pools:
            assert timetable.next_for(pool, instant) == next(timetable.only([pool]).between(instant, far), None)


@settings(deadline=None)
@given(timetables(), instants)
def test_a_timetable_calls_for_its_own_occurrences(timetable: Timetable, after: datetime) -> None:
    """What was due by a version is contained in it (protocol 3.1)."""
    for occurrence in timetable.between(after, after + timedelta(days=3)):
        assert timetable.calls_for(occurrence.pool, occurrence.action, occurrence.wall)


@settings(deadline=None)
@given(timetables(), instants)
def test_a_delay_stays_inside_its_spread(timetable: Timetable, after: datetime) -> None:
    """And is nothing where there is none (protocol 1.3)."""
    for occurrence in timetable.between(after, after + timedelta(days=3)):
        spread = timedelta(minutes=10) if "spread" in occurrence.policy else timedelta(microseconds=1)
        assert timedelta(0) <= occurrence.due_at - occurrence.scheduled_at < spread


def test_the_plain_expansion_expands() -> None:
    """The oracle itself is no empty promise."""
    found = parse_schedule([("s.toml", '[pools.a]\npolicies = ["stop 20:00"]\n')]).timetable
    assert len(plain(found, FIRST, FIRST + timedelta(days=3))) == 3
