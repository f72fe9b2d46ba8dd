"""Open runs that are in the ledger and nowhere in memory: the sweep finds them and puts them where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from daemon.execution import gate
from daemon.ledger.errors import LedgerFull, LedgerUnavailable
from daemon.workspace.port import Call
from tests.support.world import schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.ledger.writer import Writer
    from tests.support.world import World


def lie_once(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the next commit reported as failed though it is on the disk."""
    inner = writer._commit.carry_out
    lied: list[bool] = []

    def carry_out(orders: Sequence[object]) -> object:
        done = inner(orders)  # type: ignore[arg-type]
        if not lied:
            lied.append(True)
            raise LedgerUnavailable("the disk said no, and had done it", None)
        return done

    monkeypatch.setattr(writer._commit, "carry_out", carry_out)


async def test_what_a_tick_claimed_in_a_commit_that_seemed_to_fail_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watermark is past it, so no later tick claims it: the sweep places it (protocol 5.3, 7.1)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.clock.advance(299)
    await world.engine.tick()
    await world.settle()
    world.clock.advance(1.5)
    lie_once(world.ledger.writer, monkeypatch)
    with pytest.raises(LedgerUnavailable):
        await world.engine.tick()
    await world.advance(30)
    assert (world.states(), world.sent()) == (["pending"], [])
    await world.engine.sweep()
    await world.settle()
    assert world.states() == ["accepted"]
    assert len(world.sent()) == 1
    assert [line["runs"] for line in world.said("runs.astray")] == [[1]]


async def test_a_sweep_is_no_outage(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that only a sweep finds is not missed for being later than its catch-up alone (protocol 2.4)."""
    await world.begin(schedule(a=["stop at 12:05 catch up 1m"]))
    await world.advance(299)
    world.clock.advance(1.5)
    lie_once(world.ledger.writer, monkeypatch)
    with pytest.raises(LedgerUnavailable):
        await world.engine.tick()
    await world.advance(90)
    await world.engine.sweep()
    await world.settle()
    assert world.states() == ["accepted"]


async def test_what_was_asked_for_in_a_commit_that_seemed_to_fail_is_sent_when_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same request id gives the run that is there, and it is sent (protocol 1.4, 7.1)."""
    await world.begin(schedule(a=["stop at 20:05"]))
    asked = world.asked("start")
    lie_once(world.ledger.writer, monkeypatch)
    with pytest.raises(LedgerUnavailable):
        await world.engine.ask([asked])
    (made,) = await world.engine.ask([asked])
    await world.settle()
    assert made.id == 1
    assert world.states() == ["accepted"]
    assert len(world.sent()) == 1


async def test_what_was_asked_for_and_not_asked_again_is_sent_by_the_sweep(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked may have given up: the run stands all the same (protocol 5.3, 7.1)."""
    await world.begin(schedule(a=["stop at 20:05"]))
    lie_once(world.ledger.writer, monkeypatch)
    with pytest.raises(LedgerUnavailable):
        await world.engine.ask([world.asked("start")])
    await world.engine.sweep()
    await world.settle()
    assert world.states() == ["accepted"]


async def test_a_run_that_is_to_be_looked_at_and_is_nowhere_is_looked_at(world: World) -> None:
    """An accepted run that nobody follows is followed again (protocol 5.3)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    world.engine.roster.forget(1, "default")
    await world.advance(60)
    assert world.states() == ["accepted"]
    await world.engine.sweep()
    await world.settle()
    assert world.states() == ["succeeded"]


async def test_a_sweep_leaves_alone_what_is_in_hand(world: World) -> None:
    """What waits, is being sent, or is looked at is where it belongs (protocol 5.3)."""
    await world.begin(
        schedule(a=["stop at 12:05", "start at 12:05:30"], b=["stop at 12:05 spread 10m"], c=["stop at 12:05"])
    )
    held = world.cloud().hold(Call.ACT_ON_POOL, target="p-c")
    await world.advance(340)
    await held.arrived.wait()
    await world.engine.sweep()
    await world.settle()
    assert world.said("runs.astray") == []


async def test_the_rest_of_a_batch_that_passes_alone_waits_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a commit fails while one of a batch passes alone, the others are not lost (protocol 4.13, 7.2)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05"], c=["stop at 12:05"]))
    inner, asked = gate.pass_gates, []

    def failing(conn: Any, book: Any, ids: Sequence[int], *others: Any, **named: Any) -> Any:
        if ids not in asked:
            asked.append(list(ids))
        if len(ids) == 3:
            raise ValueError("one of them is poison")
        if ids == [2]:
            raise LedgerFull("the disk is full", "make room")
        return inner(conn, book, ids, *others, **named)

    monkeypatch.setattr(gate, "pass_gates", failing)
    await world.advance(300)
    await world.until(lambda: world.states() == ["accepted"] * 3)
    assert asked == [[1, 2, 3], [1], [2], [2, 3]]
