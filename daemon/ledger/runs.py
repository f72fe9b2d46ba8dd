"""A run as execution reasons with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from daemon.ledger import schema
from daemon.ledger.states import Origin, State
from daemon.timetable.actions import Action, ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Run:
    """The part of a run's row on which its next step depends.

    Attributes:
        id: newer = greater (protocol 1.6).
        pool_no: the pool's number in the ledger.
        project: name of its project.
        pool: the schedule file's key.
        pool_id: the cloud's id, None while unknown.
        desktops: what is left of a reboot, by the per-desktop call (4.5); None for the whole pool.
        retry_from: when ``retry_for`` began; None before any attempt may have reached the cloud (2.5).
        maybe_executed: an attempt may have been carried out (4.11).
        job_id: the last accepted attempt's job.
    """

    id: int
    pool_no: int
    project: str
    pool: str
    pool_id: str | None
    origin: Origin
    action: Action
    type: ActionType
    scheduled_at: datetime
    due_at: datetime
    retry_for: timedelta
    catch_up: timedelta
    state: State
    attempts: int = 0
    next_attempt_at: datetime | None = None
    first_attempt_at: datetime | None = None
    retry_from: datetime | None = None
    maybe_executed: bool = False
    desktops: tuple[str, ...] | None = None
    job_id: str | None = None

    @property
    def deadline(self) -> datetime | None:
        """When retrying ends; None before any attempt may have reached the cloud (2.5)."""
        return None if self.retry_from is None else self.retry_from + self.retry_for

    @property
    def is_manual(self) -> bool:
        """True where a person asked for it."""
        return self.origin is Origin.MANUAL


COLUMNS = tuple(schema.runs.c[name] for name in Run.__slots__)


def from_row(row: Any) -> Run:
    """Make a ``Run`` of a row that begins with ``COLUMNS``."""
    values = dict(zip(Run.__slots__, row, strict=False))
    values["origin"] = Origin(values["origin"])
    values["action"] = Action(values["action"])
    values["type"] = ActionType(values["type"])
    values["state"] = State(values["state"])
    values["desktops"] = None if values["desktops"] is None else tuple(values["desktops"])
    return Run(**values)


def read(conn: Connection, ids: Iterable[int]) -> list[Run]:
    """The runs of these ids, in order of id."""
    query = select(*COLUMNS).where(schema.runs.c.id.in_(list(ids))).order_by(schema.runs.c.id)
    return [from_row(row) for row in conn.execute(query)]


def read_with_reasons(conn: Connection, ids: Iterable[int]) -> list[tuple[Run, str | None]]:
    """The runs of these ids with their reasons, in order of id."""
    query = select(*COLUMNS, schema.runs.c.reason).where(schema.runs.c.id.in_(list(ids))).order_by(schema.runs.c.id)
    return [(from_row(row), row.reason) for row in conn.execute(query)]


def read_open(conn: Connection) -> list[Run]:
    """Every run of which something is still to happen, in order of id (protocol 5.1)."""
    states = [state for state in State if state.is_open]
    query = select(*COLUMNS).where(schema.runs.c.state.in_(states)).order_by(schema.runs.c.id)
    return [from_row(row) for row in conn.execute(query)]
