"""Which pool is which: the identity (project, pool id) once the id is known, the file's key before.

A pool keeps its number, and with it its runs and overrides, through a rename in the file (protocol 3.5) and through
the discovery of its id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from daemon.ledger import bulk, schema
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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
    known = conn.execute(select(table)).all()
    matched = _match(conn, list(pools), known)
    before = {row.no: _values(row.key, row.name, row.pool_id) for row in known if row.present}
    changed = [
        {"no": row.no, **_values(pool.key, pool.name, pool.pool_id or row.pool_id), "present": True}
        for pool, row in matched
        if row is not None and before.get(row.no) != _values(pool.key, pool.name, pool.pool_id or row.pool_id)
    ]
    stays = {row.no for _, row in matched if row is not None} - {row["no"] for row in changed}
    # First out of the way, then back: two pools may have changed keys with each other.
    bulk.update_rows(conn, table, "no", [{"no": no, "present": False} for no in before if no not in stays])
    bulk.update_rows(conn, table, "no", changed)
    return {**_kept(matched), **_insert(conn, [pool for pool, row in matched if row is None])}


def _values(key: str, name: str, pool_id: str | None) -> dict[str, Any]:
    return {"key": key, "name": name, "pool_id": pool_id}


def _kept(matched: Iterable[tuple[Pool, Row[Any] | None]]) -> dict[tuple[str, str], int]:
    return {(pool.project, pool.key): int(row.no) for pool, row in matched if row is not None}


def _insert(conn: Connection, pools: Sequence[Pool]) -> dict[tuple[str, str], int]:
    rows = [{"project": pool.project, **_values(pool.key, pool.name, pool.pool_id), "present": True} for pool in pools]
    numbers = bulk.insert_rows(conn, table, rows)
    return {(pool.project, pool.key): number for pool, number in zip(pools, numbers, strict=True)}


def _match(conn: Connection, pools: Sequence[Pool], known: Sequence[Row[Any]]) -> list[tuple[Pool, Row[Any] | None]]:
    """The row of each pool, None for a new one; what waits is handed over where two rows turn out to be one."""
    by_id = {(row.project, row.pool_id): row for row in known if row.pool_id is not None}
    by_key = {(row.project, row.key): row for row in sorted(known, key=lambda row: (row.present, row.no))}
    matched: list[tuple[Pool, Row[Any] | None]] = []
    taken: set[int] = set()
    for pool in sorted(pools, key=lambda pool: pool.pool_id is None):  # an id in the file outdoes one looked up
        same_id = by_id.get((pool.project, pool.pool_id)) if pool.pool_id else None
        same_key = by_key.get((pool.project, pool.key))
        if same_key is not None and same_key.no in taken:
            same_key = None
        row = same_id or (same_key if same_key is not None and _continues(same_key, pool) else None)
        if same_id is not None and same_key is not None and same_key.no != same_id.no and same_key.pool_id is None:
            _hand_over(conn, same_key.no, same_id.no)
        if row is not None:
            taken.add(row.no)
        matched.append((pool, row))
    return matched


def _continues(row: Row[Any], pool: Pool) -> bool:
    """Whether the pool of this key is still the one that the ledger knows by it."""
    if pool.pool_id is not None:
        return row.pool_id is None or row.pool_id == pool.pool_id
    return bool(row.name == pool.name)


def _hand_over(conn: Connection, from_no: int, to_no: int) -> None:
    """Give what waits for a pool known by its key only, and its overrides, to the pool that it turned out to be."""
    runs, overrides = schema.runs, schema.overrides
    waiting = runs.update().where(runs.c.pool_no == from_no, runs.c.state == State.PENDING)
    conn.execute(waiting.prefix_with("OR IGNORE").values(pool_no=to_no))
    lying = overrides.update().where(overrides.c.pool_no == from_no)
    conn.execute(lying.prefix_with("OR IGNORE").values(pool_no=to_no))  # one call may have put one on each of them


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


def numbers(conn: Connection) -> dict[tuple[str, str], int]:
    """The numbers of the present pools, by (project, key)."""
    query = select(table.c.project, table.c.key, table.c.no).where(table.c.present)
    return {(project, key): number for project, key, number in conn.execute(query)}
