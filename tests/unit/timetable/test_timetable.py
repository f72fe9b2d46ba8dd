"""What a timetable answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.timetable.actions import Action, ActionType
from daemon.timetable.meeting import delay
from daemon.timetable.pools import Pool
from daemon.timetable.schedulefile import parse_schedule
from daemon.timetable.timetable import SharedPoolIdError

if TYPE_CHECKING:
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.timetable import Timetable

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def table(text: str) -> Timetable:
    """The timetable of a file in UTC unless it says otherwise."""
    return parse_schedule([("s.toml", text)]).timetable


def pool(*policies: str) -> Timetable:
    """The timetable of one pool ``a`` with these policies, in UTC."""
    listed = ", ".join(f'"{policy}"' for policy in policies)
    return table(f'[pools.a]\nid = "1"\npolicies = [{listed}]\n')


def short(occurrence: Occurrence) -> str:
    """``pool action wall``."""
    return f"{occurrence.pool.key} {occurrence.action} {occurrence.wall}"


def test_an_occurrence_says_all_about_what_is_due() -> None:
    """Instants in UTC, the wall time in the policy's zone, and what the policy says of the how."""
    found = table(
        'timezone = "Europe/Berlin"\n[schedules.office]\npolicies = ["stop at 20:00 retry for 1h, catch up 3h"]\n'
        '[pools.a]\nid = "1"\nschedule = "office"\n'
    )
    (occurrence,) = found.between(MONDAY, MONDAY + DAY)
    assert occurrence.pool is found.pools[0]
    assert (occurrence.action, occurrence.type) == (Action.STOP, ActionType.SOFT)
    assert (occurrence.policy, occurrence.source) == ("stop at 20:00 retry for 1h catch up 3h", "schedule office #1")
    assert occurrence.scheduled_at == occurrence.due_at == datetime(2026, 11, 23, 19, tzinfo=UTC)
    assert occurrence.wall == "2026-11-23T20:00"
    assert occurrence.local.isoformat() == "2026-11-23T20:00:00+01:00"
    assert (occurrence.retry_for, occurrence.catch_up) == (timedelta(hours=1), timedelta(hours=3))
    assert occurrence.eclipsed == ()


def test_between_leaves_out_its_start_and_takes_in_its_end() -> None:
    """That is after < scheduled_at <= until (protocol 1.2)."""
    found = pool("stop at 20:00")
    at = datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert [it.scheduled_at for it in found.between(at - DAY, at)] == [at]
    assert list(found.between(at, at)) == []
    assert list(found.between(at, at - DAY)) == []


def test_between_is_lazy() -> None:
    """A year of occurrences is not worked out for the first of them."""
    assert next(pool("stop at 20:00").between(MONDAY, MONDAY + 36500 * DAY)).wall == "2026-11-23T20:00"


def test_occurrences_come_by_instant_then_wall_time_then_action() -> None:
    """Reboot < hibernate < stop < start, whatever the order of the file (protocol 1.6)."""
    found = table("""
[pools.a]
policies = ["start 2026-11-23 20:00", "stop at 20:00", "reboot at 20:00"]
[pools.b]
policies = ["hibernate at 20:00", "start at 21:00 in Europe/Berlin", "stop at 19:59"]
""")
    assert [short(it) for it in found.between(MONDAY, MONDAY + DAY)] == [
        "b stop 2026-11-23T19:59",
        "a reboot 2026-11-23T20:00",
        "b hibernate 2026-11-23T20:00",
        "a stop 2026-11-23T20:00",
        "a start 2026-11-23T20:00",
        "b start 2026-11-23T21:00",
    ]


def test_policies_that_call_for_the_same_become_one_and_the_last_in_order_wins() -> None:
    """Schedules as listed, then the pool's own; the occurrence names all (protocol 1.5)."""
    found = table("""
[schedules.x]
policies = ["stop at 20:00"]
[schedules.y]
policies = ["stop mon-fri 20:00"]
[pools.a]
schedule = ["x", "y"]
policies = ["stop monday 20:00 HARD"]
""")
    (occurrence,) = found.between(MONDAY, MONDAY + DAY)
    assert (occurrence.type, occurrence.source) == (ActionType.HARD, "pool a #1")
    assert [(it.policy, it.source) for it in occurrence.eclipsed] == [
        ("stop weekdays 20:00", "schedule y #1"),
        ("stop at 20:00", "schedule x #1"),
    ]
    assert {it.local for it in occurrence.eclipsed} == {datetime(2026, 11, 23, 20, tzinfo=UTC)}


