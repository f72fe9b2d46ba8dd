"""The end of a hold: the pool is brought to what its schedule calls for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import IntegrityError

from daemon.execution import enforcing, overriding, ticking
from daemon.execution.overriding import Which
from daemon.ledger import overridelist, schema
from daemon.ledger.overrides import Kind
from daemon.ledger.overriding import Order, Wanted
from tests.support.world import schedule

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.world import World

HOUR = timedelta(hours=1)
DAY = {"a": ["start at 11:00", "stop at 12:30", "start at 15:00"]}
"""By the schedule on at noon, off from half past twelve, on again from three."""


async def hold(
    world: World, kind: Kind, key: str | None = "a", *, until: datetime | None = None, **more: Any
) -> tuple[int, ...]:
    """Hold a pool, for an hour unless said."""
    number = None if key is None else world.engine.book.numbers["default", key]
    wanted = Wanted(number, kind, until or world.clock.now() + HOUR, **{"enforces": True, **more})
    order = Order("ann", "demo", f"{kind} {key} {until}")
    done = await world.engine.units.order(lambda conn, book, now: overriding.put(conn, book, [wanted], order, now))
    await world.settle()
    return done.overrides


async def test_the_end_of_a_hold_calls_for_the_schedules_word(world: World) -> None:
    """The stop that the hold skipped is caught up by a run of origin enforce, at the hold's end (protocol 4.10)."""
    await world.begin(schedule(**DAY))
    await hold(world, Kind.HOLD_ON)
    await world.advance(3599)
    assert world.ends() == ["stop skipped: hold-on by ann until 2026-11-23T13:00:00Z: demo"]
    await world.advance(1)
    run = world.run(2)
    assert (run.origin, run.action, run.state, run.hold, run.who) == ("enforce", "stop", "accepted", 1, "ann")
    assert (run.scheduled_at, run.policy) == (world.clock.now(), "stop at 12:30")
    assert (run.source, run.wall) == ("end of hold-on 1, pool a #2", None)
    assert len(world.sent()) == 1
    with world.ledger.reader() as conn:
        (row,) = [one.to_json(world.clock.now()) for one in overridelist.on_pools(conn, None)]
    assert (row["enforced"], row["skipped"], row["then"]) == ([2], 1, "schedule")


async def test_the_alarm_is_set_for_the_end_of_a_hold(world: World) -> None:
    """It is what is due next, where nothing else is due before (protocol 1.1)."""
    await world.begin(schedule(**DAY))
    now = world.clock.now()
    assert world.engine.next_after(now) == now + HOUR / 2
    await hold(world, Kind.HOLD_ON, until=now + HOUR / 4)
    assert world.engine.next_after(now) == now + HOUR / 4
    assert world.engine.next_after(now + HOUR / 4) == now + HOUR / 2
    await world.kill()
    await world.start_again()
    assert world.engine.next_after(now) == now + HOUR / 4
    await world.advance(900)
    assert world.engine.next_after(now) == now + HOUR / 2


async def test_a_hold_that_was_taken_off_calls_for_nothing(world: World) -> None:
    """To resume fires nothing old, and what it would have called for is forgotten (protocol 4.10)."""
    await world.begin(schedule(**DAY))
    await hold(world, Kind.HOLD_ON)
    await world.advance(1900)
    order = Order("bob", None, "r")
    await world.engine.units.order(lambda conn, book, now: overriding.resume(conn, book, Which(), order, now))
    assert world.engine.units.hold_ends_at is None
    await world.advance(3000)
    assert world.states() == ["skipped"]


async def test_a_hold_that_is_to_do_nothing_at_its_end_does_nothing(world: World) -> None:
    """As ``--then-nothing`` has it (protocol 4.10)."""
    await world.begin(schedule(**DAY))
    await hold(world, Kind.HOLD_ON, enforces=False)
    await world.advance(3700)
    assert world.states() == ["skipped"]
    assert world.engine.units.hold_ends_at is None


async def test_a_pool_that_is_there_already_is_not_acted_on(world: World) -> None:
    """What the end of a hold calls for may be so: the desktops are looked at before anything is sent (protocol 4.5)."""
    await world.begin(schedule(a=["start at 11:00"]))
    await hold(world, Kind.HOLD_ON)
    await world.advance(3601)
    assert world.ends() == ["start succeeded: all 2 desktops are ACTIVE (nothing to do)"]
    assert world.sent() == []


async def test_an_end_during_an_outage_comes_in_its_place(world: World) -> None:
    """What fell due after it is newer and stands; it is superseded like any older word (protocol 1.6, 2.3)."""
    await world.begin(schedule(**DAY))
    await hold(world, Kind.HOLD_ON)
    await world.kill()
    world.clock.advance(4 * 3600)
    await world.start_again()
    assert world.ends() == [
        "stop skipped: hold-on by ann until 2026-11-23T13:00:00Z: demo",
        "stop superseded: superseded by run 3",
        "start accepted",
    ]


async def test_an_end_during_an_outage_is_late_like_anything(world: World) -> None:
    """Later than the word's catch-up it is missed (protocol 2.4)."""
    await world.begin(schedule(a=["start at 11:00", "stop at 12:30"]))
    await hold(world, Kind.HOLD_ON)
    await world.kill()
    world.clock.advance(4 * 3600)
    await world.start_again()
    assert world.states() == ["skipped", "missed"]


async def test_what_falls_due_at_the_very_end_is_newer(world: World) -> None:
    """An occurrence at the end of the hold is outside of it, and takes the place of its end (protocol 1.6, 4.10)."""
    await world.begin(schedule(a=["start at 11:00", "stop at 13:00"]))
    await hold(world, Kind.HOLD_ON)
    await world.advance(3600)
    assert world.ends() == ["stop superseded: superseded by run 2", "stop accepted"]


