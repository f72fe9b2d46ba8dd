"""Pools, desktops and jobs in memory: what ``memory`` shows through the port, and what a test moves by hand.

Nothing happens by itself: a job stays open until ``finish`` says how it ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from daemon.workspace.models import CloudPool, Desktop, Job, SubJob
from daemon.workspace.spelling import END_STATES, POWER_JOB_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from daemon.timetable.actions import Action

BUSY = "WKS.00010032"
"""The cloud's code where a desktop is in a state that denies an action."""

_TASKS = {"ACTIVE": "powering-on", "SHUTOFF": "powering-off", "HIBERNATED": "hibernating"}


class MemoryCloud:
    """One project's pools."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start without pools; ``clock`` stamps jobs."""
        self._clock = clock
        self._pools: dict[str, CloudPool] = {}
        self._desktops: dict[str, dict[str, Desktop]] = {}
        self._jobs: dict[str, Job] = {}
        self._pool_of_job: dict[str, str] = {}
        self._sub_jobs: dict[str, list[SubJob]] = {}
        self._numbers = count(1)

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
        desktops = self._desktops[self.pool_of(desktop_id)]
        desktops[desktop_id] = replace(desktops[desktop_id], **changes)  # type: ignore[arg-type]

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

    def pool_of(self, desktop_id: str) -> str:
        """The pool that a desktop is in."""
        return next(pool for pool, desktops in self._desktops.items() if desktop_id in desktops)

    def is_busy(self, pool_id: str, desktop_ids: Sequence[str]) -> bool:
        """True where a task is under way on any of these desktops."""
        return any(not self._desktops[pool_id][i].is_idle for i in desktop_ids)

    def open_job(self, pool_id: str, desktop_ids: Sequence[str], action: Action) -> str:
        """Begin an action on these desktops: they and their pool are busy until the job is finished.

        Returns:
            The new job's id.
        """
        job_id, now = f"job-{next(self._numbers)}", self._clock()
        self._jobs[job_id] = Job(job_id, POWER_JOB_TYPES[0], "RUNNING", None, None, len(desktop_ids), now)
        self._pool_of_job[job_id] = pool_id
        self._sub_jobs[job_id] = [self._opened(job_id, self._desktops[pool_id][i], action, now) for i in desktop_ids]
        for i in desktop_ids:
            self.set_desktop(i, task_status=_TASKS[END_STATES[action]] if action.is_word else "rebooting")
        self.set_pool(pool_id, status="TEMPORARY")
        return job_id

    def finish(self, job_id: str, *, failing: Mapping[str, str] | Iterable[str] = (), code: str = BUSY) -> None:
        """End a job: ``failing`` desktops keep their state (with a code each, or ``code``), the rest reach theirs."""
        codes = failing if isinstance(failing, Mapping) else dict.fromkeys(failing, code)
        self._sub_jobs[job_id] = [self._settled(sub, codes) for sub in self._sub_jobs[job_id]]
        self.set_job(job_id, status="COMPLETE")
        pool_id = self._pool_of_job[job_id]
        if not self.is_busy(pool_id, list(self._desktops[pool_id])):
            self.set_pool(pool_id, status="STEADY")

    def finish_all(self) -> None:
        """End every open job well."""
        for job in self.open_jobs:
            self.finish(job.job_id)

    def _opened(self, job_id: str, desktop: Desktop, action: Action, now: datetime) -> SubJob:
        return SubJob(
            sub_job_id=f"sub-{next(self._numbers)}",
            job_id=job_id,
            job_type=POWER_JOB_TYPES[0],
            action=action,
            status="RUNNING",
            error_code=None,
            fail_reason=None,
            begin_time=now,
            desktop_id=desktop.desktop_id,
            desktop_name=desktop.computer_name,
        )

    def _settled(self, sub: SubJob, codes: Mapping[str, str]) -> SubJob:
        desktop_id = str(sub.desktop_id)
        if desktop_id in codes:
            self.set_desktop(desktop_id, task_status=None)
            return replace(sub, status="FAILED", error_code=codes[desktop_id], fail_reason="as the test says")
        reached = {} if sub.action is None else {"status": END_STATES[sub.action]}
        self.set_desktop(desktop_id, task_status=None, **reached)
        return replace(sub, status="SUCCESS")
