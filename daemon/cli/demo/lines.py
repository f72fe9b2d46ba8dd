"""The demonstration where nobody watches: its story in lines, as it happens, and a verdict."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from daemon.cli import output
from daemon.cli.demo import stage, story
from daemon.cli.demo.acts import ACTS
from daemon.cli.demo.story import POOL_WIDTH
from daemon.cli.demo.watching import LOOK_EVERY, Scene, look
from daemon.cli.exits import Exit

if TYPE_CHECKING:
    from daemon.cli.demo.stage import Stage

ALL_WITHIN = 75.0
"""Seconds from the daemon's being up until what has not ended is given up."""


class InLines:
    """Tells; see ``performance.Show``."""

    async def play(self) -> int:
        """Tell the story until every act is over, or its time is."""
        output.say("poolpower demo: the daemon, a schedule for the next seconds, a simulated cloud. It is to show")
        for number, act in enumerate(ACTS, start=1):
            output.say(f"  {number}  {act.pool:<{POOL_WIDTH}}  {act.shows}")
        async with stage.set_up() as prepared:
            output.say(f"The daemon is up, its files are in {prepared.folder}.")
            await prepared.schedule_acts()
            scene = await self._told(prepared)
        return _verdict(scene)

    def interrupted(self) -> int:
        """Nothing was shown to its end."""
        output.note("interrupted; the daemon has stopped and its files are removed")
        return Exit.INTERRUPTED

    async def _told(self, prepared: Stage) -> Scene:
        loop = asyncio.get_running_loop()
        until = loop.time() + ALL_WITHIN
        scene = Scene(datetime.now(UTC))
        while not scene.is_over and loop.time() < until:
            await asyncio.sleep(LOOK_EVERY)
            before, scene = scene, await look(prepared, scene)
            for line in story.tell(before, scene):
                output.say(line.shown(prepared.zone))
        return scene


def _verdict(scene: Scene) -> int:
    wrong = scene.shortfalls()
    for each in wrong:
        output.say(f"not as announced: {each}", fg="red")
    if wrong:
        return Exit.FAILED
    output.say("All four ended as announced; the daemon has stopped and its files are removed.", fg="green")
    return Exit.DONE