async def test_an_end_is_enforced_once(world: World) -> None:
    """However often a tick runs, and the ledger holds it besides: unique is (hold, pool) (protocol 1.4)."""
    await world.begin(schedule(**DAY))
    await hold(world, Kind.HOLD_ON)
    await world.advance(3600)
    await world.kill()
    await world.start_again()
    await world.advance(60)
    assert len(world.states()) == 2
    again = world.run(2)._asdict() | {"id": 9, "state": "pending"}
    with pytest.raises(IntegrityError):
        await world.write(schema.runs.insert().values(again))


async def test_a_hold_of_all_pools_ends_for_each(world: World) -> None:
    """Those without a word get none; of two holds of a pool that end together it is one run (protocol 1.4, 4.10)."""
    await world.begin(schedule(**DAY, b=["stop at 12:20", "reboot at 12:25"], c=["reboot at 12:40"]))
    until = world.clock.now() + HOUR
    await hold(world, Kind.HOLD_ON, None, until=until)
    await hold(world, Kind.HOLD_ON, "a", until=until)
    await world.advance(3601)
    runs = [run for run in world.rows(schema.runs) if run.origin == "enforce"]
    assert [(run.pool, run.action, run.hold) for run in runs] == [("a", "stop", 1), ("b", "stop", 1)]
    assert {row.enforced_at for row in world.rows(schema.overrides)} == {until}


async def test_holds_that_end_one_after_the_other_each_have_their_place(world: World) -> None:
    """In one tick: in the order of their ends, among what is due (protocol 1.6)."""
    await world.begin(schedule(**DAY, b=["start at 11:00", "stop at 12:10"]))
    noon = world.clock.now()
    await hold(world, Kind.HOLD_ON, "a", until=noon + HOUR)
    await hold(world, Kind.HOLD_ON, "b", until=noon + HOUR / 2)
    world.clock.advance(3600)
    await world.engine.tick()
    await world.settle()
    listed = [(run.pool, run.origin, run.scheduled_at - noon) for run in world.rows(schema.runs)]
    assert listed == [
        ("b", "schedule", HOUR / 6),
        ("b", "enforce", HOUR / 2),
        ("a", "schedule", HOUR / 2),
        ("a", "enforce", HOUR),
    ]


async def test_ends_of_holds_come_with_the_chunk_that_they_lie_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backlog goes in chunks, and so do they (protocol 1.2)."""
    inner = ticking.tick
    monkeypatch.setattr(ticking, "tick", lambda conn, book, now: inner(conn, book, now, chunk=1))
    await world.begin(schedule(a=["stop at 12:10", "start at 12:20", "stop at 12:40", "start at 12:50"]))
    await hold(world, Kind.HOLD_ON, until=world.clock.now() + HOUR / 2)
    await world.kill()
    world.clock.advance(3600)
    await world.start_again()
    assert [(run.origin, run.action) for run in world.rows(schema.runs)] == [
        ("schedule", "stop"),
        ("schedule", "start"),
        ("enforce", "start"),
        ("schedule", "stop"),
        ("schedule", "start"),
    ]


async def test_what_is_paused_at_the_end_of_a_hold_stays_as_it_is(world: World) -> None:
    """The run is skipped at once, and names the pause (protocol 4.10)."""
    await world.begin(schedule(**DAY))
    await hold(world, Kind.HOLD_ON)
    await world.override("pause", None, until=world.clock.now() + 2 * HOUR)
    await world.advance(3600)
    (run,) = [run for run in world.rows(schema.runs) if run.origin == "enforce"]
    assert (run.state, run.override, run.hold) == ("skipped", 2, 1)


async def test_what_somebody_skipped_is_not_called_for(world: World) -> None:
    """The word before it is (protocol 4.10)."""
    await world.begin(schedule(**DAY))
    await hold(world, Kind.HOLD_ON)
    await world.override("skip", until=world.clock.now() + HOUR / 2 + timedelta(seconds=1), action="stop")
    await world.advance(3601)
    assert world.ends()[1] == "start succeeded: all 2 desktops are ACTIVE (nothing to do)"


async def test_a_pool_that_left_the_file_is_let_be(world: World) -> None:
    """Nobody is to switch what no schedule names any more."""
    await world.begin(schedule(**DAY, b=["stop at 12:05"]))
    await hold(world, Kind.HOLD_ON, "b")
    await world.accept(schedule(a=["start at 11:00"]))
    await world.advance(3700)
    assert [run.origin for run in world.rows(schema.runs)] == []
    assert world.engine.units.hold_ends_at is None


async def test_it_is_the_pools_last_word(world: World) -> None:
    """A reboot after it is called off where it was a stop, and what is older gives way (protocol 2.1, 2.2)."""
    await world.begin(schedule(a=["start at 11:00", "stop at 12:30", "reboot at 13:30"]))
    await hold(world, Kind.HOLD_ON)
    await world.advance(3601)
    world.cloud().finish_all()
    await world.advance(1900)
    assert world.ends()[1:] == [
        "stop succeeded: all 2 desktops are SHUTOFF",
        "reboot skipped: pool is to be off (run 2: stop)",
    ]


def test_a_hold_without_an_end_is_none() -> None:
    """What has no end is never asked what its end calls for."""
    from daemon.ledger.overrides import Override
    from tests.support.runs import NOW

    endless = Override(1, None, Kind.HOLD_ON, None, NOW, None, None, None)
    with pytest.raises(ValueError, match="HOLD_ON"):
        enforcing.enforce(None, None, [endless], NOW)  # type: ignore[arg-type]
