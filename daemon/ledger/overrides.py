"""What administrators put on pools for a time: pauses, skips and holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, text

from daemon.ledger import schema
from daemon.timetable.actions import Action

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


class Kind(StrEnum):
    """What an override does."""

    PAUSE = "pause"
    SKIP = "skip"
    HOLD_ON = "hold-on"
    HOLD_OFF = "hold-off"

    @property
    def is_hold(self) -> bool:
        """True where it says in which state the pool is to stay."""
        return self in (Kind.HOLD_ON, Kind.HOLD_OFF)


@dataclass(frozen=True, slots=True)
class Override:
    """One override on record.

    Attributes:
        id: its number.
        pool_no: the pool; None for every pool.
        kind: what it does.
        action: of a skip: this action only; None for every action.
        starts_at: from when.
        ends_at: until when, its early end (``resume``) counted; None: until resumed.
        reason: as the administrator gave it.
        who: who put it there.
    """

    id: int
    pool_no: int | None
    kind: Kind
    action: Action | None
    starts_at: datetime
    ends_at: datetime | None
    reason: str | None
    who: str | None

    def covers(self, pool_no: int, at: datetime) -> bool:
        """Whether it lies on this pool at this instant: from its start on, up to but not at its end."""
        return self.pool_no in (None, pool_no) and self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


_c = schema.overrides.c
COLUMNS = (_c.id, _c.pool_no, _c.kind, _c.action, _c.starts_at, _c.ends_at, _c.ended_at, _c.reason, _c.who)
"""What an ``Override`` is made of."""
_on_record = (
    select(*COLUMNS)
    .where(
        text(f"{schema.OVER_AT} > :since").bindparams(bindparam("since", type_=schema.Instant())),
        _c.starts_at <= bindparam("until"),
    )
    .order_by(text("+overrides.id"))  # the sign keeps SQLite from reading the whole table for the sake of its order
)


def on_record(conn: Connection, since: datetime, until: datetime) -> list[Override]:
    """Every override that lies on any instant of [since, until], oldest first."""
    return [from_row(row) for row in conn.execute(_on_record, {"since": since, "until": until})]


def from_row(row: Any) -> Override:
    """Make an ``Override`` of a row that has ``COLUMNS``."""
    return Override(
        id=row.id,
        pool_no=row.pool_no,
        kind=Kind(row.kind),
        action=None if row.action is None else Action(row.action),
        starts_at=row.starts_at,
        ends_at=min((end for end in (row.ends_at, row.ended_at) if end is not None), default=None),
        reason=row.reason,
        who=row.who,
    )
