"""Retention: what is taken away, and what is kept however old it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from daemon.ledger import schema
from daemon.ledger.connect import writing_engine
from daemon.ledger.errors import LedgerMissingError, LedgerOwnedError, LedgerUnavailable
from daemon.ledger.ledger import open_ledger
from daemon.ledger.upkeep import Pruned, prune, prune_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

    from daemon.ledger.ledger import Ledger

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD = AT - 500 * DAY
BEFORE = AT - 400 * DAY


async def fill(ledger: Ledger, rows: Callable[[Connection], Any], work: Callable[[Any], Any]) -> Any:
    """Put rows into a ledger that has one pool with a run of today."""

    def unit(conn: Connection) -> Any:
        make = rows(conn)
        make.pool("engineering")
        result = work(make)
        make.run(1, AT)
        return result

    return await ledger.writer.do(unit)


def kept(ledger: Ledger, table: Any = schema.runs) -> list[int]:
    """The ids of what is left, but for today's run."""
    with ledger.reader() as conn:
        ids = list(conn.execute(select(table.c.id).order_by(table.c.id)).scalars())
    return ids[:-1] if table is schema.runs else ids


async def test_old_runs_go_with_all_that_belongs_to_them(ledger: Ledger, rows: Any) -> None:
    """Attempts, jobs and desktops of a run that is taken away go with it (protocol 6.3)."""

    def work(make: Any) -> None:
        for run in (make.run(1, OLD), make.run(1, BEFORE - timedelta(microseconds=1)), make.run(1, BEFORE)):
            attempt = make.attempt(run)
            make.job(run, 1, f"job-{run}", attempt=attempt)
            make.desktop(run, "d-1")

    await fill(ledger, rows, work)
    assert await prune(ledger.writer, BEFORE) == Pruned(runs=2)
    assert kept(ledger) == [3]
    with ledger.reader() as conn:
        for table in (schema.attempts, schema.jobs, schema.job_desktops):
            assert conn.execute(select(table.c.run)).scalars().all() == [3]


@pytest.mark.parametrize("state", ["pending", "attempting", "accepted"])
async def test_open_run_is_kept(ledger: Ledger, rows: Any, state: str) -> None:
    """However old, what is still to happen stays on record (protocol 6.3)."""
    await fill(ledger, rows, lambda make: make.run(1, OLD, state))
    assert await prune(ledger.writer, BEFORE) == Pruned()
    assert kept(ledger) == [1]


async def test_run_that_ended_lately_is_kept(ledger: Ledger, rows: Any) -> None:
    """Retention counts from the end of what took long (protocol 6.3)."""
    await fill(ledger, rows, lambda make: make.run(1, OLD, finished_at=AT))
    assert await prune(ledger.writer, BEFORE) == Pruned()


async def test_run_with_a_job_that_is_still_looked_at_is_kept(ledger: Ledger, rows: Any) -> None:
    """A word is not judged while a known job of the pool is open, so the job stays known (protocol 6.3)."""

    def work(make: Any) -> None:
        make.job(make.run(1, OLD), 1, "job", closed=False)

    await fill(ledger, rows, work)
    assert await prune(ledger.writer, BEFORE) == Pruned()


async def test_last_run_and_last_standing_word_of_a_pool_are_kept(ledger: Ledger, rows: Any) -> None:
    """By them it is known what a pool that nothing has called for since is to be (protocol 6.3)."""

    def work(make: Any) -> None:
        quiet = make.pool("quiet")
        make.run(quiet, OLD)
        make.run(quiet, OLD + DAY, action="start")
        make.run(quiet, OLD + 2 * DAY, "skipped")
        make.run(quiet, OLD + 3 * DAY, action="reboot")

    await fill(ledger, rows, work)
    assert await prune(ledger.writer, BEFORE) == Pruned(runs=2)
    assert kept(ledger) == [2, 4]


async def test_parent_stays_as_long_as_its_child(ledger: Ledger, rows: Any) -> None:
    """A retry that is kept keeps the run it retries, and that one's parent; old ones go together (protocol 6.3)."""

    def work(make: Any) -> None:
        first = make.run(1, OLD)
        second = make.run(1, OLD + DAY, parent=first)
        make.run(1, AT - DAY, parent=second)
        lonely = make.run(1, OLD + 2 * DAY)
        make.run(1, OLD + 3 * DAY, parent=lonely)

    await fill(ledger, rows, work)
    assert await prune(ledger.writer, BEFORE) == Pruned(runs=2)
    assert kept(ledger) == [1, 2, 3]


