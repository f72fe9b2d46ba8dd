"""The search for the job of a reboot whose fate is unknown (protocol 5.4): a reboot is never sent again blindly.

A job is adopted only where everything speaks for it: it is of the types that power actions have, its action can be told
and is a reboot, it began since the attempt was sent (by the server's clock, not ours), and no other attempt knows it.
While a desktop of the pool is rebooting the search goes on, up to ``follow_for``: one that never comes up again must
not hold the pool for ever. Without any sign after two minutes the run is unknown. Time in which nobody could look does
not count, up to ``follow_for`` where the project answers otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.ledger.outcomes import Settling, adopt_job, settle
from daemon.ledger.states import State
from daemon.timetable.actions import Action
from daemon.workspace.answers import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.lanes import Lane
    from daemon.execution.roster import Roster, Search
    from daemon.execution.sending import Sender
    from daemon.execution.timing import Timing
    from daemon.ledger.writer import Writer
    from daemon.workspace.models import Desktop, SubJob

TOLERANCE = timedelta(seconds=2)
"""The cloud's times have whole seconds, and so has its ``Date``."""
REBOOTING = "rebooting"
"""What the task of a desktop that reboots begins with: it is ``rebooting_hard`` where the reboot was forced."""


class Searcher:
    """Looks for the jobs of reboots of unknown fate."""

    def __init__(
        self, *, writer: Writer, roster: Roster, sender: Sender, clock: Clock, timing: Timing, log: Logger
    ) -> None:
        """Give what a search needs."""
        self._writer = writer
        self._roster = roster
        self._sender = sender
        self._clock = clock
        self._timing = timing
        self._log = log

    async def look_for(self, lane: Lane, search: Search) -> None:
        """Look once: adopt a job, come again, or give up."""
        try:
            goes_on = await self._adopt(lane, search)
        except WorkspaceError as error:
            lane.could_not_read(error, self._log)
            self._log.warning("search.failed", run=search.run.id, project=lane.project, error=error.message)
            await self._could_not_look(lane, search, error)
        else:
            lane.answers(self._log)
            if goes_on:
                await self._again(search)

    def put_off(self, search: Search) -> None:
        """Nobody can look now: come again, and leave out the time since the last look."""
        elapsed = self._clock.elapsed()
        self._come_again(replace(search, until=search.until + elapsed - search.looked_at))

    async def _adopt(self, lane: Lane, search: Search) -> bool:
        """Adopt a job where one is found; True where the search is to go on."""
        pool_id = search.run.pool_id or ""
        parts = await lane.workspace.list_sub_jobs(pool_id=pool_id)
        for job_id in candidates(parts, search.sent_at + (lane.workspace.server_offset or timedelta(0))):
            if await self._take(search, job_id):
                return False
        desktops = await lane.workspace.list_desktops(pool_id)
        if not self._is_overdue(search) and any(_reboots(desktop) for desktop in desktops):
            soonest = self._clock.elapsed() + self._timing.search_every
            self._come_again(replace(search, until=max(search.until, soonest)))
            return False
        return True

    async def _take(self, search: Search, job_id: str) -> bool:
        now = self._clock.now()
        run = replace(search.run, state=State.ACCEPTED, job_id=job_id)

        def unit(conn: Connection) -> bool:
            if not adopt_job(conn, run, search.attempt, job_id, now):
                return False
            settle(conn, [Settling(run, f"job {job_id} was found and adopted", now, State.ATTEMPTING)])
            return True

        if not await self._writer.do(unit):
            return False
        self._log.info("reboot.adopted", run=run.id, pool=run.pool, project=run.project, job_id=job_id)
        self._roster.follow(run, self._timing.poll_first)
        return True

    async def _again(self, search: Search) -> None:
        if self._clock.elapsed() < search.until:
            self._come_again(search)
        else:
            await self._give_up(
                search, "its request was lost and no job of it was found: it may or may not have been carried out"
            )

    async def _could_not_look(self, lane: Lane, search: Search, error: WorkspaceError) -> None:
        if error.gone or (self._is_overdue(search) and lane.condition.halt is None):
            await self._give_up(search, f"its request was lost and its job could not be looked for: {error.message}")
        else:
            self.put_off(search)

    def _is_overdue(self, search: Search) -> bool:
        longest = max(self._timing.follow_for, self._timing.search_for)
        return self._clock.elapsed() - search.begun >= longest

    def _come_again(self, search: Search) -> None:
        elapsed = self._clock.elapsed()
        looked = replace(search, looked_at=elapsed)
        self._roster.searches.put(search.run.id, elapsed + self._timing.search_every, looked)

    async def _give_up(self, search: Search, reason: str) -> None:
        unknown = replace(search.run, state=State.UNKNOWN)
        settled = await self._sender.store(Settling(unknown, reason, self._clock.now(), State.ATTEMPTING))
        if settled.moved_on:
            self._roster.moved_on(settled.run)
        else:
            self._roster.ended(settled.run, settled.run.state, settled.reason or reason)


def _reboots(desktop: Desktop) -> bool:
    return (desktop.task_status or "").startswith(REBOOTING)


def candidates(parts: Iterable[SubJob], since: datetime) -> list[str]:
    """The reboot jobs among these parts that began since, by the server's clock, the earliest first."""
    began: dict[str, datetime] = {}
    for part in parts:
        if part.action is not Action.REBOOT or part.job_id is None or part.begin_time is None:
            continue
        began[part.job_id] = min(part.begin_time, began.get(part.job_id, part.begin_time))
    return sorted((job for job, at in began.items() if at >= since - TOLERANCE), key=began.__getitem__)
