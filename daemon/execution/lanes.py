"""A lane for each project, so that one that hangs or is refused starves no other (protocol 4.9)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from daemon.execution.conditions import REFUSED, Condition
from daemon.execution.slots import Slots
from daemon.execution.waiting import WaitingRuns
from daemon.workspace.answers import Fate, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.limiter import Limiter, SlidingLog
    from daemon.workspace.port import Call, Workspace


class Lane:
    """Everything that belongs to one project while the daemon runs."""

    def __init__(
        self,
        project: str,
        limiter: Limiter,
        clock: Clock,
        wake: Callable[[], None],
        *,
        concurrency: int,
        probe_every: float,
    ) -> None:
        """Make the lane; ``workspace`` is set right after, because the client asks the lane to admit its looks."""
        self.project = project
        self.workspace: Workspace
        self.waiting = WaitingRuns()
        self.slots = Slots(concurrency)
        self.condition = Condition(probe_every=probe_every)
        self._limiter = limiter
        self._clock = clock
        self._wake = wake
        self._refreshing: asyncio.Future[None] | None = None

    def limit_key(self, call: Call) -> str:
        """The limiter's key: credential, region and API call."""
        return f"{self.workspace.credential} {self.workspace.region} {call}"

    def log(self, call: Call) -> SlidingLog:
        """The limiter's log of a call."""
        return self._limiter.log(self.limit_key(call), writes=call.writes)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing waits here and nothing is in flight, a look or new credentials included."""
        return not (len(self.waiting) or self.slots.taken or self.slots.has_line or self._refreshing)

    @asynccontextmanager
    async def admit(self, call: Call) -> AsyncIterator[None]:
        """Hold a token and a slot around one reading request; actions whose turn it is go first."""
        log = self.log(call)
        turn = self.slots.queue_look(log)
        if not self.waiting.has_ready(self._clock.now(), self._clock.elapsed()):
            self.slots.admit_looks(self._clock.elapsed())
        if not turn.done():
            self._wake()  # the pump lets it in, and knows when the next token comes
        await self.slots.wait_for(turn, log)
        try:
            yield
        finally:
            log.answered(self._clock.elapsed())
            self.slots.release()
            self._wake()

    def halt(self, reason: str, log: Logger) -> None:
        """Send nothing more to this project but probes; says so once."""
        if self.condition.begin_halt(reason, self._clock.now(), self._clock.elapsed()):
            log.error("project.halted", project=self.project, reason=reason, waiting=len(self.waiting))

    def answers(self, log: Logger) -> None:
        """It answered as it should: go on where it was halted."""
        halt = self.condition.end_halt()
        if halt is not None:
            log.info("project.resumed", project=self.project, reason=halt.reason, since=halt.since)
            self._wake()

    def could_not_read(self, error: WorkspaceError, log: Logger) -> None:
        """Draw from a reading request that failed what it says about the project as a whole."""
        if error.answer.fate is Fate.UNAUTHORISED:  # a look refreshes once by itself before it says so
            self.halt(REFUSED, log)
        elif trouble := self.condition.of(error.answer, self._clock.elapsed()):
            self.halt(trouble, log)
        elif error.answer.status is not None:  # whatever it said, it answered
            self.answers(log)

    async def refresh(self, sent: float, log: Logger) -> None:
        """Get new credentials after a 401 to a request sent at this reading of the elapsed clock.

        Shared: whoever comes while one is under way waits for it, and a 401 to a request that is older than the last
        refresh asks for none (protocol 4.4). Without new credentials the project halts.
        """
        if sent < self.condition.refreshed_at:
            return
        if self._refreshing is None:
            self._refreshing = asyncio.ensure_future(self._refresh(log))
        await asyncio.shield(self._refreshing)

    async def _refresh(self, log: Logger) -> None:
        self.condition.is_refreshing = True
        try:
            await self.workspace.refresh()
        except WorkspaceError as error:
            self.halt(error.message, log)
        else:
            self.condition.probe_now(self._clock.elapsed())
        finally:
            self.condition.refreshed(self._clock.elapsed())
            self._refreshing = None
            self._wake()
