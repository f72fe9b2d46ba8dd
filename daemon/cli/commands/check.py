"""``poolpower check``: is the schedule file valid, and what is doubtful in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.timetable.schedulefile import Loaded
    from daemon.timetable.schedulefile.findings import Finding


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--strict", is_flag=True, help="Exit code 1 where there are warnings.")
@output.json_option
def check(file: Path | None, *, strict: bool, as_json: bool) -> int:
    """Validate the schedule FILE or directory; without one, the daemon's.

    Exit code 0 where it is valid, 2 where not; with --strict, 1 where it is valid with warnings.
    """
    from daemon.cli.schedule import load_schedule, schedule_path  # noqa: PLC0415 - heavy imports only where used
    from daemon.timetable.schedulefile import ScheduleError  # noqa: PLC0415

    path = schedule_path(file)
    try:
        loaded = load_schedule(path)
    except ScheduleError as error:
        _tell([_for(file, one) for one in error.findings], (), as_json=as_json)
        if not as_json:
            output.say(f"{path} is invalid: {_count(error.findings, 'error')}", fg="red")
        return Exit.INVALID
    _tell((), loaded.warnings, as_json=as_json)
    if not as_json:
        output.say(f"{path} is valid: {_summary(loaded)}", fg="green")
    return Exit.FAILED if strict and loaded.warnings else Exit.DONE


def _for(file: Path | None, finding: Finding) -> Finding:
    """To somebody who named the file, the setting that leads to the daemon's is no help."""
    from daemon.timetable.schedulefile.source import ABSENT, ABSENT_AS_NAMED  # noqa: PLC0415

    return finding if file is None or finding.hint != ABSENT else replace(finding, hint=ABSENT_AS_NAMED)


def _tell(errors: Sequence[Finding], warnings: Sequence[Finding], *, as_json: bool) -> None:
    from daemon.cli.schedule import tell_findings  # noqa: PLC0415

    if as_json:
        lists = {"errors": [one.to_json() for one in errors], "warnings": [one.to_json() for one in warnings]}
        output.print_json({"valid": not errors, **lists})
        return
    tell_findings(errors, label="error", err=False)
    tell_findings(warnings, label="warning", err=False)


def _summary(loaded: Loaded) -> str:
    timetable = loaded.timetable
    policies = sum(len(each) for each in timetable.policies)
    pools = f"{len(timetable.pools)} pool{'' if len(timetable.pools) == 1 else 's'}"
    return f"{pools}, {policies} polic{'y' if policies == 1 else 'ies'}, {_count(loaded.warnings, 'warning')}"


def _count(findings: Sequence[Finding], word: str) -> str:
    return f"{len(findings)} {word}{'' if len(findings) == 1 else 's'}"
