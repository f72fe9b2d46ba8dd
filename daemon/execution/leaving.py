"""Lets go of what no version needs any more: the lanes of projects that left, and clients that were replaced.

A lane stays for as long as anything of its project is open or in flight: what was sent is followed to its end although
no pool of the file is in the project any more. A client whose lane speaks to another address by now stays for as long
as a request that it began can take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from daemon.ledger.history import projects_with_open_runs

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Collection

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.lanes import Lane
    from daemon.ledger.writer import Writer
    from daemon.workspace.port import Workspace

QUIET_FOR = 20.0
"""Seconds, by the clock that counts suspends, that a lane has nothing in flight before it goes: some readings are
several requests with nothing in flight in between."""

REQUESTS_ON_THE_WAY = 4
"""A token, the request, after a 401 another token, the request again: a client's longest errand but for a listing of
many pages, which is read anew where it breaks off."""


@dataclass(frozen=True, slots=True)
class _Replaced:
    workspace: Workspace
    until: float


class Leaving:
    """Watches lanes and clients go."""

    def __init__(
        self, lanes: dict[str, Lane], writer: Writer, clock: Clock, log: Logger, *, request_timeout: float
    ) -> None:
        """Take lanes out of ``lanes``; ``request_timeout`` is in seconds."""
        self._lanes = lanes
        self._writer = writer
        self._clock = clock
        self._log = log
        self._done_within = REQUESTS_ON_THE_WAY * request_timeout
        self._replaced: list[_Replaced] = []
        self._quiet_since: dict[str, float] = {}
        self._acceptances: set[asyncio.Future[Any]] = set()

    def replace(self, lane: Lane, workspace: Workspace) -> None:
        """Speak to a project through another client from now on; requests under way end where they began."""
        self._replaced.append(_Replaced(lane.workspace, self._clock.elapsed() + self._done_within))
        lane.workspace = workspace

    def wait_for(self, acceptance: asyncio.Future[Any]) -> None:
        """Let no lane go before this is done: the version that it brings may need one that none has needed yet."""
        self._acceptances.add(acceptance)
        acceptance.add_done_callback(self._acceptances.discard)

    async def let_go(self, needed: Collection[str]) -> None:
        """Let go of the lanes of other projects than these, and of replaced clients, once nothing uses them.

        Raises:
            LedgerUnavailable: whether a run is open could not be asked; nothing was let go.
        """
        if not set(self._lanes) <= set(needed):
            has_open_runs = await self._writer.do(projects_with_open_runs)
            for project in self._unused({*needed, *has_open_runs}):
                lane = self._lanes.pop(project)
                self._replaced.append(_Replaced(lane.workspace, self._clock.elapsed()))
                self._log.info("project.let_go", project=project)
        await self._close([old for old in self._replaced if old.until <= self._clock.elapsed()])

    def _unused(self, needed: Collection[str]) -> list[str]:
        """The projects that nothing has needed for long enough; none while it is unclear what a version needs."""
        elapsed = self._clock.elapsed()
        quiet = {project for project, lane in self._lanes.items() if project not in needed and lane.is_quiet}
        self._quiet_since = {project: self._quiet_since.get(project, elapsed) for project in quiet}
        if self._acceptances:
            return []
        return [project for project, since in self._quiet_since.items() if elapsed - since >= QUIET_FOR]

    async def aclose(self) -> None:
        """Close every client, those of the lanes included."""
        await self._close(list(self._replaced))
        for lane in self._lanes.values():
            await lane.workspace.aclose()

    async def _close(self, clients: Collection[_Replaced]) -> None:
        for client in clients:
            await client.workspace.aclose()
            self._replaced = [one for one in self._replaced if one is not client]
