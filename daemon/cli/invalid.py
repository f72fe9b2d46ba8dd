"""Tells people what is wrong with a schedule file, for the commands that look at one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daemon.cli import output
from daemon.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from daemon.timetable.schedulefile.findings import Finding, ScheduleError


def tell_invalid(path: Path, error: ScheduleError, *, is_named: bool) -> Exit:
    """Print every finding in its place, and how many there are; the exit code that they mean."""
    from daemon.cli.schedule import tell_findings  # noqa: PLC0415 - only where something is wrong

    tell_findings(mended_for(error.findings, is_named=is_named), label="error", err=False)
    output.say(f"{path} is invalid: {counted(error.findings, 'error')}", fg="red")
    return Exit.INVALID


def mended_for(findings: Sequence[Finding], *, is_named: bool) -> list[Finding]:
    """The mend of a missing file for who asks: the setting where nobody named the file, and what was looked for."""
    from daemon.timetable.schedulefile.source import ABSENT, ABSENT_AS_NAMED  # noqa: PLC0415

    mend = ABSENT_AS_NAMED if is_named else f"{_looked_for()}{ABSENT}"
    return [replace(one, hint=mend) if one.hint == ABSENT else one for one in findings]


def _looked_for() -> str:
    """The places that were tried, where nobody set one."""
    from daemon.settings import defaults, load_settings  # noqa: PLC0415 - pydantic takes a moment to import
    from daemon.settings.model import DEFAULT_ORIGIN  # noqa: PLC0415

    if load_settings().origin("schedules") != DEFAULT_ORIGIN:
        return ""
    return f"looked for {defaults.SYSTEM_SCHEDULES} and {defaults.HERE.absolute()}; "


def counted(findings: Sequence[Finding], word: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{len(findings)} {word}{'' if len(findings) == 1 else 's'}"
