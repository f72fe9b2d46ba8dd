"""What overrides forbid of a plan, as far as a daemon or a ledger can be asked.

A machine without either, such as the one on which a change of the file is reviewed, has no overrides to know of: it is
not told that it has none. One whose daemon or ledger is there and cannot be read is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from daemon.cli import output
from daemon.cli.control import Control, ControlRefusedError, DaemonNotReachableError
from daemon.cli.whereabouts import find_ledger, find_socket

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from daemon.execution.refusals import Refusals
    from daemon.ledger.overrides import Override
    from daemon.settings import Settings
    from daemon.timetable.timetable import Timetable

PATIENCE = 10.0
"""Seconds: a plan does not wait for a daemon that hangs."""
LONGEST_SPREAD = timedelta(days=1)


def refusals_of(settings: Settings, timetable: Timetable, begin: datetime, end: datetime) -> Refusals | None:
    """What overrides forbid between two instants; None where nothing does, or nobody knows.

    The daemon is asked; where none answers, the ledger's file is read.
    """
    control = Control(find_socket(settings), PATIENCE)
    try:
        in_force = control.get("/v1/overrides")["overrides"]  # of all time the oldest may be left out
        rows = {
            row["override"]: row for row in (*in_force, *control.get("/v1/overrides", all_time="true")["overrides"])
        }
    except (DaemonNotReachableError, ControlRefusedError) as error:
        return _of_ledger(settings, begin, end, error.message)
    return _of_rows([rows[id_] for id_ in sorted(rows)], timetable) if rows else None


def _of_rows(rows: Iterable[dict[str, Any]], timetable: Timetable) -> Refusals:
    """What a daemon's answer forbids; it names pools by their keys, so they are numbered here."""
    from daemon.execution.refusals import Refusals  # noqa: PLC0415 - imports SQLAlchemy

    numbers = {(pool.project, pool.key): number for number, pool in enumerate(timetable.pools, start=1)}
    known = [row for row in rows if row["pool"] is None or (row["project"], row["pool"]) in numbers]
    return Refusals((_override(row, numbers.get((row["project"], row["pool"]))) for row in known), numbers)


def _override(row: dict[str, Any], number: int | None) -> Override:
    from daemon.ledger.overrides import Kind, Override  # noqa: PLC0415
    from daemon.timetable.actions import Action  # noqa: PLC0415

    ends = [datetime.fromisoformat(end) for end in (row["until"], row["ended_at"]) if end is not None]
    return Override(
        id=row["override"],
        pool_no=number,
        kind=Kind(row["kind"]),
        action=None if row["action"] is None else Action(row["action"]),
        starts_at=datetime.fromisoformat(row["from"]),
        ends_at=min(ends, default=None),
        reason=row["reason"],
        who=row["who"],
    )


def _of_ledger(settings: Settings, begin: datetime, end: datetime, why_not: str) -> Refusals | None:
    ledger = find_ledger(settings)
    if not _is_there(ledger):
        if _is_there(find_socket(settings)):
            output.note(f"overrides are not shown: {why_not}")
        return None
    from daemon.execution.refusals import Refusals  # noqa: PLC0415 - imports SQLAlchemy
    from daemon.ledger.errors import LedgerError  # noqa: PLC0415
    from daemon.ledger.ledger import reading  # noqa: PLC0415
    from daemon.ledger.overrides import on_record  # noqa: PLC0415
    from daemon.ledger.pools import numbers  # noqa: PLC0415
    from daemon.timetable.lastwords import LONGEST  # noqa: PLC0415

    try:
        with reading(f"sqlite:///{ledger}") as connection:
            found = on_record(connection, begin - LONGEST, end + LONGEST_SPREAD)
            return Refusals(found, numbers(connection)) if found else None
    except LedgerError as error:
        output.note(f"overrides are not shown: {error.message}")
        return None


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:  # then it is there for somebody else
        return True
