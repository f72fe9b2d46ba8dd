"""What the ledger is asked about the past: `history`, `show`, and each pool's last and open run for `status`.

Every question is answered from an index and bounded by a limit, so that a reader's snapshot is short however many
millions of runs there are: an open reader lets the write-ahead log grow.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from daemon.ledger import schema
from daemon.ledger.listing import listed, listed_table
from daemon.ledger.records import RUN_FIELDS, AttemptRecord, DesktopRecord, JobRecord, RunDetail, RunRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Column, Connection, Select

_runs, _pools = schema.runs, schema.pools
_first, _of_pool, _candidates = _runs.alias("first"), _runs.alias("of_pool"), _runs.alias("candidates")
_COLUMNS = tuple(_runs.c["id" if name == "run" else name] for name in (*RUN_FIELDS, "pool_no"))

LIMIT = 50
"""Rows that `history` gives unless told."""

MANY = 100
"""Up to so many pools are looked up one by one; of more, some have runs among the newest, wherever one looks."""


def history(
    conn: Connection,
    pool: str | None = None,
    since: datetime | None = None,
    state: str | None = None,
    limit: int = LIMIT,
    *,
    project: str | None = None,
) -> list[RunRecord]:
    """Runs, newest first.

    Args:
        conn: a reader.
        pool: a pool's key, ``project/key``, the cloud's id, or a shell-style pattern: of keys, with a "/" of
            ``project/key``.
        since: scheduled at or after, aware UTC.
        state: in this state only.
        limit: how many at most.
        project: of this project only.
    """
    query = select(*_COLUMNS)
    if pool is None and project is None:
        query = _bounded(query, _runs, since, state)
    else:
        numbers = matching(conn, pool, project)
        if len(numbers) > MANY:
            query = _bounded(query.where(_runs.c.pool_no.in_(listed(numbers))), _runs, since, state)
        else:
            query = query.where(_runs.c.id.in_(_newest_of_each(numbers, since, state, limit)))
    return [RunRecord(*row) for row in conn.execute(query.order_by(_runs.c.id.desc()).limit(limit))]


def show(conn: Connection, run: int) -> RunDetail | None:
    """One run with everything on record about it, or None where there is no such run."""
    row = conn.execute(
        select(*_COLUMNS, _runs.c.source, _runs.c.eclipsed, _runs.c.parent, _runs.c.next_attempt_at).where(
            _runs.c.id == run
        )
    ).one_or_none()
    if row is None:
        return None
    attempts, jobs, desktops = schema.attempts.c, schema.jobs.c, schema.job_desktops.c
    return RunDetail(
        record=RunRecord(*row[: len(_COLUMNS)]),
        attempts=tuple(AttemptRecord(*found) for found in _of(conn, run, AttemptRecord.__slots__, attempts.number)),
        jobs=tuple(JobRecord(*found) for found in _of(conn, run, JobRecord.__slots__, jobs.started_at, jobs.job_id)),
        desktops=tuple(
            DesktopRecord(*found) for found in _of(conn, run, DesktopRecord.__slots__, desktops.computer_name)
        ),
        source=row.source,
        eclipsed=tuple((policy, source) for policy, source in row.eclipsed or ()),
        parent=row.parent,
        next_attempt_at=row.next_attempt_at,
    )


def last_finished(conn: Connection) -> list[RunRecord]:
    """The newest finished run of every pool that has one, by pool number."""
    return _one_a_pool(conn, _runs.c.finished_at.is_not(None))


def newest_open(conn: Connection) -> list[RunRecord]:
    """The newest open run of every pool that has one, by pool number."""
    return _one_a_pool(conn, text(f"runs.state IN {schema.OPEN_STATES}"))


def matching(conn: Connection, pool: str | None, project: str | None = None) -> list[int]:
    """The numbers of the pools that a name or pattern means, those that are in the file no longer included."""
    found = conn.execute(select(_pools.c.no, _pools.c.project, _pools.c.key, _pools.c.pool_id).order_by(_pools.c.no))
    return [
        no
        for no, of_project, key, pool_id in found
        if project in (None, of_project) and (pool is None or _means(pool, of_project, key, pool_id))
    ]


def _means(name: str, project: str, key: str, pool_id: str | None) -> bool:
    whole = f"{project}/{key}"
    return name in (key, whole, pool_id) or fnmatchcase(whole if "/" in name else key, name)


def _bounded(query: Select[Any], runs: Any, since: datetime | None, state: str | None) -> Select[Any]:
    if since is not None:
        # Ids follow scheduled_at but for a few: the first condition bounds the walk by id, the second is exact. The
        # planner is kept from walking by scheduled_at, after which it would have to sort.
        # That "+ 0" keeps it from looking for the least id by walking up from the first run ever.
        first = select(func.min(_first.c.id + 0)).where(_first.c.scheduled_at >= since).scalar_subquery()
        query = query.where(runs.c.id >= first, func.likely(runs.c.scheduled_at >= since))
    return query if state is None else query.where(runs.c.state == state)


def _newest_of_each(numbers: Sequence[int], since: datetime | None, state: str | None, limit: int) -> Select[Any]:
    """The newest ids of each pool, each from the pool's own index: a quiet pool does not make it read all the rest."""
    each = listed_table(numbers)
    newest = select(_of_pool.c.id).where(_of_pool.c.pool_no == each.c.value).correlate(each)
    newest = _bounded(newest, _of_pool, since, state).order_by(_of_pool.c.id.desc()).limit(limit)
    return select(_candidates.c.id).select_from(each).join(_candidates, _candidates.c.id.in_(newest))


def _of(conn: Connection, run: int, names: Iterable[str], *order: Column[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a run in the table that it is ordered by a column of."""
    table = order[0].table
    rows = conn.execute(select(*(table.c[name] for name in names)).where(table.c.run == run).order_by(*order))
    return (tuple(row) for row in rows.all())


def _one_a_pool(conn: Connection, condition: Any) -> list[RunRecord]:
    newest = (
        select(func.max(_runs.c.id))
        .where(_runs.c.pool_no == _pools.c.no, condition)
        .correlate(_pools)
        .scalar_subquery()
    )
    return [
        RunRecord(*row)
        for row in conn.execute(select(*_COLUMNS).join(_pools, _runs.c.id == newest).order_by(_pools.c.no))
    ]
