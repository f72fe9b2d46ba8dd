"""The in-memory twin of the client: the same port without HTTP, for tests of what stands above it.

Nothing here happens by itself. An accepted action opens a job, and the job stays open until ``finish`` is told how it
ends. What the cloud is to answer otherwise is scripted ahead: every ``script`` is used once, in order, before the
ordinary behaviour applies again. Every call is recorded in ``calls``, in the order in which it arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, NoReturn

from daemon.workspace.answers import Answer, Fate, WorkspaceError
from daemon.workspace.models import CloudPool, Desktop, Job, SubJob
from daemon.workspace.port import Call
from daemon.workspace.spelling import END_STATES, POWER_JOB_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from daemon.timetable.actions import Action, ActionType


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


class MemoryWorkspace:
    """A cloud project in memory that implements ``port.Workspace``."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        region: str = "memory-1",
        credential: str = "memory key",
        admit: Callable[[Call], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        """Start without pools; ``clock`` stamps calls, jobs and the ``Date`` of answers."""
        self.calls: list[Recorded] = []
        self.refreshes = 0
        self.refresh_error: WorkspaceError | None = None
        self.closed = False
        self._clock = clock
        self._region = region
        self._credential = credential
        self._admit = admit or (lambda _: nullcontext())
        self._pools: dict[str, CloudPool] = {}
        self._desktops: dict[str, dict[str, Desktop]] = {}
        self._jobs: dict[str, Job] = {}
        self._pool_of_job: dict[str, str] = {}
        self._sub_jobs: dict[str, list[SubJob]] = {}
        self._scripts: dict[tuple[Call, str | None], list[Scripted]] = {}
        self._numbers = count(1)

    # -- what a test sets up ---------------------------------------------------------------------------------------

    def add_pool(self, pool_id: str, name: str | None = None, *, desktops: int = 2, status: str = "ACTIVE") -> None:
        """Add a steady pool with idle desktops called ``{pool_id}-1`` and so on."""
        ids = [f"{pool_id}-{n}" for n in range(1, desktops + 1)]
        self._pools[pool_id] = CloudPool(pool_id, name or pool_id, "STEADY", desktops, in_maintenance_mode=False)
        self._desktops[pool_id] = {i: Desktop(i, i.upper(), status, None, "REGISTERED") for i in ids}

    def remove_pool(self, pool_id: str) -> None:
        """Take a pool away, as an administrator of the cloud may."""
        del self._pools[pool_id], self._desktops[pool_id]

    def set_pool(self, pool_id: str, **changes: object) -> None:
        """Change fields of a pool, e.g. ``status="TEMPORARY"``."""
        self._pools[pool_id] = replace(self._pools[pool_id], **changes)  # type: ignore[arg-type]

    def set_desktop(self, desktop_id: str, **changes: object) -> None:
        """Change fields of a desktop, e.g. ``status="SHUTOFF"``."""
        pool_id = self._pool_of(desktop_id)
        desktop = self._desktops[pool_id][desktop_id]
        self._desktops[pool_id][desktop_id] = replace(desktop, **changes)  # type: ignore[arg-type]

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

    def finish(
        self, job_id: str, *, failing: Mapping[str, str] | Iterable[str] = (), code: str = "WKS.00010032"
    ) -> None:
        """End a job: ``failing`` desktops keep their state (with a code each, or ``code``), the rest reach theirs."""
        codes = failing if isinstance(failing, Mapping) else dict.fromkeys(failing, code)
        self._sub_jobs[job_id] = [self._settled(sub, codes) for sub in self._sub_jobs[job_id]]
        self._jobs[job_id] = replace(self._jobs[job_id], status="COMPLETE")
        self._settle_pool(self._pool_of_job[job_id])

    def finish_all(self) -> None:
        """End every open job well."""
        for job in [job for job in self._jobs.values() if not job.is_terminal]:
            self.finish(job.job_id)

    def set_job(self, job_id: str, **changes: object) -> None:
        """Change fields of a job, e.g. ``status="FAIL"``, without touching its desktops."""
        self._jobs[job_id] = replace(self._jobs[job_id], **changes)  # type: ignore[arg-type]

    def set_sub_jobs(self, job_id: str, **changes: object) -> None:
        """Change fields of all sub-jobs of a job, e.g. ``action=None`` where the cloud does not tell it."""
        self._sub_jobs[job_id] = [replace(sub, **changes) for sub in self._sub_jobs[job_id]]  # type: ignore[arg-type]

    def forget_job(self, job_id: str) -> None:
        """Lose a job: looking at it is a 404 from now on."""
        del self._jobs[job_id], self._sub_jobs[job_id]

    @property
    def open_jobs(self) -> list[Job]:
        """Jobs that have not ended, oldest first."""
        return [job for job in self._jobs.values() if not job.is_terminal]

    def calls_of(self, call: Call, target: str | None = None) -> list[Recorded]:
        """The recorded calls of one kind, of one pool or job if given."""
        return [r for r in self.calls if r.call is call and target in (None, r.target)]

    # -- the port --------------------------------------------------------------------------------------------------

    @property
    def credential(self) -> str:
        """As given."""
        return self._credential

    @property
    def region(self) -> str:
        """As given."""
        return self._region

    async def act_on_pool(self, pool_id: str, action: Action, type_: ActionType) -> Answer:
        """Open a job for every desktop of the pool, or answer as scripted."""
        self._record(Call.ACT_ON_POOL, pool_id, action=action, type=type_)
        desktop_ids = list(self._desktops.get(pool_id, ()))
        return await self._answer(Call.ACT_ON_POOL, pool_id, lambda: self._act(pool_id, desktop_ids, action))

    async def act_on_desktops(self, desktop_ids: Sequence[str], action: Action, type_: ActionType) -> Answer:
        """Open a job for these desktops, or answer as scripted (scripts go by the pool of the first one)."""
        pool_id = self._pool_of(desktop_ids[0])
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
        return self._pools[pool_id] if pool_id in self._pools else self._refuse_reading("pool", pool_id)

    async def list_desktops(self, pool_id: str) -> list[Desktop]:
        """Every desktop of a pool."""
        await self._read(Call.LIST_DESKTOPS, pool_id)
        desktops = self._desktops.get(pool_id)
        return list(desktops.values()) if desktops is not None else self._refuse_reading("pool", pool_id)

    async def show_job(self, job_id: str) -> Job:
        """One job."""
        await self._read(Call.SHOW_JOB, job_id)
        return self._jobs[job_id] if job_id in self._jobs else self._refuse_reading("job", job_id)

    async def list_sub_jobs(self, *, job_id: str | None = None, pool_id: str | None = None) -> list[SubJob]:
        """Every sub-job of a job or of a pool's jobs; none where the job is not known, as in the cloud."""
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
        scripted = queue.pop(0) if queue else None
        if scripted is None:
            return Scripted()
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
        desktops = self._desktops[pool_id]
        if any(not desktops[i].is_idle for i in desktop_ids):
            return self._refused(Fate.REFUSED_FOR_NOW, 409, "WKS.00010032", "operation conflict")
        job_id = f"job-{next(self._numbers)}"
        now = self._clock()
        self._jobs[job_id] = Job(job_id, POWER_JOB_TYPES[0], "RUNNING", None, None, len(desktop_ids), now)
        self._pool_of_job[job_id] = pool_id
        self._sub_jobs[job_id] = [self._opened(job_id, desktops[i], action, now) for i in desktop_ids]
        for i in desktop_ids:
            self.set_desktop(i, task_status=_BUSY[END_STATES[action]] if action.is_word else "rebooting")
        self.set_pool(pool_id, status="TEMPORARY")
        return self._accepted(job_id)

    def _opened(self, job_id: str, desktop: Desktop, action: Action, now: datetime) -> SubJob:
        name, number = desktop.computer_name, next(self._numbers)
        return SubJob(
            f"sub-{number}", job_id, POWER_JOB_TYPES[0], action, "RUNNING", None, None, now, desktop.desktop_id, name
        )

    def _settled(self, sub: SubJob, codes: Mapping[str, str]) -> SubJob:
        desktop_id = str(sub.desktop_id)
        if desktop_id in codes:
            self.set_desktop(desktop_id, task_status=None)
            return replace(sub, status="FAILED", error_code=codes[desktop_id], fail_reason="as scripted")
        changes = {} if sub.action is None else {"status": END_STATES[sub.action]}
        self.set_desktop(desktop_id, task_status=None, **changes)
        return replace(sub, status="SUCCESS")

    def _settle_pool(self, pool_id: str) -> None:
        if all(desktop.is_idle for desktop in self._desktops[pool_id].values()):
            self.set_pool(pool_id, status="STEADY")

    def _pool_of(self, desktop_id: str) -> str:
        return next(pool for pool, desktops in self._desktops.items() if desktop_id in desktops)

    def _accepted(self, job_id: str) -> Answer:
        return Answer(Fate.ACCEPTED, status=200, job_id=job_id, request_id="memory", server_date=self._clock())

    def _refused(self, fate: Fate, status: int, code: str, message: str) -> Answer:
        return Answer(
            fate, status=status, error_code=code, error_msg=message, request_id="memory", server_date=self._clock()
        )

    def _refuse_reading(self, what: str, target: str) -> NoReturn:
        raise WorkspaceError(f"no such {what}", self._refused(Fate.REFUSED, 404, "WKS.0404", target))


_BUSY = {"ACTIVE": "powering-on", "SHUTOFF": "powering-off", "HIBERNATED": "hibernating"}
