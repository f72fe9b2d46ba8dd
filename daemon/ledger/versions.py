"""The versions that have been in force, whole, so that any of them can be run again (protocol 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from daemon.ledger import gates, schema
from daemon.ledger.claims import Ended
from daemon.ledger.runs import COLUMNS, Run, from_row
from daemon.ledger.states import Origin, State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

table = schema.versions

CalledFor = Callable[[Run, str], bool]
"""Whether a version calls for the action of this run at this wall time."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version on record.

    Attributes:
        id: its number, counting from 1; 0 before it is stored.
        accepted_at: the instant from which it is in force.
        hash: SHA-256 of the texts.
        meaning: SHA-256 of what they mean.
        texts: (file name, full text) each.
        zone_data: version of the tz database it was read with.
        who: the uid or user that had it read, where a person did.
        note: why.
    """

    id: int
    accepted_at: datetime
    hash: str
    meaning: str
    texts: tuple[tuple[str, str], ...]
    zone_data: str
    who: str | None = None
    note: str | None = None


def newest(conn: Connection) -> Version | None:
    """The version in force, or None in an empty ledger."""
    return _version(conn.execute(select(table).order_by(table.c.id.desc()).limit(1)).one_or_none())


def in_force_at(conn: Connection, at: datetime) -> Version | None:
    """The version that was in force up to an instant, or None where none was yet."""
    query = select(table).where(table.c.accepted_at < at).order_by(table.c.id.desc()).limit(1)
    return _version(conn.execute(query).one_or_none())


def _version(row: Any) -> Version | None:
    if row is None:
        return None
    return Version(
        id=row.id,
        accepted_at=row.accepted_at,
        hash=row.hash,
        meaning=row.meaning,
        texts=tuple((name, text) for name, text in row.texts),
        zone_data=row.zone_data,
        who=row.who,
        note=row.note,
    )


def store(conn: Connection, version: Version) -> int:
    """Put a version on record; returns its number."""
    done = conn.execute(
        table.insert().values(
            accepted_at=version.accepted_at,
            hash=version.hash,
            meaning=version.meaning,
            texts=[list(pair) for pair in version.texts],
            zone_data=version.zone_data,
            who=version.who,
            note=version.note,
        )
    )
    return int(done.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row has a key


def withdraw(conn: Connection, version: int, still_called_for: CalledFor, now: datetime) -> list[Ended]:
    """End the unsent scheduled runs that a new version no longer contains (protocol 3.1).

    Unsent are those none of whose attempts may have been executed (4.11).

    Args:
        conn: inside the acceptance's transaction.
        version: the new version's number.
        still_called_for: whether the new version calls for this run's action at this wall time of its pool.
        now: the instant of the acceptance.
    """
    runs = schema.runs.c
    query = select(*COLUMNS, runs.wall).where(
        runs.state == State.PENDING, ~runs.maybe_executed, runs.origin == Origin.SCHEDULE
    )
    reason = f"withdrawn by version {version}"
    gone = [from_row(row) for row in conn.execute(query) if not still_called_for(from_row(row), row.wall)]
    gates.end(conn, [(run.id, State.SKIPPED, reason) for run in gone], now)
    return [Ended(run, State.SKIPPED, reason) for run in gone]
