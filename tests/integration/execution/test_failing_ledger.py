"""A ledger that cannot be written: answers are kept and nothing new is sent until it can (protocol 4.3, 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon.ledger import schema
from daemon.ledger.errors import LedgerFull, LedgerUnavailable
from daemon.workspace.port import Call
from tests.support.world import schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.ledger.writer import Writer
    from tests.support.world import World


class FullDisk:
    """Makes every commit of a writer fail until it is given room."""

    def __init__(self, writer: Writer, monkeypatch: pytest.MonkeyPatch, *, after: int = 0) -> None:
        """Let this many groups through first."""
        self.is_full = True
        self.refused = 0
        inner = writer._commit.carry_out

        def carry_out(orders: Sequence[object]) -> object:
            nonlocal after
            if self.is_full and after <= 0:
                self.refused += 1
                raise LedgerFull("the disk is full", "make room")
            after -= 1
            return inner(orders)  # type: ignore[arg-type]

        monkeypatch.setattr(writer._commit, "carry_out", carry_out)


async def some_time(world: World, disk: FullDisk) -> None:
    """Let the engine try several times in vain."""
    tries = disk.refused + 3
    await world.until(lambda: disk.refused >= tries)


async def test_an_answer_that_cannot_be_written_is_kept_and_stored_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer stays in memory, holds its pool, and is written once there is room (protocol 4.3, 7.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    disk = FullDisk(world.ledger.writer, monkeypatch)
    held.released.set()
    await some_time(world, disk)
    assert world.states() == ["attempting"]
    assert world.said("ledger.answer_kept")
    disk.is_full = False
    await world.until(lambda: world.states() == ["accepted"])
    assert world.rows(schema.attempts)[0].job_id == "job-1"


async def test_while_commits_fail_nothing_new_is_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No gate opens without its commit, and everything goes on where it was afterwards (protocol 4.3, 7.2)."""
    await world.begin(schedule(a=["stop at 12:05 spread 50s"]))
    await world.advance(300)
    disk = FullDisk(world.ledger.writer, monkeypatch)
    world.clock.advance(50)
    await some_time(world, disk)
    with pytest.raises(LedgerUnavailable):
        await world.engine.tick()
    with pytest.raises(LedgerUnavailable):
        await world.engine.ask([world.asked("start")])
    assert world.sent() == []
    assert len(world.said("ledger.unavailable")) == 1
    disk.is_full = False
    await world.until(lambda: world.states() == ["accepted"])
    slots = world.engine.lanes["default"].slots
    assert slots.taken == 0


async def test_a_look_that_cannot_be_written_comes_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict that cannot be written is written later (protocol 4.3, 7.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    held = world.cloud().hold(Call.LIST_DESKTOPS)
    await world.advance(15)
    await held.arrived.wait()
    disk = FullDisk(world.ledger.writer, monkeypatch)
    held.released.set()
    await some_time(world, disk)
    assert world.states() == ["accepted"]
    disk.is_full = False
    await world.until(lambda: world.states() == ["succeeded"])


async def test_a_look_that_cannot_read_the_ledger_comes_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that cannot even begin is put back (protocol 7.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    disk = FullDisk(world.ledger.writer, monkeypatch)
    world.clock.advance(15)
    await world.until(lambda: disk.refused >= 2)
    disk.is_full = False
    await world.settle()
    assert world.states() == ["accepted"]
    await world.advance(20)
    assert world.states() == ["succeeded"]


async def test_a_commit_that_failed_and_was_there_all_the_same_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed commit may be in the ledger: writing it again is no conflict (protocol 7.1)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    inner, failed = world.ledger.writer._commit.carry_out, []

    def lying(orders: Sequence[object]) -> object:
        done = inner(orders)  # type: ignore[arg-type]
        if not failed:
            failed.append(True)
            raise LedgerUnavailable("the disk said no, and had done it", None)
        return done

    monkeypatch.setattr(world.ledger.writer._commit, "carry_out", lying)
    held.released.set()
    await world.until(lambda: 1 in world.engine.roster.looks)
    assert len(world.said("ledger.answer_kept")) == 1
    world.cloud().finish_all()
    await world.advance(15)
    assert world.states() == ["succeeded"]


async def test_a_kept_answer_is_said_once_and_once_when_it_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is not filled with lines about it (protocol 4.3, 7.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    disk = FullDisk(world.ledger.writer, monkeypatch)
    held.released.set()
    for _ in range(3):
        await some_time(world, disk)
    assert [line["run"] for line in world.said("ledger.answer_kept")] == [1]
    assert world.said("ledger.answer_stored") == []
    disk.is_full = False
    await world.until(lambda: world.states() == ["accepted"])
    await world.settle()
    assert [line["run"] for line in world.said("ledger.answer_stored")] == [1]
