"""Overrides as people and programs are shown them: the JSON of ``overrides``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select, text

from daemon.ledger import schema
from daemon.ledger.listing import listed
from daemon.ledger.overrides import Kind
from daemon.ledger.records import instant
from daemon.ledger.states import Origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Select

MOST = 1_000
"""Overrides that a list has at most, the newest."""
MOST_RUNS = 20
"""Runs that are named of each."""

_c, _pools, _runs = schema.overrides.c, schema.pools.c, schema.runs


@dataclass(frozen=True, slots=True)
class OverrideRecord:
    """An override as ``overrides`` shows it.

    Attributes:
        row: its columns, and project and key of its pool.
        skipped: how many runs it ended; those that the ledger still keeps.
        runs: the newest of them: number, pool, action, instant, state.
        enforced: the runs that its end called for.
    """

    row: Any
    skipped: int
    runs: tuple[Any, ...]
    enforced: tuple[int, ...]

    def to_json(self, now: datetime) -> dict[str, Any]:
        """Every field; ``in_force`` is of this instant."""
        row, kind = self.row, Kind(self.row.kind)
        over_at = min((end for end in (row.ends_at, row.ended_at) if end is not None), default=None)
        return {
            "override": row.id,
            "project": row.project,
            "pool": row.key,
            "kind": str(kind),
            "action": row.action,
            "from": instant(row.starts_at),
            "until": _instant(row.ends_at),
            "in_force": row.starts_at <= now and (over_at is None or now < over_at),
            "then": ("schedule" if row.enforces else "nothing") if kind.is_hold else None,
            "reason": row.reason,
            "who": row.who,
            "ended_at": _instant(row.ended_at),
            "ended_who": row.ended_who,
            "ended_why": row.ended_why,
            "skipped": self.skipped,
            "runs": [
                {
                    "run": run.id,
                    "pool": run.pool,
                    "action": run.action,
                    "scheduled_at": instant(run.scheduled_at),
                    "state": run.state,
                }
                for run in self.runs
            ],
            "enforced": list(self.enforced),
        }


def in_force(conn: Connection, now: datetime) -> list[OverrideRecord]:
    """Those that lie on anything at this instant, newest first."""
    over_at = text(f"{schema.OVER_AT} > :now").bindparams(bindparam("now", now, type_=schema.Instant()))
    by_age = text("+overrides.id DESC")  # the sign keeps SQLite from reading the whole table for the sake of its order
    return _records(conn, _query().where(over_at, _c.starts_at <= now).order_by(None).order_by(by_age))


def on_pools(conn: Connection, pool_nos: Collection[int] | None) -> list[OverrideRecord]:
    """All there ever were, of these pools and of all pools, newest first; at most ``MOST``."""
    query = _query()
    if pool_nos is not None:
        query = query.where(or_(_c.pool_no.is_(None), _c.pool_no.in_(listed(pool_nos))))
    return _records(conn, query)


def of_ids(conn: Connection, ids: Iterable[int]) -> list[OverrideRecord]:
    """Those of these ids, newest first."""
    return _records(conn, _query().where(_c.id.in_(listed(ids))), most=None)


def _query() -> Select[Any]:
    return (
        select(*_c, _pools.project, _pools.key)
        .select_from(schema.overrides.outerjoin(schema.pools, _pools.no == _c.pool_no))
        .order_by(_c.id.desc())
    )


def _records(conn: Connection, query: Select[Any], *, most: int | None = MOST) -> list[OverrideRecord]:
    rows = conn.execute(query.limit(most)).all()
    return [_record(conn, row) for row in rows]


def _record(conn: Connection, row: Any) -> OverrideRecord:
    skipped = _runs.c.override == row.id
    named = (
        select(_runs.c.id, _runs.c.pool, _runs.c.action, _runs.c.scheduled_at, _runs.c.state)
        .where(skipped)
        .order_by(_runs.c.id.desc())
        .limit(MOST_RUNS)
    )
    enforced = (
        select(_runs.c.id)
        .where(_runs.c.hold == row.id, text("hold IS NOT NULL AND state <> 'void'"), _runs.c.origin == Origin.ENFORCE)
        .order_by(_runs.c.id)
        .limit(MOST_RUNS)
    )
    return OverrideRecord(
        row=row,
        skipped=int(conn.execute(select(func.count()).select_from(_runs).where(skipped)).scalar_one()),
        runs=tuple(conn.execute(named).all()),
        enforced=tuple(conn.execute(enforced).scalars()),
    )


def _instant(value: datetime | None) -> str | None:
    return None if value is None else instant(value)
