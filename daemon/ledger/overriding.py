"""Putting overrides on record, ending them early, and what the end of a hold has still to call for.

An override is never changed but for its end, and never taken away: what was skipped, and why, can be told for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text

from daemon.ledger import schema
from daemon.ledger.listing import listed
from daemon.ledger.overrides import COLUMNS, Kind, Override, from_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.timetable.actions import Action

_overrides = schema.overrides
_c = schema.overrides.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """An override as asked for.

    Attributes:
        pool_no: the pool; None for every pool, those that the file does not have yet too.
        kind: what it does.
        ends_at: until when; None: until resumed.
        action: of a skip: this action only; None for every action.
        enforces: at its end the pool is brought to what its schedule calls for.
    """

    pool_no: int | None
    kind: Kind
    ends_at: datetime | None
    action: Action | None = None
    enforces: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Who puts overrides on record or ends them, and why.

    Attributes:
        who: who asked.
        reason: as the administrator gave it.
        request: the caller's request id: a repeated call is one override (1.4).
    """

    who: str
    reason: str | None
    request: str


def insert(conn: Connection, wanted: Sequence[Wanted], order: Order, now: datetime) -> list[Override]:
    """Put overrides on record, from now on; as they are then."""
    rows = [
        {
            "pool_no": one.pool_no,
            "kind": one.kind,
            "action": one.action,
            "starts_at": now,
            "ends_at": one.ends_at,
            "reason": order.reason,
            "who": order.who,
            "created_at": now,
            "request": order.request,
            "enforces": one.enforces,
        }
        for one in wanted
    ]
    if rows:
        conn.execute(_overrides.insert(), rows)
    return asked_before(conn, order.request)


def asked_before(conn: Connection, request: str) -> list[Override]:
    """The overrides that a call with this request id put on record, in order of id."""
    # The predicate of the unique index, word for word, so that it is found by it.
    asked = select(*COLUMNS).where(_c.request == request, text("request IS NOT NULL")).order_by(_c.id)
    return [from_row(row) for row in conn.execute(asked)]


def ended_before(conn: Connection, request: str) -> list[int]:
    """The overrides that a call with this request id ended, in order of id."""
    return list(conn.execute(select(_c.id).where(_c.ended_request == request).order_by(_c.id)).scalars())


def end(conn: Connection, ids: Iterable[int], order: Order, now: datetime) -> None:
    """End overrides early; one that is over keeps its end."""
    conn.execute(
        _overrides.update()
        .where(_c.id.in_(listed(ids)), _c.ended_at.is_(None))
        .values(ended_at=now, ended_who=order.who, ended_why=order.reason, ended_request=order.request)
    )


def find(conn: Connection, override: int) -> Override | None:
    """The override of this id; None where there is none."""
    row = conn.execute(select(*COLUMNS).where(_c.id == override)).one_or_none()
    return None if row is None else from_row(row)


# --- the ends of holds --------------------------------------------------------------------------------------------

_ending = select(*COLUMNS).where(text(schema.TO_ENFORCE), _c.ends_at <= bindparam("until")).order_by(_c.ends_at, _c.id)


def ending(conn: Connection, until: datetime) -> list[Override]:
    """The holds whose end up to this instant has still to call for a word, by when they end."""
    return [from_row(row) for row in conn.execute(_ending, {"until": until})]


def next_end(conn: Connection) -> datetime | None:
    """When the first hold ends whose end calls for a word; None where there is none."""
    return conn.execute(NEXT_END).scalar_one_or_none()


NEXT_END = select(_c.ends_at).where(text(schema.TO_ENFORCE)).order_by(_c.ends_at).limit(1)


def enforced(conn: Connection, holds: Iterable[int], now: datetime) -> None:
    """The ends of these holds have called for what they call for."""
    conn.execute(_overrides.update().where(_c.id.in_(listed(holds))).values(enforced_at=now))
