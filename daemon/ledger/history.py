"""What the ledger is asked about the past: `history`, `show`, and each pool's last and open run for `status`.

Every question is answered from an index and bounded by a limit, so that a reader's snapshot is short however many
millions of runs there are: an open reader lets the write-ahead log grow.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, text, tuple_

from daemon.ledger import schema
from daemon.ledger.listing import listed, listed_table
from daemon.ledger.records import RUN_FIELDS, AttemptRecord, DesktopRecord, JobRecord, RunDetail, RunRecord
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.selection import UnknownPoolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Column, Connection, Select

    from daemon.timetable.pools import Pool

_runs, _pools = schema.runs, schema.pools
_first, _of_pool, _candidates = _runs.alias("first"), _runs.alias("of_pool"), _runs.alias("candidates")
RECORD_COLUMNS = tuple(_runs.c["id" if name == "run" else name] for name in (*RUN_FIELDS, "pool_no"))
"""What a ``RunRecord`` is made of, in its order."""

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
    query = select(*RECORD_COLUMNS)
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
        select(
            *RECORD_COLUMNS, _runs.c.source, _runs.c.calendar, _runs.c.eclipsed, _runs.c.parent, _runs.c.next_attempt_at
        ).where(_runs.c.id == run)
    ).one_or_none()
    if row is None:
        return None
    attempts, desktops = schema.attempts.c, schema.job_desktops.c
    return RunDetail(
        record=RunRecord(*row[: len(RECORD_COLUMNS)]),
        attempts=tuple(AttemptRecord(*found) for found in _of(conn, run, AttemptRecord.__slots__, attempts.number)),
        jobs=tuple(JobRecord(*found) for found in _jobs(conn, run)),
        desktops=tuple(
            DesktopRecord(*found) for found in _of(conn, run, DesktopRecord.__slots__, desktops.computer_name)
        ),
        source=row.source,
        calendar=row.calendar,
        eclipsed=tuple((policy, source) for policy, source in row.eclipsed or ()),
        parent=row.parent,
        next_attempt_at=row.next_attempt_at,
    )


def around(conn: Connection, number: int, first: datetime, last: datetime) -> list[RunRecord]:
    """The runs of a pool by number that were scheduled from one instant to another, oldest first."""
    query = select(*RECORD_COLUMNS).where(_runs.c.pool_no == number, _runs.c.scheduled_at.between(first, last))
    return [RunRecord(*row) for row in conn.execute(query.order_by(_runs.c.id))]


def number_of(conn: Connection, pool: Pool) -> int | None:
    """The number of a pool of the schedule: by its id in the cloud, else by its key; None where it has none yet."""
    of_project = select(_pools.c.no).where(_pools.c.project == pool.project).order_by(_pools.c.no.desc()).limit(1)
    by_id = None if pool.pool_id is None else conn.execute(of_project.where(_pools.c.pool_id == pool.pool_id)).scalar()
    return by_id or conn.execute(of_project.where(_pools.c.key == pool.key, _pools.c.present)).scalar()


def last_finished(conn: Connection) -> list[RunRecord]:
    """The newest finished run of every pool that has one, by pool number."""
    return _one_a_pool(conn, _runs.c.finished_at.is_not(None))


def newest_open(conn: Connection) -> list[RunRecord]:
    """The newest open run of every pool that has one, by pool number."""
    return _one_a_pool(conn, text(f"runs.state IN {schema.OPEN_STATES}"))


def projects_with_open_runs(conn: Connection) -> set[str]:
    """The projects in which something is still to happen, those that are in the file no longer included."""
    return set(conn.execute(select(_runs.c.project).distinct().where(text(f"state IN {schema.OPEN_STATES}"))).scalars())


def matching(conn: Connection, pool: str | None, project: str | None = None) -> list[int]:
    """The numbers of the pools that a name or pattern means, those that are in the file no longer included."""
    found = conn.execute(select(_pools.c.no, _pools.c.project, _pools.c.key, _pools.c.pool_id).order_by(_pools.c.no))
    return [
        no
        for no, of_project, key, pool_id in found
        if project in (None, of_project) and (pool is None or _means(pool, of_project, key, pool_id))
    ]


def require_known(conn: Connection, pool: str, project: str | None = None) -> None:
    """See that a name or pattern means a pool on record; a ledger without any knows too little to say no.

    Raises:
        UnknownPoolError: it means none, with the one that was probably meant.
    """
    if matching(conn, pool, project):
        return
    keys = conn.execute(select(_pools.c.key)).scalars().all()
    if keys:
        near = near_miss(pool.lower(), [key.lower() for key in keys])
        mend = f"did you mean {near!r}?" if near else "poolpower status lists those of the schedule"
        raise UnknownPoolError(f"no pool on record is called {pool!r}", mend)


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


def _jobs(conn: Connection, run: int) -> Iterator[tuple[Any, ...]]:
    """The jobs of a run, and those that its attempts were answered with although another run had them before."""
    jobs, attempts = schema.jobs, schema.attempts.c
    answered = select(_runs.c.project, attempts.job_id).join(_runs, _runs.c.id == attempts.run)
    begun = answered.where(attempts.run == run, attempts.job_id.is_not(None))
    query = select(*(jobs.c[name] for name in JobRecord.__slots__)).where(
        or_(jobs.c.run == run, tuple_(jobs.c.project, jobs.c.job_id).in_(begun))
    )
    return (tuple(row) for row in conn.execute(query.order_by(jobs.c.started_at, jobs.c.job_id)).all())


def _one_a_pool(conn: Connection, condition: Any) -> list[RunRecord]:
    newest = (
        select(func.max(_runs.c.id))
        .where(_runs.c.pool_no == _pools.c.no, condition)
        .correlate(_pools)
        .scalar_subquery()
    )
    return [
        RunRecord(*row)
        for row in conn.execute(select(*RECORD_COLUMNS).join(_pools, _runs.c.id == newest).order_by(_pools.c.no))
    ]
