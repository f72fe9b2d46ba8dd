"""How runs look to people: one line, and the states that are final."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from daemon.cli.output import clipped, printable, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table
    from rich.text import Text

Row = dict[str, Any]
"""A run as ``history --json`` prints it."""

OPEN_STATES: Final = frozenset({"pending", "attempting", "accepted"})
SUCCEEDED: Final = "succeeded"
_COLOURS = {
    "succeeded": "green",
    "partial": "yellow",
    "failed": "red",
    "unknown": "red",
    "expired": "red",
    "missed": "yellow",
    "pending": "cyan",
    "attempting": "cyan",
    "accepted": "cyan",
}


def is_final(row: Row) -> bool:
    """True where nothing will change any more."""
    return row["state"] not in OPEN_STATES


def one_line(row: Row) -> str:
    """The run in one line: number, pool, action, state, reason."""
    job = f", job {row['job_id']}" if row.get("job_id") else ""
    reason = f": {row['reason']}" if row.get("reason") else ""
    return f"run {row['run']}  {pool_name(row)}  {what(row)}  {row['state']}{reason}{job}"


def pool_name(row: Row) -> str:
    """The pool's key, with its project unless that is the default one."""
    return row["pool"] if row["project"] == "default" else f"{row['project']}/{row['pool']}"


def what(row: Row) -> str:
    """Action and type; SOFT is what everyone expects of a start, so it is said of what switches off only."""
    return str(row["action"]) if row["action"] == "start" or not row["type"] else f"{row['action']} {row['type']}"


def local(instant: str | None) -> str:
    """An instant of the JSON in the machine's own zone, to the second, with the offset that says which zone it is."""
    if not instant:
        return "-"
    return datetime.fromisoformat(instant).astimezone().strftime("%a %Y-%m-%d %H:%M:%S %z")


def state_text(row: Row) -> Text:
    """The state in its colour."""
    from rich.text import Text  # noqa: PLC0415 - only where a person reads

    return Text(str(row["state"]), style=_COLOURS.get(row["state"], "dim"))


def runs_table(rows: Iterable[Row]) -> Table:
    """The runs as a table."""
    made = table("RUN", "SCHEDULED", "POOL", "ACTION", "STATE", "TRIES", "ERROR", "REASON")
    for row in rows:
        made.add_row(
            str(row["run"]),
            local(row["scheduled_at"]),
            printable(pool_name(row)),
            what(row) + ("" if row["origin"] == "schedule" else f" ({row['origin']})"),
            state_text(row),
            str(row["attempts"]),
            printable(row["error_code"] or "-"),
            clipped(printable(row["reason"] or "-")),
        )
    return made
