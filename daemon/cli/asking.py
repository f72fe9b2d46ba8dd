"""Asks whoever sits at the terminal before much is done; without a terminal nobody is asked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.moments import zone_called

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from daemon.cli.runs import Row

MOST = 10
"""Lines that are shown before the question."""


def somebody_is_there() -> bool:
    """Whether a question would be seen, and can be answered."""
    return output.is_terminal(sys.stdin) and output.is_terminal(sys.stderr)


def is_wanted(
    found: dict[str, Any], line: Callable[[Row, ZoneInfo], str], question: str, what: str, *, many: int = 2
) -> bool:
    """Show what a call would do and ask, where it is for so many pools; say so where it is not wanted.

    Args:
        found: the daemon's answer to a rehearsal, or to a question.
        line: how a row of it looks.
        question: with ``{}`` for the number.
        what: what the rows are, e.g. ``pool``.
        many: from how many rows on is asked; one for all pools always is.
    """
    rows = found["overrides"]
    if not somebody_is_there() or (len(rows) < many and all(row["pool"] is not None for row in rows)):
        return True
    zone = zone_called(found["timezone"])
    for row in rows[:MOST]:
        output.note(line(row, zone))
    if len(rows) > MOST:
        output.note(f"and {len(rows) - MOST} more")
    several = f"{len(rows)} {what}{'s' * (len(rows) != 1)}"
    counted = "all pools" if what == "pool" and rows[0]["pool"] is None else several
    if click.confirm(question.format(counted), err=True):
        return True
    output.note("nothing was done")
    return False
