"""Tells one run's story: what was asked, every attempt with every field, jobs and desktops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daemon.cli import output
from daemon.cli.runs import local, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

_INSTANTS: Final = ("at", "date")
_LISTS: Final = ("attempts_detail", "jobs", "desktops")
_IN_HEADLINE: Final = frozenset({"run", "pool", "project", "action", "type", "state", "reason", "job_id"})


def tell_story(run: dict[str, Any]) -> None:
    """Print a run as ``show --json`` has it."""
    output.say(one_line(run), bold=True)
    for name, value in run.items():
        if name not in _LISTS and name not in _IN_HEADLINE and value is not None:
            output.say(f"  {name.replace('_', ' '):<18}{_shown(name, value)}")
    for number, attempt in enumerate(run["attempts_detail"], start=1):
        output.say("")
        output.say(f"attempt {attempt.get('number', number)}", bold=True)
        for name, value in attempt.items():
            if value is not None and name not in ("number", "run", "id"):
                output.say(f"  {name.replace('_', ' '):<18}{_shown(name, value)}")
    _tell_rows("jobs", [_of_another(job, run["run"]) for job in run["jobs"]])
    _tell_rows("desktops", run["desktops"])


def _of_another(job: dict[str, Any], run: int) -> dict[str, Any]:
    """A job as it is told: whose it is only where the cloud gave its id to another run before."""
    return {name: value for name, value in job.items() if name != "run"} | (
        {"known for run": job["run"]} if job.get("run", run) != run else {}
    )


def _tell_rows(title: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    output.say("")
    output.say(title, bold=True)
    output.print_table(_table(rows))


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    """The columns that say something in at least one row."""
    names = [name for name in _names(rows) if any(row.get(name) is not None for row in rows)]
    made = output.table(*(name.replace("_", " ").upper() for name in names))
    for row in rows:
        made.add_row(*("-" if row.get(name) is None else output.printable(_shown(name, row[name])) for name in names))
    return made


def _names(rows: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _shown(name: str, value: Any) -> str:
    if isinstance(value, str) and name.endswith(_INSTANTS) and value[:1].isdigit():
        return f"{local(value)}  ({value})"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
