"""The in-memory twin of the client: the same port without HTTP, for tests of what stands above it.

What the cloud is to answer otherwise than ordinarily is scripted ahead: every script is used once, in order, before
the ordinary behaviour applies again; scripts for one pool or job come before those for all. Every call is recorded in
``calls``, in the order in which it arrived. How pools and jobs move is in ``memory_cloud``.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

from daemon.workspace.answers import Answer, Fate, WorkspaceError
from daemon.workspace.memory_cloud import BUSY, MemoryCloud
from daemon.workspace.port import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from daemon.timetable.actions import Action, ActionType
    from daemon.workspace.models import CloudPool, Desktop, Job, SubJob


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call that arrived.

    Attributes:
        call: which.
        at: the injected clock at its arrival.
        target: pool id or job id, None for listings of everything.
        action: of an acting call.
        type: of an acting call.
        desktop_ids: of a per-desktop call.
        message: of a notification.
    """

    call: Call
    at: datetime
    target: str | None = None
    action: Action | None = None
    type: ActionType | None = None
    desktop_ids: tuple[str, ...] = ()
    message: str | None = None


@dataclass(slots=True)
class Scripted:
    """What becomes of one call.

    Attributes:
        answer: given instead of the ordinary one; None leaves the ordinary one.
        executed: the action is carried out even so, as with an answer that was lost on its way back.
        error: raised by a reading call.
        arrived: set once the call is here.
        released: the call waits for it; set from the start unless the script was made by ``hold``.
    """

    answer: Answer | None = None
    executed: bool = False
    error: WorkspaceError | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


