"""Which pool is which: the identity (project, pool id) once the id is known, the file's key before.

A pool keeps its number, and with it its runs and overrides, through a rename in the file (protocol 3.5) and through
the discovery of its id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, select

from daemon.ledger import schema
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable

table = schema.pools


def register(conn: Connection, pools: Iterable[Pool]) -> dict[tuple[str, str], int]:
    """Make the ledger's pools those of a schedule file, each keeping the number that it has.

    Returns:
        ``pools.no`` by (project, key).
    """
    wanted = list(pools)
    known = list(conn.execute(select(table)))
    conn.execute(table.update().values(present=False))
    by_id = {(row.project, row.pool_id): row for row in known if row.pool_id is not None}
    by_key = {(row.project, row.key): row for row in sorted(known, key=lambda row: (row.present, row.no))}
    numbers: dict[tuple[str, str], int] = {}
    taken: set[int] = set()
    for pool in sorted(wanted, key=lambda pool: pool.pool_id is None):  # an id in the file outdoes one looked up
        numbers[pool.project, pool.key] = _register(conn, pool, by_id, by_key, taken)
        taken.add(numbers[pool.project, pool.key])
    return numbers


def _register(
    conn: Connection,
    pool: Pool,
    by_id: Mapping[tuple[str, str], Row[tuple[object, ...]]],
    by_key: Mapping[tuple[str, str], Row[tuple[object, ...]]],
    taken: Container[int],
) -> int:
    same_id = by_id.get((pool.project, pool.pool_id)) if pool.pool_id else None
    same_key = by_key.get((pool.project, pool.key))
    if same_key is not None and same_key.no in taken:
        same_key = None
    row = same_id or (same_key if same_key is not None and _continues(same_key, pool) else None)
    if row is None:
        values = {"project": pool.project, "key": pool.key, "name": pool.name, "pool_id": pool.pool_id}
        done = conn.execute(table.insert().values(**values, present=True))
        return int(done.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row has a key
    if same_key is not None and same_key.no != row.no and same_key.pool_id is None:
        _hand_over(conn, same_key.no, row.no)
    pool_id = pool.pool_id or row.pool_id
    conn.execute(
        table.update().where(table.c.no == row.no).values(key=pool.key, name=pool.name, pool_id=pool_id, present=True)
    )
    return int(row.no)


def _continues(row: Row[tuple[object, ...]], pool: Pool) -> bool:
    """Whether the pool of this key is still the one that the ledger knows by it."""
    if pool.pool_id is not None:
        return row.pool_id is None or row.pool_id == pool.pool_id
    return bool(row.name == pool.name)


def _hand_over(conn: Connection, from_no: int, to_no: int) -> None:
    """Give what waits for a pool known by its key only, and its overrides, to the pool that it turned out to be."""
    runs, overrides = schema.runs, schema.overrides
    waiting = runs.update().where(runs.c.pool_no == from_no, runs.c.state == State.PENDING)
    conn.execute(waiting.prefix_with("OR IGNORE").values(pool_no=to_no))
    conn.execute(overrides.update().where(overrides.c.pool_no == from_no).values(pool_no=to_no))


def shared(timetable: Timetable, numbers: Mapping[tuple[str, str], int], found: Mapping[int, str]) -> dict[int, str]:
    """Which of the ids that were found belong to another pool of the file already, by ``pools.no``, with the reason.

    Two projects of the file can be one project of the cloud; then their pools are too.
    """
    reasons: dict[int, str] = {}
    owners: dict[tuple[object, str], tuple[int, str]] = {}
    named = [pool for pool in timetable.pools if numbers[pool.project, pool.key] in found]
    given = [pool for pool in timetable.pools if pool.pool_id is not None and pool not in named]
    for pool in (*given, *named):
        no = numbers[pool.project, pool.key]
        pool_id = found.get(no, pool.pool_id or "")
        owner, key = owners.setdefault((timetable.projects[pool.project].identity, pool_id), (no, pool.key))
        if owner != no:
            reasons[no] = f"the cloud's pool {pool_id} of that name is pool {key} of the schedule file already"
    return reasons


def resolve(conn: Connection, found: Mapping[int, str], now: datetime) -> None:
    """Store the ids that a listing of the cloud's pools gave (protocol 4.1), by ``pools.no``.

    A pool that left the file gives up its id to the one that bears it now.
    """
    for no, pool_id in found.items():
        project = conn.execute(select(table.c.project).where(table.c.no == no)).scalar_one()
        conn.execute(
            table.update()
            .where(table.c.project == project, table.c.pool_id == pool_id, table.c.no != no, ~table.c.present)
            .values(pool_id=None)
        )
        conn.execute(
            table.update()
            .where(table.c.no == no, table.c.pool_id.is_distinct_from(pool_id))
            .values(pool_id=pool_id, resolved_at=now)
        )


def ids(conn: Connection) -> dict[tuple[str, str], str]:
    """The known ids of the present pools, by (project, key)."""
    query = select(table.c.project, table.c.key, table.c.pool_id).where(table.c.present, table.c.pool_id.is_not(None))
    return {(project, key): pool_id for project, key, pool_id in conn.execute(query)}
