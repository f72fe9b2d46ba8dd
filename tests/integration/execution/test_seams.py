"""What must stay together between a claim, its gate, its request and its verdict (protocol 1.4, 1.6, 4.2, 4.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from daemon.execution import gate
from daemon.execution.limiter import WINDOW
from daemon.ledger import claims, schema
from daemon.ledger.outcomes import Settling, settle
from daemon.ledger.states import State
from daemon.workspace.port import Call
from tests.support.world import schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from tests.support.world import World

THREE = {"a": ["stop at 12:05"], "b": ["stop at 12:05"], "c": ["stop at 12:05"]}


def claimed(conn: Connection, world: World, keys: str) -> list[tuple[int, str]]:
    """Claim the occurrences of these pools; ids and pools of the runs that are new."""
    book, now = world.engine.book, world.clock.now()
    due = book.timetable.between(now, now + timedelta(minutes=5))
    waiting, _ = claims.claim(conn, book, [(one, None) for one in due if one.pool.key in keys], now)
    return [(run.id, run.pool) for run in waiting]


async def test_old_and_new_claims_mixed_get_the_ids_that_are_theirs(world: World) -> None:
    """Where a unique key leaves some out, the others are found by what they claim."""
    await world.begin(schedule(**THREE))
    await world.kill()

    def unit(conn: Connection) -> list[list[tuple[int, str]]]:
        return [claimed(conn, world, keys) for keys in ("b", "abc", "abc")]

    told = await world.ledger.writer.do(unit)
    with world.ledger.reader() as conn:
        stored = {row.pool: row.id for row in conn.execute(select(schema.runs.c.id, schema.runs.c.pool))}
    assert told[0] == [(stored["b"], "b")]
    assert told[1] == [(stored["a"], "a"), (stored["c"], "c")]
    assert told[2] == []


async def test_a_batch_of_gates_is_at_most_half_of_the_slots(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One half's requests run while the other half's gates are committed."""
    inner, sizes = gate.pass_gates, []

    def counting(conn: Any, book: Any, ids: Sequence[int], *others: Any, **named: Any) -> Any:
        sizes.append(len(ids))
        return inner(conn, book, ids, *others, **named)

    monkeypatch.setattr(gate, "pass_gates", counting)
    world.tuning = replace(world.tuning, concurrency=4)
    await world.begin(schedule(**THREE))
    await world.advance(300)
    await world.until(lambda: world.states() == ["accepted"] * 3)
    assert sizes == [2, 1]


async def test_a_verdict_that_comes_too_late_changes_nothing(world: World) -> None:
    """A run that something else has ended keeps its end (protocol 4.13)."""
    await world.begin(schedule(**THREE))
    await world.advance(300)
    await world.until(lambda: world.states() == ["accepted"] * 3)
    (run, *_) = world.runs()
    now = world.clock.now()

    def unit(conn: Connection) -> Any:
        ended = {"state": State.SUPERSEDED, "reason": "overtaken", "finished_at": now}
        conn.execute(schema.runs.update().where(schema.runs.c.id == run.id).values(ended))
        late = replace(run, state=State.SUCCEEDED)
        return settle(conn, [Settling(late, "all there", now, found=State.ACCEPTED)])

    (settled,) = await world.ledger.writer.do(unit)
    assert (settled.moved_on, settled.run.state) == (True, State.SUPERSEDED)
    assert (world.run(run.id).state, world.run(run.id).reason) == ("superseded", "overtaken")


async def test_a_verdict_about_no_run_is_a_fault(world: World) -> None:
    """Nobody is told that it was written."""
    await world.begin(schedule(**THREE))
    await world.advance(300)
    await world.until(lambda: world.states() == ["accepted"] * 3)
    stranger = replace(world.runs()[0], id=999, state=State.SUCCEEDED)
    with pytest.raises(LookupError, match="999"):
        await world.ledger.writer.do(
            lambda conn: settle(conn, [Settling(stranger, "all there", world.clock.now(), found=State.ACCEPTED)])
        )


async def test_a_token_goes_back_to_the_log_that_it_came_from(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though credentials are renewed between a gate and its request (protocol 4.9)."""
    inner = gate.pass_gates

    def renewing(*arguments: Any, **named: Any) -> Any:
        world.cloud()._credential = "a newer key"
        return inner(*arguments, **named)

    monkeypatch.setattr(gate, "pass_gates", renewing)
    world.tuning = replace(world.tuning, writes_per_minute=10)
    await world.begin(schedule(**THREE))
    lane = world.engine.lanes["default"]
    old = lane.log(Call.ACT_ON_POOL)
    await world.advance(300)
    await world.until(lambda: world.states() == ["accepted"] * 3)
    new = lane.log(Call.ACT_ON_POOL)
    assert old is not new
    assert (old.room(world.clock.elapsed()), new.room(world.clock.elapsed())) == (7, 10)
    assert old.room(world.clock.elapsed() + WINDOW) == 10
