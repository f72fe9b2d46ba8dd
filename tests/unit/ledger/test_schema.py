"""The tables: what the migrations make, and what the constraints refuse."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError, StatementError

from daemon.ledger import schema
from daemon.ledger.connect import writing_engine
from daemon.ledger.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
DEFINITIONS = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Connection]:
    """A migrated ledger with two pools, inside a transaction."""
    migrate(tmp_path / "ledger.db")
    with writing_engine(tmp_path / "ledger.db").connect() as connection, connection.begin():
        for key in ("engineering", "design"):
            connection.execute(schema.pools.insert().values(project="default", key=key, name=key, present=True))
        yield connection


def run(connection: Connection, **other: Any) -> int:
    """Insert a run of the first pool, pending unless told."""
    values: dict[str, Any] = {
        "pool_no": 1, "project": "default", "pool": "engineering", "origin": "schedule", "action": "stop",
        "type": "SOFT", "scheduled_at": AT, "due_at": AT, "retry_for": timedelta(hours=2),
        "catch_up": timedelta(hours=2), "state": "pending",
    }  # fmt: skip
    done = connection.execute(schema.runs.insert().values(**values | other))
    return int(done.inserted_primary_key[0])


def ended(state: str) -> dict[str, Any]:
    """What belongs to a final state."""
    return {"state": state, "reason": "why", "finished_at": AT}


def test_migrations_make_exactly_the_tables_of_the_schema(ledger: Connection) -> None:
    """Every table, column, constraint, index and predicate that the code reasons with is what is in the file."""
    engine = create_engine("sqlite://")
    schema.metadata.create_all(engine)
    with engine.connect() as wanted:
        assert _definitions(ledger) == _definitions(wanted)
    engine.dispose()


def _definitions(connection: Connection) -> dict[str, str]:
    found = connection.exec_driver_sql(DEFINITIONS).all()
    return {name: re.sub(r"\s+", " ", sql.replace('"', "")) for name, sql in found}


def test_empty_ledger_has_a_heart_that_never_beat(ledger: Connection) -> None:
    """The one row is there from the start, without a watermark (protocol 1.7)."""
    assert ledger.execute(schema.heart.select()).all() == [(1, None, 0, None)]


def test_occurrence_is_claimed_once(ledger: Connection) -> None:
    """A second run of one pool, action and instant is refused, whatever became of the first (protocol 1.4)."""
    run(ledger, **ended("skipped"))
    with pytest.raises(IntegrityError, match=r"runs\.pool_no, runs\.action, runs\.scheduled_at"):
        run(ledger)


def test_neither_another_pool_nor_action_nor_instant_nor_a_manual_run_is_the_same_occurrence(
    ledger: Connection,
) -> None:
    """The key of a claim is (pool, action, scheduled_at) for origin `schedule` alone (protocol 1.4)."""
    run(ledger)
    run(ledger, pool_no=2)
    run(ledger, action="start")
    run(ledger, scheduled_at=AT + timedelta(microseconds=1))
    run(ledger, origin="manual", request="r-1")


def test_void_run_is_out_of_the_keys(ledger: Connection) -> None:
    """What a wrong clock claimed can be claimed again (protocol 1.4)."""
    run(ledger, **ended("void"))
    run(ledger)


def test_warning_is_claimed_once_for_each_lead(ledger: Connection) -> None:
    """Two warnings of one action differ by their lead (protocol 1.4)."""
    run(ledger, origin="warning", lead=timedelta(minutes=10))
    run(ledger, origin="warning", lead=timedelta(minutes=2))
    with pytest.raises(IntegrityError):
        run(ledger, origin="warning", lead=timedelta(minutes=10))


@pytest.mark.parametrize("origin", ["escalation", "enforce"])
def test_parent_has_each_step_once(ledger: Connection, origin: str) -> None:
    """An escalation or enforcement is unique by (parent run, step) (protocol 1.4)."""
    parent = run(ledger)
    run(ledger, origin=origin, parent=parent, step=1)
    run(ledger, origin=origin, parent=parent, step=2)
    with pytest.raises(IntegrityError):
        run(ledger, origin=origin, parent=parent, step=1)


def test_request_is_one_run_of_a_pool(ledger: Connection) -> None:
    """A manual call that is repeated with its request id makes no second run (protocol 1.4)."""
    run(ledger, origin="manual", request="r-1")
    run(ledger, origin="manual", request="r-1", pool_no=2)
    with pytest.raises(IntegrityError):
        run(ledger, origin="manual", request="r-1", action="start")


@pytest.mark.parametrize("first", ["attempting", "accepted"])
@pytest.mark.parametrize("second", ["attempting", "accepted"])
def test_one_run_of_a_pool_is_in_flight(ledger: Connection, first: str, second: str) -> None:
    """At most one run of a pool is attempting or accepted; another pool's does not count (protocol 4.1)."""
    run(ledger, state=first)
    run(ledger, state="pending", action="start")
    run(ledger, state=second, pool_no=2)
    with pytest.raises(IntegrityError, match=r"runs\.pool_no"):
        run(ledger, state=second, action="reboot")


def test_final_state_has_a_reason_and_a_time(ledger: Connection) -> None:
    """A run that ended says why and when; an open one has no end (protocol 4.13)."""
    with pytest.raises(IntegrityError, match="runs_reason"):
        run(ledger, state="failed", finished_at=AT)
    with pytest.raises(IntegrityError, match="runs_finished"):
        run(ledger, state="failed", reason="why")
    with pytest.raises(IntegrityError, match="runs_finished"):
        run(ledger, state="pending", finished_at=AT)


def test_states_are_those_of_the_protocol(ledger: Connection) -> None:
    """A state that the protocol does not know is refused by the database (protocol 4.1)."""
    with pytest.raises(IntegrityError, match="runs_state"):
        run(ledger, state="done", reason="why", finished_at=AT)


def test_run_refers_to_a_pool_that_exists(ledger: Connection) -> None:
    """Foreign keys are enforced on the writer's connection."""
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        run(ledger, pool_no=99)


def test_ids_are_never_given_twice(ledger: Connection) -> None:
    """Newer = greater run id, also after the newest run is taken away (protocol 1.6)."""
    first = run(ledger)
    ledger.execute(schema.runs.delete())
    assert run(ledger) > first


def test_present_pool_has_its_key_and_its_cloud_id_alone(ledger: Connection) -> None:
    """Two pools of the file share neither key nor id; one that is gone from the file keeps its key (protocol 3.5)."""
    pools = schema.pools.insert()
    ledger.execute(pools.values(project="default", key="engineering", name="x", present=False, pool_id="a"))
    with pytest.raises(IntegrityError):
        ledger.execute(pools.values(project="default", key="engineering", name="x", present=True))
    with pytest.raises(IntegrityError):
        ledger.execute(pools.values(project="default", key="other", name="x", present=True, pool_id="a"))


def test_instants_come_back_aware_and_exact(ledger: Connection) -> None:
    """An instant survives to the microsecond, in UTC, whatever zone it came in; durations survive too."""
    berlin = datetime.fromisoformat("2026-11-23T20:00:00.000001+01:00")
    run(ledger, due_at=berlin)
    row = ledger.execute(schema.runs.select()).one()
    assert row.due_at == berlin
    assert row.due_at.utcoffset() == timedelta(0)
    assert row.retry_for == timedelta(hours=2)
    assert row.finished_at is None


def test_naive_instants_are_refused(ledger: Connection) -> None:
    """A datetime without a zone would be a guess, and is not stored."""
    with pytest.raises(StatementError, match="aware datetimes only"):
        run(ledger, due_at=AT.replace(tzinfo=None))