def test_of_those_that_call_for_the_same_the_later_wall_time_wins_over_the_order() -> None:
    """As where two zones meet (protocol 1.5)."""
    (occurrence,) = pool("stop at 21:00 in Europe/Berlin", "stop at 20:00").between(MONDAY, MONDAY + DAY)
    assert occurrence.wall == "2026-11-23T21:00"
    assert [it.source for it in occurrence.eclipsed] == ["pool a #2"]


def test_wall_times_that_a_gap_brings_together_become_one() -> None:
    """Both are the first instant after the gap; the later wall time wins (protocol 1.5)."""
    found = pool("stop at 02:15 and 02:45 in Europe/Berlin")
    night = datetime(2027, 3, 28, tzinfo=UTC)
    (occurrence,) = found.between(night, night + DAY / 2)
    assert occurrence.scheduled_at == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert occurrence.wall == "2027-03-28T02:45"
    assert len(occurrence.eclipsed) == 1


def test_a_spread_delays_each_pool_by_its_own_time_inside_the_window() -> None:
    """due_at moves, scheduled_at does not (protocol 1.3)."""
    pools = "".join(f'[pools.p{number}]\nid = "{number}"\nschedule = "s"\n' for number in range(200))
    found = list(table(f'[schedules.s]\npolicies = ["stop 20:00 spread 20m"]\n{pools}').between(MONDAY, MONDAY + DAY))
    delays = [it.due_at - it.scheduled_at for it in found]
    assert all(timedelta(0) <= it < timedelta(minutes=20) for it in delays)
    assert {it.microseconds for it in delays} == {0}
    assert len(set(delays)) > 150
    assert len({it.scheduled_at for it in found}) == 1


def test_the_delay_of_a_pool_never_changes() -> None:
    """It depends on project and id alone: other processes and later versions find the same."""
    assert delay("default\0a130ab3a-72bf-4b71-baa9-af4987c8e338", timedelta(minutes=20)) == timedelta(seconds=1023)
    assert delay("default\0lab", timedelta(minutes=20)) == timedelta(seconds=746)
    assert delay("default\0lab", timedelta(0)) == timedelta(0)


def test_the_delay_does_not_move_when_the_id_is_looked_up() -> None:
    """What `plan` says without the cloud is what the daemon does."""
    found = table('[pools.a]\npolicies = ["stop 20:00 spread 20m", "stop 2026-11-23 20:00 spread 20m"]\n')
    (before,) = found.between(MONDAY, MONDAY + DAY)
    (after,) = found.with_pool_ids({("default", "a"): "1"}).between(MONDAY, MONDAY + DAY)
    assert before.due_at == after.due_at
    assert before.eclipsed[0].due_at == before.due_at
    assert before.due_at > before.scheduled_at


def test_the_next_instant_is_that_of_any_pool() -> None:
    """Strictly later than the one asked about; None where nothing will be due."""
    found = table('[pools.a]\npolicies = ["stop at 20:00"]\n[pools.b]\npolicies = ["start at 07:30"]\n')
    morning, evening = MONDAY + timedelta(hours=7.5), MONDAY + timedelta(hours=20)
    assert found.next_after(MONDAY) == morning
    assert found.next_after(morning) == evening
    assert found.next_after(morning - timedelta(seconds=1)) == morning
    assert found.next_after(evening) == morning + DAY
    assert pool("stop 2020-01-01 20:00").next_after(MONDAY) is None
    assert pool("stop 2020-01-01 20:00").next_after(MONDAY) is None


def test_what_was_remembered_does_not_change_the_answers() -> None:
    """Asked forwards, backwards and again, the answers are the same."""
    found = pool("stop at 20:00", "start weekdays 07:30", "reboot 2026-11-24 04:00")
    instants = [MONDAY + timedelta(hours=hours) for hours in (30, 0, 60, 20, 20, 5, 90)]
    fresh = [pool("stop at 20:00", "start weekdays 07:30", "reboot 2026-11-24 04:00").next_after(at) for at in instants]
    assert [found.next_after(at) for at in instants] == fresh


def test_the_next_of_one_pool_is_its_own() -> None:
    """The first where there are several; None for a pool that has none or is unknown."""
    found = table("""
[pools.a]
policies = [
  "stop at 20:00", "start 2026-11-23 20:00", "stop 2026-11-22..2026-11-23 20:00 HARD", "stop 2020-01-01 20:00"
]
[pools.b]
policies = ["start at 07:30"]
[pools.c]
""")
    a, b, c = found.pools
    occurrence = found.next_for(a, MONDAY)
    assert occurrence == next(it for it in found.between(MONDAY, MONDAY + DAY) if it.pool is a)
    assert occurrence is not None
    assert occurrence.source == "pool a #3"
    assert short(found.next_for(b, MONDAY) or occurrence) == "b start 2026-11-23T07:30"
    assert found.next_for(c, MONDAY) is None
    assert found.next_for(Pool("default", "x", None, "x"), MONDAY) is None


