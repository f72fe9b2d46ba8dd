"""Waits for runs to end, by asking the daemon."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Final

from daemon.cli.runs import is_final, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from daemon.cli.control import Control
    from daemon.cli.runs import Row

EVERY: Final = 1.0
"""Seconds between two questions; a question costs the daemon one read of its ledger."""


def wait_for(
    control: Control,
    rows: Iterable[Row],
    *,
    tell: Callable[[str], None],
    pause: Callable[[float], object] | None = None,
) -> list[Row]:
    """Ask for the runs until all have ended.

    Args:
        control: the daemon.
        rows: the runs as they were when they were asked for.
        tell: is given a line for each change of state.
        pause: waits for so many seconds.

    Returns:
        The runs as they ended, in the same order.

    Raises:
        DaemonNotReachableError: the daemon went away; the runs go on when it comes back.
    """
    wait = pause or Event().wait
    now = {row["run"]: row for row in rows}
    while unfinished := [number for number, row in now.items() if not is_final(row)]:
        wait(EVERY)
        for number in unfinished:
            row = control.get(f"/v1/runs/{number}")
            if row["state"] != now[number]["state"]:
                tell(one_line(row))
            now[number] = row
    return list(now.values())
