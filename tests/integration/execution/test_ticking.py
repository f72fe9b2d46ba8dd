"""The tick: what is due becomes runs, once, in order, whatever woke the daemon (protocol 1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.execution import ticking
from daemon.ledger import schema
from daemon.timetable.actions import Action
from daemon.workspace.port import Call
from tests.support.clock import MONDAY_NOON
from tests.support.runs import CONFLICT
from tests.support.world import schedule

if TYPE_CHECKING:
    import pytest
    from sqlalchemy import Connection

    from daemon.execution.ticking import Ticked
    from tests.support.world import World


def watermark(world: World) -> object:
    """Up to where every occurrence has a run."""
    (heart,) = world.rows(schema.heart)
    return heart.watermark


async def test_nothing_from_before_the_first_acceptance_is_claimed(world: World) -> None:
    """The watermark of an empty ledger is the first acceptance, so loading a file sets nothing off (protocol 1.7)."""
    await world.begin(schedule(a=["stop at 11:59", "start at 12:01"]))
    assert watermark(world) == MONDAY_NOON
    assert world.runs() == []
    await world.advance(60)
    assert [run.action for run in world.runs()] == [Action.START]


async def test_an_outage_is_claimed_like_an_ordinary_evening(world: World) -> None:
    """What fell due while the daemon was dead is claimed at its own instants by the next start (protocol 1.1, 1.2)."""
    await world.begin(schedule(a=["stop at 20:00"], b=["start at 21:00"]))
    await world.kill()
    world.clock.advance(10 * 3600)
    await world.start_again()
    assert [run.scheduled_at for run in world.runs()] == [
        MONDAY_NOON + timedelta(hours=8),
        MONDAY_NOON + timedelta(hours=9),
    ]
    assert watermark(world) == world.clock.now()


async def test_a_clock_that_steps_back_claims_nothing_twice(world: World) -> None:
    """A small step of the wall clock back leaves the watermark and the claims where they are (protocol 1.2, 1.4)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(301)
    reached = watermark(world)
    world.clock.step(-120)
    await world.engine.tick()
    await world.advance(180)
    assert len(world.runs()) == 1
    assert len(world.sent()) == 1
    assert watermark(world) >= reached  # type: ignore[operator]


async def test_two_ticks_of_one_instant_claim_once(world: World) -> None:
    """However often a tick runs over the same instants, an occurrence has one run (protocol 1.4)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    await world.write(schema.heart.update().values(watermark=MONDAY_NOON + timedelta(minutes=1)))
    await world.engine.tick()
    await world.settle()
    assert len(world.runs()) == 1


async def test_a_backlog_is_claimed_in_chunks_and_nothing_is_sent_before_the_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks end between instants, and only the last word of a backlog is ever sent (protocol 1.2, 2.3)."""
    inner = ticking.tick
    chunks: list[int] = []

    def in_small_chunks(conn: Connection, book: object, now: object) -> Ticked:
        ticked = inner(conn, book, now, chunk=2)  # type: ignore[arg-type]
        chunks.append(len(ticked.waiting))
        return ticked

    monkeypatch.setattr(ticking, "tick", in_small_chunks)
    await world.begin(schedule(a=["stop at 20:00", "start at 08:00"], b=["stop at 20:00", "start at 08:00"]))
    await world.kill()
    world.clock.advance(3 * 86400)
    chunks.clear()
    await world.start_again()
    assert [count for count in chunks if count] == [2] * 6
    assert [(call.action, call.target) for call in world.sent()] == [(Action.START, "p-a"), (Action.START, "p-b")]
    assert world.states() == ["superseded"] * 10 + ["accepted"] * 2


