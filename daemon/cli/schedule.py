"""Loads the schedule file for a command, its findings told."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.redaction import scrub

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from daemon.timetable.schedulefile.findings import Finding
    from daemon.timetable.schedulefile.loading import Loaded


def schedule_path(given: Path | None) -> Path:
    """The file that was named, else the one that the settings lead to."""
    if given is not None:
        return given
    from daemon.settings import load_settings  # noqa: PLC0415 - pydantic takes a moment to import

    return load_settings().schedules


def load_schedule(path: Path) -> Loaded:
    """Read and understand a schedule file.

    Raises:
        ScheduleError: it is invalid; every reason is among its findings.
    """
    from daemon.timetable.schedulefile import load  # noqa: PLC0415 - the language takes a moment to import

    return load(path, now=datetime.now(UTC))


def tell_findings(findings: Iterable[Finding], *, label: str, err: bool = True) -> None:
    """Print findings with their place, excerpt and mend."""
    stream = sys.stderr if err else sys.stdout
    colour = "red" if label == "error" else "yellow"
    for finding in findings:
        text = output.printable(scrub(str(finding)))
        click.echo(f"{click.style(label, fg=colour, bold=True)} {text}", err=err, color=output.shows_colour(stream))
