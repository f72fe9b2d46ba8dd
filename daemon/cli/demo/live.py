"""The demonstration on a terminal: drawn anew when something has changed, until Ctrl-C."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.live import Live

from daemon.cli import output
from daemon.cli.demo import stage, story
from daemon.cli.demo.beside import commands
from daemon.cli.demo.screen import Screen
from daemon.cli.demo.watching import LOOK_EVERY, Scene, look
from daemon.cli.exits import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from daemon.cli.demo.stage import Stage

WORTH_A_LOOK, WORTH_ANOTHER_TRY = 2, 4
"""Runs by number, which are the acts': the ledger is new and one act is due after another."""


class OnTerminal:
    """Shows; see ``performance.Show``."""

    def __init__(self, console: Console) -> None:
        """Show on this console."""
        self._console = console
        self._scene = Scene(datetime.now(UTC))

    async def play(self) -> int:
        """Show the acts for as long as nobody ends it; what was seen last stays on the terminal."""
        output.note("starting a simulated cloud and the daemon; Ctrl-C ends both")
        async with stage.set_up() as prepared:
            due = await prepared.schedule_acts()
            beside = commands(prepared.control.path, run=WORTH_A_LOOK, again=WORTH_ANOTHER_TRY)
            screen = Screen(due, prepared.zone, beside)
            try:
                with Live(console=self._console, screen=True, auto_refresh=False) as live:
                    return await self._show(prepared, screen, live)
            finally:
                for row in (*screen.table(self._scene, self._console.width), *screen.story()):
                    self._console.print(row)

    def interrupted(self) -> int:
        """The ordinary end."""
        output.note("ended; the daemon has stopped and its files are removed")
        wrong = self._scene.shortfalls(ended_only=True)
        for each in wrong:
            output.say(f"not as announced: {each}", fg="red")
        return Exit.FAILED if wrong else Exit.DONE

    async def _show(self, prepared: Stage, screen: Screen, live: Live) -> int:
        drawn: object = None
        while True:
            before, self._scene = self._scene, await look(prepared, self._scene)
            screen.lines.extend(story.tell(before, self._scene))
            width, height = self._console.size
            # Drawn again only where there is something new: who marks a line to copy it must not lose the mark.
            new = (self._scene.runs, self._scene.desktops, width, height)
            if new != drawn:
                live.update(screen.frame(self._scene, width, height), refresh=True)
                drawn = new
            await asyncio.sleep(LOOK_EVERY)