async def test_a_gate_that_finds_itself_behind_claims_the_backlog_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate opens only in a transaction that has ticked up to now, however long the backlog is (protocol 1.2, 4.2)."""
    await world.begin(
        schedule(a=["start at 12:00:40"], b=["start at 12:00:10", "stop at 12:00:20", "start at 12:00:30"])
    )
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT)
    await world.now("stop", "a")
    inner = ticking.tick
    monkeypatch.setattr(ticking, "tick", lambda conn, book, now: inner(conn, book, now, chunk=1))
    await world.sleep_through(50)  # the backoff is over; nothing has ticked when its gate is to open
    assert [(call.action, call.target) for call in world.sent()[1:]] == [(Action.START, "p-b"), (Action.START, "p-a")]
    assert world.states() == ["superseded", "superseded", "superseded", "accepted", "accepted"]


async def test_a_spread_delays_the_sending_and_not_the_claim(world: World) -> None:
    """A run is claimed at its instant and sent at due_at, inside the spread (protocol 1.3)."""
    await world.begin(schedule(a=["stop at 12:05 spread 20m"]))
    await world.advance(300)
    (run,) = world.runs()
    assert run.scheduled_at == MONDAY_NOON + timedelta(minutes=5)
    delay = (run.due_at - run.scheduled_at).total_seconds()
    assert 0 < delay < 1200
    await world.advance(delay - 1)
    assert world.sent() == []
    await world.advance(1)
    assert len(world.sent()) == 1


async def test_policies_that_call_for_the_same_become_one_run_that_names_all(world: World) -> None:
    """The same action at the same instant is one run of the last policy, which names the others (protocol 1.5)."""
    await world.begin(schedule(a=["stop at 12:05 SOFT", "stop at 12:05 HARD"]))
    await world.advance(300)
    assert len(world.sent()) == 1
    assert world.run(1).policy == "stop at 12:05 HARD"
    assert [policy for policy, _ in world.run(1).eclipsed] == ["stop at 12:05 SOFT"]


async def test_of_two_that_meet_at_one_instant_the_start_is_newer(world: World) -> None:
    """At one instant and wall time the order is reboot, hibernate, stop, start, and newer is greater (protocol 1.6)."""
    await world.begin(
        schedule(a=["start on monday at 12:05", "reboot at 12:05", "stop daily at 12:05", "hibernate at 12:05"])
    )
    await world.advance(300)
    assert [str(run.action) for run in world.runs()] == ["reboot", "hibernate", "stop", "start"]
    assert [call.action for call in world.sent()] == [Action.START]


async def test_a_late_wake_up_settles_before_it_opens_a_gate(world: World) -> None:
    """After a suspend a run beyond its catch-up is missed, although its gate could open at once (protocol 1.1, 2.4)."""
    await world.begin(schedule(a=["reboot at 12:05"], b=["stop at 12:05"]))
    await world.sleep_through(15 * 60)  # a reboot's catch-up is 5 minutes, a stop's 2 hours
    assert world.ends() == [
        "stop accepted",
        "reboot missed: 0:10:00 late when first looked at; its catch-up is 0:05:00",
    ] or world.ends() == [
        "reboot missed: 0:10:00 late when first looked at; its catch-up is 0:05:00",
        "stop accepted",
    ]
    assert [call.target for call in world.sent()] == ["p-b"]
    assert len(world.said("wake.late")) == 1


async def test_a_late_wake_up_leaves_what_tasks_have_in_hand_alone(world: World) -> None:
    """A request in flight across a suspend keeps its run: its answer is what settles it (protocol 1.1, 4.3)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    await world.sleep_through(600)
    assert world.states() == ["attempting"]
    held.released.set()
    await world.settle()
    assert world.states() == ["accepted"]
    assert len(world.sent()) == 1


async def test_within_a_minute_no_wake_up_is_late(world: World) -> None:
    """While the daemon lives, lateness is not judged by the catch-up alone (protocol 2.4)."""
    await world.begin(schedule(a=["reboot at 12:00:30 no catch-up"]))
    world.clock.advance(59)
    await world.engine.tick()
    await world.settle()
    assert world.states() == ["accepted"]
    assert world.said("wake.late") == []
