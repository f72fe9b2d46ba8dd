"""``ensure``: bringing pools to what their schedule calls for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.execution import ensuring, ticking
from daemon.execution.calledfor import called_for
from daemon.execution.overriding import OutdatedError, Seen
from daemon.ledger.claims import Asked
from daemon.workspace.port import Call
from tests.support.runs import CONFLICT
from tests.support.world import schedule

if TYPE_CHECKING:
    from daemon.execution.ensuring import Ensured
    from tests.support.world import World

DAY = {"a": ["start at 11:00", "stop at 11:30"]}


async def ensure(world: World, *keys: str, request: str = "r-1", seen: Seen | None = None) -> Ensured:
    """Bring pools to what their schedule calls for."""
    book, now = world.engine.book, world.clock.now()
    numbers = [book.numbers["default", key] for key in keys]
    with world.ledger.reader() as conn:
        words = called_for(conn, book, numbers, now)
    wanted = [
        Asked(
            pool_no=number,
            project="default",
            pool=word.pool.key,
            pool_id=word.pool.pool_id,
            action=word.action,
            type=word.type,
            request=request,
            retry_for=word.retry_for,
            catch_up=word.catch_up,
            who="ann",
        )
        for number, word in words.items()
    ]
    seen = seen or Seen(book.version, now)
    done = await world.engine.units.order(lambda conn, book, now: ensuring.ensure(conn, book, wanted, seen, now))
    await world.settle()
    return done


async def test_it_is_a_manual_run_of_the_last_word(world: World) -> None:
    """Of what the schedule calls for by now, whether anything was done about it or not (protocol 4.10)."""
    await world.begin(schedule(**DAY, b=["start at 11:00"]))
    await ensure(world, "a", "b")
    assert [(run.pool, run.origin, run.action) for run in world.runs()] == [
        ("a", "manual", "stop"),
        ("b", "manual", "start"),
    ]
    assert [sent.target for sent in world.sent()] == ["p-a"]
    assert world.ends()[1] == "start succeeded: all 2 desktops are ACTIVE (nothing to do)"


async def test_a_repeated_call_makes_no_second_run(world: World) -> None:
    """The same request id is the same runs, although something fell due meanwhile (protocol 1.4)."""
    await world.begin(schedule(a=["stop at 11:30", "start at 12:30"]))
    seen = Seen(world.engine.book.version, world.clock.now())
    first = await ensure(world, "a")
    world.clock.advance(1801)
    again = await ensure(world, "a", seen=seen)
    assert [run.id for run in first.made] == [run.id for run in again.made] == [1]


async def test_what_falls_due_meanwhile_is_worked_out_again(world: World) -> None:
    """A manual stop must not come after the start that the schedule calls for by then (protocol 1.2, 1.6)."""
    await world.begin(schedule(a=["stop at 11:30", "start at 12:30"]))
    seen = Seen(world.engine.book.version, world.clock.now())
    world.clock.advance(1801)
    with pytest.raises(OutdatedError):
        await ensure(world, "a", seen=seen)


async def test_a_backlog_comes_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunk by chunk (protocol 1.2)."""
    inner = ticking.tick
    monkeypatch.setattr(ticking, "tick", lambda conn, book, now: inner(conn, book, now, chunk=1))
    await world.begin(schedule(a=["stop at 12:05", "start at 12:06"]))
    world.clock.advance(600)
    await ensure(world, "a")
    assert [(run.origin, run.action) for run in world.runs()][:2] == [("schedule", "stop"), ("schedule", "start")]


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("pause", {1: "pause by ann until 2026-11-23T13:00:00Z (override 1)"}),
        ("hold-on", {1: "hold-on by ann until 2026-11-23T13:00:00Z (override 1)"}),
        ("hold-off", {}),
        ("skip", {}),
    ],
)
async def test_what_may_not_be_touched_is_left_alone(world: World, kind: str, left: dict[int, str]) -> None:
    """Somebody wanted it so, and ``now`` is there for those who know better (protocol 4.10)."""
    await world.begin(schedule(**DAY))
    await world.override(kind, until=world.clock.now() + timedelta(hours=1))
    done = await ensure(world, "a")
    assert dict(done.left) == left
    assert len(world.runs()) == 1 - len(left)


async def test_what_is_under_way_is_left_alone(world: World) -> None:
    """A second run of the same word would only disturb the first."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 9)
    await world.advance(300)
    done = await ensure(world, "a")
    assert dict(done.left) == {1: "run 1 is at it: pending"}


async def test_a_run_of_another_word_gives_way(world: World) -> None:
    """The manual run is the newer word (protocol 2.1)."""
    await world.begin(schedule(**DAY))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 9)
    await world.now("start")
    await ensure(world, "a")
    assert world.states()[0] == "superseded"


async def test_nothing_to_bring_about_is_nothing_done(world: World) -> None:
    """A schedule of reboots calls for no state."""
    await world.begin(schedule(a=["reboot at 11:00"]))
    done = await ensure(world, "a")
    assert (done.made, done.left) == ((), ())
