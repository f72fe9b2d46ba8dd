"""The questions of a gate stay quick on millions of runs: they are answered from the partial indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.dialects import sqlite

from daemon.ledger import again, claims, gates, history, outcomes, overridelist, overrides, overriding, recovering, runs
from daemon.ledger.connect import writing_engine
from tests.support.runs import a_run
from tests.support.world import schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from tests.support.world import World


class Spy:
    """Explains every statement that a question executes."""

    def __init__(self, conn: Connection) -> None:
        """Ask on this connection."""
        self._conn = conn
        self.plans: list[str] = []

    def execute(self, statement: object, parameters: object = None) -> object:
        """Explain it, then execute it."""
        given = statement.params(parameters) if isinstance(parameters, dict) else statement  # type: ignore[attr-defined]
        compiled = given.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True})
        explained = self._conn.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}", tuple(0 for _ in compiled.positiontup or ())
        )
        self.plans.append("\n".join(str(row[3]) for row in explained))
        return self._conn.execute(statement, parameters)  # type: ignore[call-overload]


@pytest.fixture
async def spy(world: World) -> Iterator[Spy]:
    """A ledger with one run."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    with writing_engine(world.ledger.path).connect() as conn:
        yield Spy(conn)


def test_a_gates_standing_is_answered_from_the_partial_indexes(spy: Spy) -> None:
    """Last word, run in flight and open runs of a pool come from one index each, the run by its key (protocol 4.2)."""
    gates.standings(spy, [1])  # type: ignore[arg-type]
    (plan,) = spy.plans
    assert plan.count("runs_standing_word (pool_no=?)") == 2
    assert plan.count("runs_one_in_flight (pool_no=?)") == 2
    assert plan.count("runs_open (pool_no=?)") == 2
    scans = [line for line in plan.splitlines() if "SCAN " in line]
    assert all("VIRTUAL TABLE" in line or "SCAN anon_1" in line for line in scans)  # the ids given, the rows found


QUESTIONS: list[Callable[[Spy], object]] = [
    lambda spy: claims.claimed_walls(spy, [(1, "stop", "2026-11-23T12:05"), (2, "start", "2026-11-23T12:05")]),  # type: ignore[arg-type]
    lambda spy: claims._pools_with_older(spy, [a_run()]),  # type: ignore[arg-type]
    lambda spy: claims.asked_before(spy, "r1"),  # type: ignore[arg-type]
    lambda spy: runs.read(spy, [1, 2]),  # type: ignore[arg-type]
    runs.read_open,  # type: ignore[list-item]
    lambda spy: gates.open_besides(spy, ()),  # type: ignore[arg-type]
    lambda spy: outcomes.bearings(spy, a_run()),  # type: ignore[arg-type]
    recovering.last_attempts,  # type: ignore[list-item]
    lambda spy: again.to_do_again(spy, [1, 2], a_run().due_at),  # type: ignore[arg-type]
    history.projects_with_open_runs,  # type: ignore[list-item]
    lambda spy: recovering.sent_since(spy, a_run().due_at),  # type: ignore[arg-type]
    lambda spy: overridelist.of_ids(spy, [1]),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("ask", QUESTIONS)
def test_no_question_reads_a_whole_table_of_runs_or_attempts(spy: Spy, ask: Callable[[Spy], object]) -> None:
    """Whatever execution asks on its way, no table that grows without bound is read whole (protocol 4.2, 7.1)."""
    ask(spy)
    for plan in spy.plans:
        assert "SCAN runs" not in plan, plan
        assert "SCAN attempts" not in plan, plan
    assert spy.plans


OF_OVERRIDES: list[tuple[str, Callable[[Spy], object]]] = [
    ("overrides_by_end", lambda spy: overrides.on_record(spy, a_run().due_at, a_run().due_at)),  # type: ignore[arg-type]
    ("overrides_by_end", lambda spy: overridelist.in_force(spy, a_run().due_at)),  # type: ignore[arg-type]
    ("overrides_to_enforce", overriding.next_end),  # type: ignore[list-item]
    ("overrides_to_enforce", lambda spy: overriding.ending(spy, a_run().due_at)),  # type: ignore[arg-type]
    ("overrides_asked_once", lambda spy: overriding.asked_before(spy, "r")),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("index", "ask"), OF_OVERRIDES)
def test_overrides_are_found_by_an_index(spy: Spy, index: str, ask: Callable[[Spy], object]) -> None:
    """They are kept for good, and every gate asks which are in force (protocol 4.2, 4.10)."""
    ask(spy)
    assert index in spy.plans[0], spy.plans[0]


async def test_what_an_override_skipped_is_found_by_an_index(world: World, spy: Spy) -> None:
    """However many runs there are (protocol 4.10)."""
    await world.override("hold-on")
    overridelist.of_ids(spy, [1])  # type: ignore[arg-type]
    _, counted, named, enforced = spy.plans
    assert "runs_by_override" in counted
    assert "runs_by_override" in named
    assert "runs_enforced_once" in enforced
