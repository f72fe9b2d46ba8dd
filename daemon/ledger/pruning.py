"""Retention: taking away what is older than the ledger keeps, a little at a time (protocol 6.3).

Runs are walked from the cutoff downwards, newest first, so that what refers is taken before what it refers to. Kept,
however old:

- an open run, and one with a job that is still looked at;
- a pool's last run, and its last standing word: by them it is known what state the pool is to be in;
- the parent of a run that is kept;
- every override: what was paused, skipped or held can be told for good, and they are few;
- the versions that kept runs refer to, those since the cutoff and the one in force at it.

Every batch is a transaction of its own and short: beside a running daemon, actions wait for one batch at most. What a
batch decides, it decides inside its transaction, so nothing that happens between two batches is missed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, func, literal, select, text, tuple_
from sqlalchemy.exc import DBAPIError

from daemon.ledger import schema
from daemon.ledger.connect import ledger_path, writing_engine
from daemon.ledger.errors import unavailable
from daemon.ledger.ledger import require_file, take
from daemon.ledger.listing import listed
from daemon.ledger.migrate import migrate

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Table

    from daemon.ledger.writer import Writer

BATCH = 100
"""Rows looked at in one transaction: some ten milliseconds."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was taken away.

    Attributes:
        runs: with their attempts, jobs and desktops.
        versions: that nothing refers to any more.
    """

    runs: int = 0
    versions: int = 0


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a pruning has come.

    Attributes:
        before: what is older may go.
        batch: rows looked at in one transaction.
        place: (scheduled_at, run) below which runs are still to be looked at; None once all have been.
        finished: nothing is left to do.
        done: what was taken away so far.
    """

    before: datetime
    batch: int
    place: tuple[datetime, int] | None
    finished: bool = False
    done: Pruned = Pruned()

    @classmethod
    def start(cls, before: datetime, batch: int = BATCH) -> Walk:
        """At the newest run that may go."""
        return cls(before, batch, (before, 0))


async def prune(writer: Writer, before: datetime, *, batch: int = BATCH) -> Pruned:
    """Take away what is older than ``before``, through the running daemon's writer.

    Args:
        writer: the ledger's.
        before: aware UTC, by the trusted clock (6.3): the caller asks that first.
        batch: rows looked at in one transaction.

    Raises:
        LedgerUnavailable: a commit did not work; what was taken before it stays taken.
    """
    walk = Walk.start(before, batch)
    while not walk.finished:
        walk = await writer.do(partial(step, walk=walk))
    return walk.done


def prune_file(url: str, before: datetime, *, now: datetime, batch: int = BATCH) -> Pruned:
    """Take away what is older than ``before`` from a ledger that no daemon uses, under its lock (5.2).

    Args:
        url: of the ledger.
        before: aware UTC.
        now: aware UTC, for the lock file.
        batch: rows looked at in one transaction.

    Raises:
        LedgerOwnedError: a daemon uses it: it prunes by itself.
        LedgerError: it cannot be used; what was taken before stays taken.
    """
    path = ledger_path(url)
    require_file(path)
    lock = take(path, now=now)
    try:
        migrate(path)
        with writing_engine(path).connect() as connection:
            walk = Walk.start(before, batch)
            while not walk.finished:
                with connection.begin():
                    walk = step(connection, walk)
            return walk.done
    except (DBAPIError, sqlite3.Error) as error:
        raise unavailable(error, path) from error
    finally:
        lock.release()


def step(conn: Connection, walk: Walk) -> Walk:
    """One batch, to be committed before the next."""
    if walk.place is not None:
        return _prune_runs(conn, walk, walk.place)
    versions = _delete_some(conn, schema.versions, _unused_versions(walk.before), walk.batch)
    done = replace(walk.done, versions=walk.done.versions + versions)
    return replace(walk, done=done, finished=versions < walk.batch)


_runs = schema.runs
_other = _runs.alias("other")


def _prune_runs(conn: Connection, walk: Walk, place: tuple[datetime, int]) -> Walk:
    scheduled_at, run = place
    # The literal's type is said: a bare datetime would be compared as text, and every number is less than any text.
    below = tuple_(literal(scheduled_at, schema.Instant()), literal(run))
    rows = conn.execute(
        select(_runs.c.id, _runs.c.scheduled_at, _is_over(walk.before).label("is_over"))
        .where(tuple_(_runs.c.scheduled_at, _runs.c.id) < below)
        .order_by(_runs.c.scheduled_at.desc(), _runs.c.id.desc())
        .limit(walk.batch)
    ).all()
    children = _children(conn, [row.id for row in rows])
    gone: set[int] = set()
    for row in rows:
        if row.is_over and children.get(row.id, frozenset()) <= gone:
            gone.add(row.id)
    _delete_runs(conn, gone)
    further = (rows[-1].scheduled_at, rows[-1].id) if len(rows) == walk.batch else None
    return replace(walk, place=further, done=replace(walk.done, runs=walk.done.runs + len(gone)))


def _is_over(before: datetime) -> ColumnElement[bool]:
    """Whether a run may go, but for what refers to it."""
    newest = select(func.max(_other.c.id)).where(_other.c.pool_no == _runs.c.pool_no).correlate(_runs)
    job = schema.jobs.c
    return and_(
        func.coalesce(_runs.c.finished_at < before, text("0")),
        ~exists().where(job.run == _runs.c.id, ~job.closed).correlate(_runs),
        _runs.c.id != newest.scalar_subquery(),
        func.coalesce(_runs.c.id != newest.where(text(schema.STANDING_WORD)).scalar_subquery(), text("1")),
    )


def _children(conn: Connection, runs: list[int]) -> dict[int, set[int]]:
    children: dict[int, set[int]] = {}
    for child, parent in conn.execute(select(_runs.c.id, _runs.c.parent).where(_runs.c.parent.in_(listed(runs)))):
        children.setdefault(parent, set()).add(child)
    return children


def _delete_runs(conn: Connection, ids: set[int]) -> None:
    """With all that belongs to them, in the order in which they refer to each other."""
    for table in (schema.job_desktops, schema.jobs, schema.attempts):
        conn.execute(delete(table).where(table.c.run.in_(listed(ids))))
    conn.execute(delete(_runs).where(_runs.c.id.in_(listed(ids))))


def _unused_versions(before: datetime) -> ColumnElement[bool]:
    version, other = schema.versions.c, schema.versions.alias("other")
    in_force = select(func.max(other.c.id)).where(other.c.accepted_at <= before).scalar_subquery()
    return and_(version.id < in_force, ~exists().where(_runs.c.version == version.id).correlate(schema.versions))


def _delete_some(conn: Connection, table: Table, unused: ColumnElement[bool], batch: int) -> int:
    chosen = conn.execute(select(table.c.id).where(unused).limit(batch)).scalars().all()
    conn.execute(delete(table).where(table.c.id.in_(listed(chosen))))
    return len(chosen)