@pytest.mark.parametrize("batch", [1, 2, 7, 500])
async def test_batches_of_any_size_take_the_same(ledger: Ledger, rows: Any, batch: int) -> None:
    """A little at a time, past what is kept, children before parents (protocol 6.3)."""

    def work(make: Any) -> None:
        for day in range(20):
            make.run(1, OLD + (day // 2) * DAY, "pending" if day % 5 == 0 else "failed", parent=day or None,
                     action="start" if day % 2 else "stop")  # fmt: skip

    await fill(ledger, rows, work)
    done = await prune(ledger.writer, BEFORE, batch=batch)
    assert kept(ledger) == list(range(1, 17))
    assert done == Pruned(runs=4)


async def test_versions_go_once_nothing_refers_to_them(ledger: Ledger, rows: Any) -> None:
    """Kept: what kept runs were claimed under, what has been in force since the cutoff, the newest (protocol 6.3)."""

    def work(make: Any) -> None:
        for day in range(4):
            make.version(OLD + day * DAY)
        make.version(AT - DAY)
        make.run(1, OLD, version=1)
        make.run(1, OLD + 2 * DAY, "pending", version=3)

    await fill(ledger, rows, work)
    assert await prune(ledger.writer, BEFORE, batch=1) == Pruned(runs=1, versions=2)
    assert kept(ledger, schema.versions) == [3, 4, 5]


async def test_overrides_are_kept_for_good(ledger: Ledger, rows: Any) -> None:
    """However long ago they ended, and whether or not a kept run names them (protocol 6.3)."""

    def work(make: Any) -> None:
        make.override(OLD)
        make.override(OLD)
        make.override(AT)
        make.override(None)
        make.override(None, ended_at=OLD)
        make.run(1, AT - DAY, "skipped", override=2)

    await fill(ledger, rows, work)
    assert await prune(ledger.writer, BEFORE) == Pruned()
    assert kept(ledger, schema.overrides) == [1, 2, 3, 4, 5]


async def test_what_happens_between_two_batches_is_not_missed(ledger: Ledger, rows: Any) -> None:
    """A retry that comes while runs are being taken away keeps its parent (protocol 6.3)."""

    def work(make: Any) -> None:
        for day in range(3):
            make.run(1, OLD + day * DAY)

    await fill(ledger, rows, work)
    real, calls = ledger.writer.do, 0

    async def interrupted(unit: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            await real(lambda conn: rows(conn).run(1, AT + DAY, "pending", parent=1))
        return await real(unit)

    ledger.writer.do = interrupted  # type: ignore[method-assign]
    assert await prune(ledger.writer, BEFORE, batch=1) == Pruned(runs=2)
    assert kept(ledger) == [1, 4]


async def test_pruning_a_stopped_daemons_ledger_takes_its_lock(url: str, path: Path, rows: Any) -> None:
    """Directly where no daemon runs; refused where one does (protocol 5.2)."""
    ledger = open_ledger(url, now=AT)
    await fill(ledger, rows, lambda make: [make.run(1, OLD + day * DAY) for day in range(5)])
    with pytest.raises(LedgerOwnedError):
        prune_file(url, BEFORE, now=AT)
    await ledger.aclose()
    assert prune_file(url, BEFORE, now=AT, batch=2) == Pruned(runs=5)
    with writing_engine(path).connect() as conn:
        assert conn.execute(select(func.count()).select_from(schema.runs)).scalar_one() == 1
    await open_ledger(url, now=AT).aclose()


def test_missing_ledger_is_not_made_by_pruning(url: str, path: Path) -> None:
    """Nothing is there, and nothing is made."""
    with pytest.raises(LedgerMissingError):
        prune_file(url, BEFORE, now=AT)
    assert not path.parent.exists()


async def test_pruning_a_ledger_that_cannot_be_written_says_why(
    url: str, path: Path, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails in a batch is told like any commit that fails, and the lock is let go (protocol 7.2)."""
    ledger = open_ledger(url, now=AT)
    await fill(ledger, rows, lambda make: make.run(1, OLD))
    await ledger.aclose()
    from daemon.ledger import pruning

    def break_down(*_: object) -> None:
        import sqlite3

        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(pruning, "step", break_down)
        with pytest.raises(LedgerUnavailable, match="disk I/O error"):
            prune_file(url, BEFORE, now=AT)
    assert prune_file(url, BEFORE, now=AT) == Pruned(runs=1)
    assert path.exists()  # noqa: ASYNC240


async def test_no_row_taken_away_makes_sqlite_read_a_whole_table(ledger: Ledger) -> None:
    """Whatever refers to runs, attempts, versions and overrides is found by an index (protocol 6.3)."""
    references = [
        (table.name, column.name)
        for table in schema.metadata.tables.values()
        for column in table.c
        if any(key.column.table.name in ("runs", "attempts", "versions", "overrides") for key in column.foreign_keys)
    ]
    with ledger.reader() as conn:
        for table, column in references:
            plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = 1").all()  # noqa: S608
            assert plan[0][3].startswith("SEARCH"), (table, column)
