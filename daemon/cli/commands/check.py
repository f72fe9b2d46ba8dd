"""``poolpower check``: is the schedule file valid, and what is doubtful in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.exits import Exit
from daemon.cli.invalid import counted, mended_for, tell_invalid
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.timetable.schedulefile import Loaded
    from daemon.timetable.schedulefile.findings import Finding


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--strict", is_flag=True, help="Exit code 1 where there are warnings.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of schedule files, for editors, and nothing else.")
@output.json_option
def check(file: Path | None, *, strict: bool, schema: bool, as_json: bool) -> int:
    """Validate the schedule FILE or directory; without one, the daemon's.

    Exit code 0 where it is valid, 2 where not; with --strict, 1 where it is valid with warnings.
    """
    from daemon.cli.schedule import load_schedule, schedule_path  # noqa: PLC0415 - heavy imports only where used
    from daemon.timetable.schedulefile import ScheduleError  # noqa: PLC0415

    if schema:
        return _print_schema(file, strict=strict, as_json=as_json)
    path = schedule_path(file)
    try:
        loaded = load_schedule(path)
    except ScheduleError as error:
        if not as_json:
            return tell_invalid(path, error, is_named=file is not None)
        _tell(mended_for(error.findings, is_named=file is not None), (), as_json=True)
        return Exit.INVALID
    _tell((), loaded.warnings, as_json=as_json)
    if not as_json:
        output.say(f"{path} is valid: {_summary(loaded)}", fg="green")
    return Exit.FAILED if strict and loaded.warnings else Exit.DONE


def _print_schema(file: Path | None, *, strict: bool, as_json: bool) -> int:
    """The schema of every file, so it goes with no FILE and nothing that is said about one."""
    from daemon.timetable.schedulefile.schema import schema_text  # noqa: PLC0415

    if file is not None or strict or as_json:
        raise WrongUseError("--schema is about schedule files in general", "give it alone")
    click.echo(schema_text(), nl=False)
    return Exit.DONE


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
    return f"{pools}, {policies} polic{'y' if policies == 1 else 'ies'}, {counted(loaded.warnings, 'warning')}"
