"""Overrides as administrators put them on and take them off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from daemon.execution import overriding, ticking
from daemon.execution.manual import RefusedError
from daemon.execution.overriding import OutdatedError, Overridden, Seen, Which
from daemon.ledger import overridelist, pools, schema
from daemon.ledger.overrides import Kind
from daemon.ledger.overriding import Order, Wanted
from daemon.timetable.actions import Action
from daemon.workspace.port import Call
from tests.support.runs import CONFLICT, LOST
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World

HOUR = timedelta(hours=1)
EVENING = {"a": ["start at 12:05", "stop at 12:30"]}


def ann(request: str = "r-1", reason: str | None = None) -> Order:
    """Somebody who asks."""
    return Order("ann", reason, request)


async def put(world: World, kind: Kind, key: str | None = "a", **more: Any) -> Overridden:
    """Put an override on a pool, for an hour unless said."""
    order = more.pop("order", ann())
    seen = more.pop("seen", None)
    ends_at = more.pop("ends_at", world.clock.now() + HOUR)
    number = None if key is None else world.engine.book.numbers["default", key]
    wanted = Wanted(number, kind, ends_at, **more)
    done = await world.engine.units.order(
        lambda conn, book, now: overriding.put(conn, book, [wanted], order, now, seen=seen)
    )
    await world.settle()
    return done


async def resume(world: World, which: Which, order: Order | None = None) -> Overridden:
    """Take overrides off."""
    by = order or ann("r-2", "done")
    done = await world.engine.units.order(lambda conn, book, now: overriding.resume(conn, book, which, by, now))
    await world.settle()
    return done


async def test_an_override_is_on_record_with_who_why_and_until_when(world: World) -> None:
    """It begins at the instant of its transaction (protocol 4.10)."""
    await world.begin(schedule(**EVENING))
    done = await put(world, Kind.SKIP, action=Action.STOP, order=ann(reason="CHG"))
    (row,) = world.rows(schema.overrides)
    assert done.overrides == (row.id,)
    assert (row.kind, row.action, row.who, row.reason, row.request) == ("skip", "stop", "ann", "CHG", "r-1")
    assert (row.starts_at, row.ends_at) == (world.clock.now(), world.clock.now() + HOUR)


async def test_a_repeated_call_is_one_override(world: World) -> None:
    """The same request id gives the override that it put on before, whatever has become of it (protocol 1.4)."""
    await world.begin(schedule(**EVENING))
    first = await put(world, Kind.PAUSE)
    await resume(world, Which(override=1))
    assert (await put(world, Kind.PAUSE)).overrides == first.overrides == (1,)
    assert len(world.rows(schema.overrides)) == 1


async def test_what_was_due_before_belongs_to_the_time_before(world: World) -> None:
    """Whoever puts an override on ticks first: an occurrence up to now is not skipped by it (protocol 1.2, 4.10)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.clock.advance(300)
    await put(world, Kind.SKIP)
    assert world.ends() == ["stop accepted"]


