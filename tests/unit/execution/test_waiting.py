"""The index of the runs that wait."""

from __future__ import annotations

from datetime import timedelta

from daemon.execution.waiting import WaitingRuns
from daemon.ledger.states import Origin
from daemon.timetable.actions import Action
from tests.support.runs import NOW, a_run

SECOND = timedelta(seconds=1)


def ids(waiting: WaitingRuns, limit: int | None = None, *, now: object = NOW, elapsed: float = 0.0) -> list[int]:
    """Whose turn it is."""
    return [run.id for run in waiting.take(limit, now, elapsed)]  # type: ignore[arg-type]


def test_manual_runs_come_first_then_by_due_time_then_by_age() -> None:
    """Manual runs first, then by due time (protocol 4.9)."""
    waiting = WaitingRuns()
    waiting.add(a_run(id=1, pool_no=1, due_at=NOW - SECOND), NOW)
    waiting.add(a_run(id=2, pool_no=2, due_at=NOW - 2 * SECOND), NOW)
    waiting.add(a_run(id=3, pool_no=3, due_at=NOW - SECOND), NOW)
    waiting.add(a_run(id=4, pool_no=4, origin=Origin.MANUAL), NOW)
    assert ids(waiting) == [4, 2, 1, 3]
    assert len(waiting) == 0


def test_one_a_pool_and_no_more_than_asked_for() -> None:
    """A batch has at most one run of a pool; the others keep their turn (protocol 4.1)."""
    waiting = WaitingRuns()
    for id_, pool_no in ((1, 1), (2, 1), (3, 2), (4, 3)):
        waiting.add(a_run(id=id_, pool_no=pool_no), NOW)
    assert ids(waiting, 2) == [1, 3]
    assert ids(waiting) == [2, 4]


def test_a_reboot_goes_alone() -> None:
    """Reboots pass their gates one by one."""
    waiting = WaitingRuns()
    waiting.add(a_run(id=1, pool_no=1), NOW)
    waiting.add(a_run(id=2, pool_no=2, action=Action.REBOOT), NOW)
    waiting.add(a_run(id=3, pool_no=3), NOW)
    assert ids(waiting) == [1]
    assert ids(waiting) == [2]
    assert ids(waiting) == [3]


def test_a_spread_is_waited_for_by_the_wall_clock() -> None:
    """due_at goes by the wall clock (protocol 1.3, 4.8)."""
    waiting = WaitingRuns()
    waiting.add(a_run(due_at=NOW + 5 * SECOND), NOW)
    assert waiting.seconds_to_next(NOW, 0.0) == 5.0
    assert ids(waiting, elapsed=99.0) == []
    assert ids(waiting, now=NOW + 5 * SECOND) == [7]


def test_a_backoff_is_waited_for_by_the_elapsed_clock() -> None:
    """Backoff goes by a clock that counts suspends (protocol 4.8)."""
    waiting = WaitingRuns()
    waiting.rest(a_run(), 10.0)
    assert waiting.seconds_to_next(NOW, 4.0) == 6.0
    assert ids(waiting, now=NOW + 99 * SECOND, elapsed=9.9) == []
    assert ids(waiting, elapsed=10.0) == [7]


def test_what_is_ready_waits_for_no_clock() -> None:
    """A run whose time has come and for which there is no room names no time: the loop must not spin on it."""
    waiting = WaitingRuns()
    waiting.rest(a_run(id=1, pool_no=1), 1.0)
    waiting.add(a_run(id=2, pool_no=2, due_at=NOW + SECOND), NOW)
    assert waiting.seconds_to_next(NOW + 2 * SECOND, 2.0) is None
    assert waiting.has_ready(NOW + 2 * SECOND, 2.0)


def test_a_backoff_that_was_replaced_does_not_end_the_new_one_early() -> None:
    """A run rests until the time it was given last (protocol 4.8)."""
    waiting = WaitingRuns()
    waiting.rest(a_run(), 10.0)
    waiting.wake({a_run().pool_no})
    assert ids(waiting) == [7]
    waiting.rest(a_run(), 100.0)
    assert ids(waiting, elapsed=50.0) == []
    assert waiting.seconds_to_next(NOW, 50.0) == 50.0


def test_what_is_blocked_waits_for_its_pool() -> None:
    """A run waits until something happens to its pool, and to no other."""
    waiting = WaitingRuns()
    waiting.block(a_run(id=1, pool_no=1))
    waiting.block(a_run(id=2, pool_no=2))
    waiting.unblock(2)
    waiting.unblock(3)
    assert ids(waiting) == [2]
    waiting.unblock_all()
    assert ids(waiting) == [1]


def test_a_run_that_was_taken_out_does_not_come_back() -> None:
    """Discarding takes a run out of wherever it waits; to discard one that does not wait does nothing."""
    waiting = WaitingRuns()
    waiting.add(a_run(id=1, pool_no=1), NOW)
    waiting.add(a_run(id=2, pool_no=2, due_at=NOW + SECOND), NOW)
    waiting.rest(a_run(id=3, pool_no=3), 1.0)
    waiting.block(a_run(id=4, pool_no=4))
    for id_ in (1, 2, 3, 4, 99):
        assert (id_ in waiting) is (id_ < 9)
        waiting.discard(id_)
    waiting.unblock(4)
    assert not waiting.has_ready(NOW + SECOND, 9.0)
    assert ids(waiting, now=NOW + SECOND, elapsed=9.0) == []


def test_waking_a_pool_leaves_spreads_and_other_pools_alone() -> None:
    """What was found for one pool brings no due time forward (protocol 1.3) and ends no other's backoff (4.8)."""
    waiting = WaitingRuns()
    waiting.add(a_run(id=1, pool_no=1, due_at=NOW + SECOND), NOW)
    waiting.rest(a_run(id=2, pool_no=1), 10.0)
    waiting.rest(a_run(id=3, pool_no=3), 10.0)
    waiting.wake({1})
    assert ids(waiting) == [2]


def test_what_was_put_behind_has_its_turn_after_all_that_are_ready() -> None:
    """The next probe of a halted project is another run's attempt (protocol 4.4)."""
    waiting = WaitingRuns()
    waiting.put_behind(a_run(id=1, pool_no=1, due_at=NOW - SECOND))
    waiting.put_behind(a_run(id=2, pool_no=2, due_at=NOW - 2 * SECOND))
    waiting.add(a_run(id=3, pool_no=3), NOW)
    assert ids(waiting) == [3, 1, 2]


def test_a_limit_of_none_takes_everything() -> None:
    """A queue with a doubled entry gives each run once."""
    waiting = WaitingRuns()
    waiting.add(a_run(), NOW)
    waiting.add(a_run(), NOW)
    assert ids(waiting) == [7]
    assert ids(waiting) == []