class MemoryWorkspace(MemoryCloud):
    """A cloud project in memory that implements ``port.Workspace``.

    Attributes:
        calls: every call, in the order of arrival.
        refreshes: how often ``refresh`` was called.
        refresh_error: raised by ``refresh`` where a test sets one.
        server_ahead: how far the server's clock is ahead of ours.
        closed: True after ``aclose``.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        region: str = "memory-1",
        credential: str = "memory key",
        admit: Callable[[Call], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        """Start without pools; ``clock`` stamps calls and jobs; ``admit`` is entered around reading calls."""
        super().__init__(clock)
        self.calls: list[Recorded] = []
        self.refreshes = 0
        self.refresh_error: WorkspaceError | None = None
        self.server_ahead = timedelta(0)
        self.closed = False
        self._region = region
        self._credential = credential
        self._admit = admit or (lambda _: nullcontext())
        self._scripts: dict[tuple[Call, str | None], list[Scripted]] = {}

    # -- what a test scripts and reads -----------------------------------------------------------------------------

    def script(self, call: Call, *answers: Answer | WorkspaceError, target: str | None = None) -> None:
        """Have the next such calls (for one pool or job, if given) answered so, without anything being carried out."""
        for answer in answers:
            one = Scripted(error=answer) if isinstance(answer, WorkspaceError) else Scripted(answer=answer)
            self._queue(call, target, one)

    def script_executed(self, call: Call, answer: Answer, *, target: str | None = None) -> None:
        """Have the next such call carried out and answered so all the same, e.g. with ``Fate.LOST``."""
        self._queue(call, target, Scripted(answer=answer, executed=True))

    def hold(self, call: Call, answer: Answer | None = None, *, target: str | None = None) -> Scripted:
        """Have the next such call wait: ``await held.arrived.wait()``, then ``held.released.set()``."""
        held = Scripted(answer=answer)
        self._scripts.setdefault((call, target), []).append(held)
        return held

    def calls_of(self, call: Call, target: str | None = None) -> list[Recorded]:
        """The recorded calls of one kind, of one pool or job if given."""
        return [one for one in self.calls if one.call is call and target in (None, one.target)]

    # -- the port --------------------------------------------------------------------------------------------------

    @property
    def credential(self) -> str:
        """As given."""
        return self._credential

    @property
    def region(self) -> str:
        """As given."""
        return self._region

    @property
    def server_offset(self) -> timedelta | None:
        """``server_ahead``, once there was a call."""
        return self.server_ahead if self.calls else None

    async def act_on_pool(self, pool_id: str, action: Action, type_: ActionType) -> Answer:
        """Open a job for every desktop of the pool, or answer as scripted."""
        self._record(Call.ACT_ON_POOL, pool_id, action=action, type=type_)
        desktop_ids = list(self._desktops.get(pool_id, ()))
        return await self._answer(Call.ACT_ON_POOL, pool_id, lambda: self._act(pool_id, desktop_ids, action))

    async def act_on_desktops(self, desktop_ids: Sequence[str], action: Action, type_: ActionType) -> Answer:
        """Open a job for these desktops, or answer as scripted (scripts go by the pool of the first one)."""
        pool_id = self.pool_of(desktop_ids[0])
        self._record(Call.ACT_ON_DESKTOPS, pool_id, action=action, type=type_, desktop_ids=tuple(desktop_ids))
        return await self._answer(Call.ACT_ON_DESKTOPS, pool_id, lambda: self._act(pool_id, desktop_ids, action))

    async def notify_pool(self, pool_id: str, message: str) -> Answer:
        """Accept the message, or answer as scripted."""
        self._record(Call.NOTIFY_POOL, pool_id, message=message)
        return await self._answer(Call.NOTIFY_POOL, pool_id, lambda: self._accepted(f"job-{next(self._numbers)}"))

    async def refresh(self) -> None:
        """Count it; raise ``refresh_error`` where a test set one."""
        self.refreshes += 1
        if self.refresh_error is not None:
            raise self.refresh_error

    async def list_pools(self) -> list[CloudPool]:
        """Every pool."""
        await self._read(Call.LIST_POOLS, None)
        return list(self._pools.values())

    async def show_pool(self, pool_id: str) -> CloudPool:
        """One pool."""
        await self._read(Call.SHOW_POOL, pool_id)
        return self._pools[pool_id] if pool_id in self._pools else self._no_such("pool")

    async def list_desktops(self, pool_id: str) -> list[Desktop]:
        """Every desktop of a pool."""
        await self._read(Call.LIST_DESKTOPS, pool_id)
        desktops = self._desktops.get(pool_id)
        return list(desktops.values()) if desktops is not None else self._no_such("pool")

    async def show_job(self, job_id: str) -> Job:
        """One job."""
        await self._read(Call.SHOW_JOB, job_id)
        return self._jobs[job_id] if job_id in self._jobs else self._no_such("job")

    async def list_sub_jobs(self, *, job_id: str | None = None, pool_id: str | None = None) -> list[SubJob]:
        """Every sub-job of a job or of a pool's jobs; none where it is not known."""
        await self._read(Call.LIST_SUB_JOBS, job_id or pool_id)
        wanted = [job_id] if job_id else [job for job, pool in self._pool_of_job.items() if pool == pool_id]
        return [sub for job in wanted for sub in self._sub_jobs.get(job, ())]

    async def aclose(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    # -- details ---------------------------------------------------------------------------------------------------

    def _queue(self, call: Call, target: str | None, scripted: Scripted) -> None:
        scripted.released.set()
        self._scripts.setdefault((call, target), []).append(scripted)

    def _record(self, call: Call, target: str | None, **facts: object) -> None:
        self.calls.append(Recorded(call, self._clock(), target, **facts))  # type: ignore[arg-type]

    async def _next_script(self, call: Call, target: str | None) -> Scripted:
        queue = self._scripts.get((call, target)) or self._scripts.get((call, None))
        if not queue:
            return Scripted()
        scripted = queue.pop(0)
        scripted.arrived.set()
        await scripted.released.wait()
        return scripted

    async def _answer(self, call: Call, target: str, ordinary: Callable[[], Answer]) -> Answer:
        scripted = await self._next_script(call, target)
        if scripted.error is not None:
            return scripted.error.answer
        if scripted.answer is None:
            return ordinary()
        if scripted.executed:
            ordinary()
        return scripted.answer

    async def _read(self, call: Call, target: str | None) -> None:
        async with self._admit(call):
            self._record(call, target)
            scripted = await self._next_script(call, target)
        if scripted.error is not None:
            raise scripted.error
        if scripted.answer is not None:
            raise WorkspaceError(scripted.answer.error_msg or str(scripted.answer.fate), scripted.answer)

    def _act(self, pool_id: str, desktop_ids: Sequence[str], action: Action) -> Answer:
        if pool_id not in self._pools:
            return self._refused(Fate.REFUSED, 400, "WKS.0001", "the desktop pool does not exist")
        if self.is_busy(pool_id, desktop_ids):
            return self._refused(Fate.REFUSED_FOR_NOW, 409, BUSY, "operation conflict")
        return self._accepted(self.open_job(pool_id, desktop_ids, action))

    def _accepted(self, job_id: str) -> Answer:
        date = self._clock() + self.server_ahead
        return Answer(Fate.ACCEPTED, status=200, job_id=job_id, request_id="memory", server_date=date)

    def _refused(self, fate: Fate, status: int, code: str, words: str) -> Answer:
        date = self._clock() + self.server_ahead
        return Answer(fate, status=status, error_code=code, error_msg=words, request_id="memory", server_date=date)

    def _no_such(self, what: str) -> NoReturn:
        words = f"no such {what}"
        raise WorkspaceError(words, self._refused(Fate.REFUSED, 404, "WKS.0404", words))