async def test_a_backlog_is_claimed_before_an_override_begins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunk by chunk, and the same where one is taken off (protocol 1.2)."""
    inner = ticking.tick
    monkeypatch.setattr(ticking, "tick", lambda conn, book, now: inner(conn, book, now, chunk=1))
    await world.begin(schedule(a=["stop at 12:05", "start at 12:05:01", "stop at 12:05:02", "start at 12:06"]))
    world.clock.advance(303)
    await put(world, Kind.PAUSE)
    world.clock.advance(60)
    await resume(world, Which())
    assert [one.partition(":")[0] for one in world.ends()] == [
        "stop superseded",
        "start superseded",
        "stop skipped",
        "start skipped",
    ]


async def test_a_pause_ends_at_once_what_waits(world: World) -> None:
    """Nobody has to wait for a gate to see it: the run is skipped, and names its override (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05 spread 3h"], b=["stop at 12:05 spread 3h"]))
    await world.advance(300)
    await put(world, Kind.PAUSE, ends_at=None)
    assert world.ends() == ["stop skipped: pause by ann until resumed", "stop pending"]
    assert (world.run(1).override, world.run(2).override) == (1, None)
    await world.idle(4 * 3600)
    assert [sent.target for sent in world.sent()] == ["p-b"]


async def test_a_pause_follows_what_is_sent(world: World) -> None:
    """A run whose job runs is followed to its end (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    await put(world, Kind.PAUSE)
    assert world.states() == ["accepted"]


async def test_a_pause_leaves_what_may_have_been_executed_to_its_desktops(world: World) -> None:
    """It is not sent again, and skipped it is not (protocol 4.10, 4.11)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    await world.advance(300)
    await put(world, Kind.PAUSE)
    assert world.states() == ["accepted"]
    assert world.run(1).reason.endswith("judged by the desktops")
    assert world.run(1).override == 1
    assert len(world.sent()) == 1


async def test_two_waiting_runs_of_a_pool_cannot_both_be_left_to_its_desktops(world: World) -> None:
    """One at a time holds the pool; the other has its turn after it, and is not sent then (protocol 4.1, 4.11)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST, *[CONFLICT] * 9)
    await world.advance(300)
    second = world.run(1)._asdict() | {"id": 9, "scheduled_at": world.clock.now(), "action": "hibernate"}
    await world.write(schema.runs.insert().values(second))
    await put(world, Kind.PAUSE)
    assert world.states() == ["accepted", "pending"]
    assert world.run(9).retry_for == timedelta(0)


async def test_manual_runs_that_wait_are_left_alone(world: World) -> None:
    """What is asked for by hand is exempt from a pause (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 23:00"]))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 9)
    await world.now("start")
    await put(world, Kind.PAUSE)
    assert world.states() == ["pending"]


async def test_a_hold_ends_what_contradicts_it_and_waits(world: World) -> None:
    """A stop that waits does not fit a pool that is held on; a start does (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05 spread 3h"], b=["start at 12:05 spread 3h"]))
    await world.advance(300)
    await put(world, Kind.HOLD_ON, None)
    assert world.states() == ["skipped", "pending"]


async def test_a_skip_leaves_what_waits_already(world: World) -> None:
    """It says of occurrences to come that they do not count; the gate knows nothing of it (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05 spread 10m", "stop at 12:40"]))
    await world.advance(300)
    await put(world, Kind.SKIP)
    await world.advance(15 * 60)
    assert len(world.sent()) == 1
    await world.advance(30 * 60)
    assert world.ends()[1] == "stop skipped: skip by ann until 2026-11-23T13:05:00Z"


async def test_an_override_lies_on_pools_that_come_later_where_it_lies_on_all(world: World) -> None:
    """A freeze is one for whatever is in the file (protocol 4.10)."""
    await world.begin(schedule(**EVENING))
    await put(world, Kind.PAUSE, None)
    await world.accept(schedule(**EVENING, b=["stop at 12:30"]))
    await world.advance(31 * 60)
    assert set(world.states()) == {"skipped"}
    assert len(world.states()) == 3


async def test_overrides_expire_by_themselves(world: World) -> None:
    """What is due at their end is done (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 13:00"]))
    await put(world, Kind.PAUSE)
    await world.advance(3601)
    assert world.states() == ["skipped", "accepted"]


async def test_what_is_over_before_it_begins_is_refused(world: World) -> None:
    """The mend says how to write tomorrow."""
    await world.begin(schedule(**EVENING))
    with pytest.raises(RefusedError, match="2026-11-23 12:00 UTC is past"):
        await put(world, Kind.PAUSE, ends_at=world.clock.now())
    assert world.rows(schema.overrides) == []


@pytest.mark.parametrize(("first", "second"), [("a", "a"), (None, "a"), ("a", None), (None, None)])
async def test_a_pool_is_not_held_on_and_off(world: World, first: str | None, second: str | None) -> None:
    """Everything would be skipped, which is a pause; the refusal names what is in the way."""
    await world.begin(schedule(**EVENING))
    await put(world, Kind.HOLD_ON, first)
    with pytest.raises(RefusedError, match="has a hold-on by ann until 2026-11-23T13:00:00Z") as refused:
        await put(world, Kind.HOLD_OFF, second, order=ann("r-2"))
    assert refused.value.hint == "end that first: poolpower resume 1"


async def test_different_pools_are_held_differently(world: World) -> None:
    """One hold does not concern the other, nor one of its own kind."""
    await world.begin(schedule(**EVENING, b=["stop at 12:05"]))
    await put(world, Kind.HOLD_ON)
    await put(world, Kind.HOLD_OFF, "b", order=ann("r-2"))
    await put(world, Kind.HOLD_ON, order=ann("r-3"))
    assert len(world.rows(schema.overrides)) == 3


async def test_what_was_worked_out_before_something_fell_due_is_refused(world: World) -> None:
    """The next stop is another one by then: it has to be worked out again (protocol 1.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    seen = Seen(world.engine.book.version, world.clock.now())
    world.clock.advance(301)
    with pytest.raises(OutdatedError):
        await put(world, Kind.SKIP, seen=seen)
    await put(world, Kind.SKIP, seen=Seen(world.engine.book.version, world.clock.now()))
    with pytest.raises(OutdatedError):
        await put(world, Kind.SKIP, seen=Seen(99, world.clock.now()), order=ann("r-2"))


async def test_resuming_fires_nothing_old(world: World) -> None:
    """What was skipped stays skipped; what comes is done again (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 12:30"]))
    await put(world, Kind.PAUSE)
    await world.advance(600)
    done = await resume(world, Which(pools={world.engine.book.numbers["default", "a"]}))
    assert (done.overrides, world.sent()) == ((1,), [])
    (row,) = world.rows(schema.overrides)
    assert (row.ended_at, row.ended_who, row.ended_why) == (world.clock.now(), "ann", "done")
    await world.advance(1300)
    assert world.states() == ["skipped", "accepted"]


async def test_resuming_again_with_the_same_request_gives_the_same(world: World) -> None:
    """A call that is repeated after a lost answer finds its work done (protocol 1.4)."""
    await world.begin(schedule(**EVENING))
    await put(world, Kind.PAUSE)
    first, again = await resume(world, Which(override=1)), await resume(world, Which(override=1))
    assert first.overrides == again.overrides == (1,)
    with pytest.raises(RefusedError, match="override 1 is over: pause by ann"):
        await resume(world, Which(override=1), ann("r-3"))


async def test_resuming_what_is_not_there_is_refused(world: World) -> None:
    """By number; a pool without overrides is none the worse."""
    await world.begin(schedule(**EVENING))
    with pytest.raises(RefusedError, match="there is no override 7"):
        await resume(world, Which(override=7))
    assert (await resume(world, Which(pools={1}))).overrides == ()


async def test_one_pool_is_not_taken_out_of_what_lies_on_all(world: World) -> None:
    """The refusal says how to end it for all; what lies on the pool itself can be ended (protocol 4.10)."""
    await world.begin(schedule(**EVENING))
    await put(world, Kind.PAUSE, None)
    with pytest.raises(RefusedError, match="override 1 lies on every pool"):
        await resume(world, Which(pools={1}))
    await put(world, Kind.SKIP, order=ann("r-3"))
    assert (await resume(world, Which(pools={1}))).overrides == (2,)
    assert (await resume(world, Which(), ann("r-4"))).overrides == (1,)


async def test_the_list_tells_what_was_skipped_by_each(world: World) -> None:
    """How many runs, and which; those that are over only where asked for (protocol 4.10, 4.13)."""
    await world.begin(schedule(**EVENING))
    await put(world, Kind.PAUSE)
    await put(world, Kind.PAUSE, None, ends_at=None, order=ann("r-2"))
    await world.advance(1900)
    now = world.clock.now()
    with world.ledger.reader() as conn:
        of_all, of_pool = [row.to_json(now) for row in overridelist.in_force(conn, now)]
    assert (of_pool["skipped"], [run["action"] for run in of_pool["runs"]]) == (2, ["stop", "start"])
    assert (of_all["pool"], of_all["until"], of_all["skipped"], of_all["then"]) == (None, None, 0, None)
    await world.advance(1800)
    now = world.clock.now()
    with world.ledger.reader() as conn:
        assert len(overridelist.in_force(conn, now)) == 1
        assert [row.to_json(now)["in_force"] for row in overridelist.on_pools(conn, {1})] == [True, False]
        assert [row.row.id for row in overridelist.on_pools(conn, None)] == [2, 1]
        assert [row.row.id for row in overridelist.on_pools(conn, {9})] == [2]


async def test_two_pools_that_turn_out_to_be_one_keep_one_override_of_a_call(world: World) -> None:
    """What one call put on both lies on the one that stays (protocol 1.4, 3.5)."""
    await world.begin(schedule(a=["stop at 23:00"], b=["stop at 23:00"]))
    until = world.clock.now() + HOUR
    wanted = [Wanted(number, Kind.PAUSE, until) for number in (1, 2)]
    await world.engine.units.order(lambda conn, book, now: overriding.put(conn, book, wanted, ann(), now))
    await world.ledger.writer.do(lambda conn: pools._hand_over(conn, 2, 1))
    assert [row.pool_no for row in world.rows(schema.overrides)] == [1, 2]
