"""Says what failed on standard error, and which exit code it is.

Imported only once something failed, so that it may know every room's errors without costing the commands anything.
"""

from __future__ import annotations

import sys
import traceback
from typing import Final

import click

from daemon.cli.exits import Exit
from daemon.cli.output import printable, shows_colour
from daemon.cli.refused import NOT_FOUND, ControlRefusedError
from daemon.cli.unreachable import DaemonNotReachableError
from daemon.errors import PoolpowerError
from daemon.redaction import scrub

INVALID: Final = frozenset(
    {
        *("WrongUseError", "SettingsError", "ScheduleError", "PolicyError", "ZoneError", "DurationError"),
        *("LedgerUrlError", "UnknownPoolError"),
    }
)
"""The errors about what was written, by name: to import them all would cost a failing command a quarter of a second."""


def tell(error: Exception) -> int:
    """Print an error for a person and give the exit code that it means.

    Expected errors are told in their own words; the trace of an unexpected one is shown, secrets masked, because it
    is a defect to report.
    """
    if isinstance(error, PoolpowerError):
        _tell_ours(error)
    elif isinstance(error, OSError):
        say("error", f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
    else:
        click.echo(scrub("".join(traceback.format_exception(error))), err=True, nl=False)
        say("error", f"internal: {type(error).__name__}: {error}")
        say("mend", "this is a defect of poolpower: please report it with the lines above")
    return exit_code(error)


def _tell_ours(error: PoolpowerError) -> None:
    """Message and mend; of an invalid schedule file every finding in its place."""
    findings = getattr(error, "findings", ())
    for finding in findings:
        say("error", str(finding))
    if not findings:
        say("error", error.message)
        if error.hint:
            say("mend", error.hint)


def say(label: str, text: str) -> None:
    """One labelled message on standard error."""
    styled = click.style(f"{label}:", fg="red" if label == "error" else "yellow", bold=True)
    click.echo(f"{styled} {printable(scrub(text))}", err=True, color=shows_colour(sys.stderr))


def exit_code(error: Exception) -> Exit:
    """Which exit code an error means."""
    if isinstance(error, DaemonNotReachableError):
        return Exit.NOT_REACHABLE
    if isinstance(error, ControlRefusedError) and error.status == NOT_FOUND:
        return Exit.INVALID  # a pool or run that there is not: wrong use, whoever notices it
    named = {kind.__name__ for kind in type(error).__mro__}
    return Exit.FAILED if INVALID.isdisjoint(named) else Exit.INVALID
