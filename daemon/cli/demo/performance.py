"""Plays the demonstration, and ends it in order whatever ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Protocol

from daemon.cli import output
from daemon.cli.demo.lines import InLines
from daemon.cli.demo.live import OnTerminal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Show(Protocol):
    """One way to show the demonstration."""

    async def play(self) -> int:
        """Play it to its end, which may never come, and give the exit code; clean up when cancelled."""
        ...

    def interrupted(self) -> int:
        """Say that a signal ended it, once everything is gone, and give the exit code."""
        ...


def play() -> int:
    """Play the demonstration: live on a terminal, in lines elsewhere and where ``CI`` is set.

    Returns:
        The exit code. On a terminal: 0 once Ctrl-C has ended it, 1 where an act ended otherwise than announced.
        In lines: 0 where all four ended as announced, 1 where not, 130 where a signal ended it before.

    Raises:
        PoolpowerError: the daemon does not come up, or goes away; with its last log lines.
    """
    return asyncio.run(perform(OnTerminal(output.console()) if _has_an_audience() else InLines()))


async def perform(show: Show) -> int:
    """Play until the end, or until the first signal; later ones change nothing, for the end is bounded."""
    playing = asyncio.ensure_future(show.play())
    heard: list[int] = []

    def hear(number: int) -> None:
        heard.append(number)
        if len(heard) == 1:
            playing.cancel()

    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, hear, number)
    try:
        return await playing
    except asyncio.CancelledError:
        if not heard:
            raise
        return show.interrupted()
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


def _has_an_audience() -> bool:
    """True where a person looks at a terminal that can be redrawn."""
    is_machine = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return output.is_terminal(sys.stdout) and os.environ.get("TERM", "dumb") != "dumb" and not is_machine
