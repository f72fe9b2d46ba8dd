"""Waits for runs to end, by asking the daemon."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Final

from daemon.cli.runs import is_final, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from daemon.cli.control import Control
    from daemon.cli.runs import Row

EVERY: Final = 1.0
"""Seconds between two questions; a question costs the daemon one read of its ledger."""


def wait_for(
    control: Control,
    rows: Iterable[Row],
    *,
    tell: Callable[[str], None],
    over: Callable[[str], None],
    pause: Callable[[float], object] | None = None,
) -> list[Row]:
    """Ask for the runs until all have ended.

    Args:
        control: the daemon.
        rows: the runs as they were when they were asked for.
        tell: is given a line for each change of state but the last, and where the waiting is broken off.
        over: is given the line of each run that has ended, once.
        pause: waits for so many seconds.

    Returns:
        The runs as they ended, in the same order.

    Raises:
        DaemonNotReachableError: the daemon went away; the runs go on when it comes back.
        KeyboardInterrupt: whoever waited does not want to any more; it was told that the runs go on.
    """
    wait = pause or Event().wait
    now = {row["run"]: row for row in rows}
    for row in filter(is_final, now.values()):
        over(one_line(row))
    try:
        while unfinished := _unfinished(now):
            wait(EVERY)
            for number in unfinished:
                row = control.get(f"/v1/runs/{number}")
                before, now[number] = now[number], row
                if row["state"] != before["state"]:
                    (over if is_final(row) else tell)(one_line(row))
    except KeyboardInterrupt:
        tell(_left(_unfinished(now)))
        raise
    return list(now.values())


def _unfinished(now: Mapping[int, Row]) -> list[int]:
    return [number for number, row in now.items() if not is_final(row)]


def _left(numbers: Sequence[int]) -> str:
    """What goes on although nobody waits for it, and how to see or end it."""
    first, several = numbers[0] if numbers else 0, len(numbers) > 1
    if not numbers:
        return "no longer waited for; every run has ended: `poolpower history`"
    goes_on = f"{len(numbers)} runs, {first} and so on, go on" if several else f"run {first} goes on"
    follow = f"`poolpower show {first}` tells how it ends, `poolpower cancel {first}` calls it off while it waits"
    return f"no longer waited for; {goes_on}: {follow}"