def test_a_timetable_tells_whether_it_calls_for_an_action_at_a_wall_time() -> None:
    """Same pool, action, local date and wall time (protocol 3.1)."""
    found = pool("stop weekdays 20:00", "start weekdays 07:30")
    a = found.pools[0]
    assert found.calls_for(a, Action.STOP, "2026-11-23T20:00")
    assert not found.calls_for(a, Action.START, "2026-11-23T20:00")
    assert not found.calls_for(a, Action.STOP, "2026-11-22T20:00")
    assert not found.calls_for(a, Action.STOP, "2026-11-23T20:01")
    assert not found.calls_for(Pool("other", "a", None, "a"), Action.STOP, "2026-11-23T20:00")


def test_a_pool_is_found_by_project_and_key() -> None:
    """None where there is none."""
    found = pool()
    assert found.pool("default", "a") is found.pools[0]
    assert found.pool("other", "a") is None


def test_a_pool_of_another_version_is_the_same_by_its_id_or_else_its_key() -> None:
    """A pool that was renamed stays the same, one whose id changed does not (protocol 3.5)."""
    found = table('[pools.a]\nid = "1"\n[pools.b]\n')
    a, b = found.pools
    assert found.find(Pool("default", "renamed", "1", "x")) is a
    assert found.find(Pool("default", "a", "2", "x")) is None
    assert found.find(Pool("default", "a", None, "x")) is a
    assert found.find(Pool("default", "b", "3", "x")) is b
    assert found.find(Pool("default", "c", "3", "x")) is None
    assert found.find(Pool("other", "a", "1", "x")) is None


def test_ids_that_were_looked_up_are_taken_over() -> None:
    """Pools that are not among them stay as they are, and so does the timetable that was asked."""
    found = table('[pools.a]\npolicies = ["stop at 20:00"]\n[pools.b]\n')
    other = found.with_pool_ids({("default", "a"): "1", ("default", "x"): "2"})
    assert [it.pool_id for it in other.pools] == ["1", None]
    assert [it.pool_id for it in found.pools] == [None, None]
    assert next(other.between(MONDAY, MONDAY + DAY)).pool.pool_id == "1"


def test_two_names_of_one_pool_of_the_cloud_are_refused() -> None:
    """The error names them; the same id in another project is another pool."""
    found = table('[projects.p]\n[pools.a]\nid = "1"\n[pools.b]\n[pools.c]\nproject = "p"\n')
    with pytest.raises(SharedPoolIdError, match='the pools "a" and "b" are one pool of the cloud: 1') as raised:
        found.with_pool_ids({("default", "b"): "1"})
    assert [it.key for it in raised.value.pools] == ["a", "b"]
    assert found.with_pool_ids({("p", "c"): "1"}).pools[2].pool_id == "1"


def test_a_timetable_can_be_cut_down_to_some_pools() -> None:
    """Their occurrences are the same as before."""
    found = table(
        '[pools.a]\npolicies = ["stop at 20:00 spread 5m"]\n[pools.b]\npolicies = ["stop at 20:00 spread 5m"]\n'
    )
    only = found.only([found.pools[1]])
    assert list(only.between(MONDAY, MONDAY + DAY)) == [
        it for it in found.between(MONDAY, MONDAY + DAY) if it.pool is found.pools[1]
    ]


def test_two_threads_can_ask_one_timetable() -> None:
    """The event loop and the ledger's writer do."""
    found = pool("stop at 20:00", "start weekdays 07:30", "reboot sunday 04:00")
    expected = list(
        pool("stop at 20:00", "start weekdays 07:30", "reboot sunday 04:00").between(MONDAY, MONDAY + 9 * DAY)
    )

    def walk(step: int) -> list[Occurrence]:
        several: list[Occurrence] = []
        at = MONDAY
        while at < MONDAY + 9 * DAY:
            until = min(at + timedelta(minutes=step), MONDAY + 9 * DAY)
            several += found.between(at, until)
            at = until
        return several

    with ThreadPoolExecutor(4) as threads:
        assert all(walked == expected for walked in threads.map(walk, [7, 11, 13, 60]))
