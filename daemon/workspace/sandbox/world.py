"""The simulated cloud: pools, desktops and jobs that advance with a clock that is handed in. Pure: no I/O, no asyncio.

An action is decided when it is accepted: every desktop's sub-job is planned with its beginning, end and result, and
what a listing shows is a function of the plan and the instant. Nothing has to run in between, so that tests move the
clock and look.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.sandbox import examples
from daemon.workspace.sandbox.courses import OPERATIONS, WINDOWS, Course, course_of
from daemon.workspace.sandbox.desktops import ACTIVE, Desktop, DesktopFailure, Pool
from daemon.workspace.sandbox.faults import Fault, FaultScripts
from daemon.workspace.sandbox.identity import Identity
from daemon.workspace.sandbox.jobs import DESKTOPS_JOB, MESSAGE_JOB, POOL_JOB, Job, SubJob
from daemon.workspace.sandbox.journal import Journal
from daemon.workspace.sandbox.planning import Place, plan_sub_job
from daemon.workspace.sandbox.refusals import CONFLICT, UNSUPPORTED, Refusal, denied, not_found, pool_unknown
from daemon.workspace.sandbox.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from daemon.workspace.sandbox.quota import Quota


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class World:
    """Everything that the simulated service knows.

    Attributes:
        identity: accounts, keys, projects, tokens.
        timing: durations; may be replaced at any time, for what is accepted afterwards.
        quota: requests a minute, or None for none.
        scripts: faults that wait for requests.
        journal: every request and what became of it.
        start_of_running_fails: True: a start of a desktop that runs is a failed sub-job, as the vendor's Terraform
            provider has seen; False: it succeeds at once.
        tells_action: True: sub-jobs carry their ``op_type``, which no source documents; False: nothing says what
            a job of type ``executeDesktopsAction`` does.
        clock_offset: how far the service's own clock is off, its ``Date`` and timestamps included.
        start: tells the job ids of this world from those of another one with the same seed: a ledger that outlives
            the sandbox must not meet an id twice, as it never would with the service.
    """

    def __init__(
        self,
        pools: Iterable[Pool] = (),
        *,
        clock: Callable[[], datetime] = utc_now,
        timing: Timing | None = None,
        identity: Identity | None = None,
        quota: Quota | None = None,
        start_of_running_fails: bool = True,
        tells_action: bool = False,
        start: int = 0,
    ) -> None:
        """Populate the world."""
        self._clock = clock
        self.timing = timing if timing is not None else Timing()
        self.identity = identity if identity is not None else Identity()
        self.quota = quota
        self.scripts = FaultScripts()
        self.journal = Journal()
        self.start_of_running_fails = start_of_running_fails
        self.tells_action = tells_action
        self.start = start
        self.clock_offset = timedelta()
        self._pools: dict[str, Pool] = {}
        self._desktops: dict[str, tuple[Pool, Desktop]] = {}
        for pool in pools:
            self.add_pool(pool)
        self._jobs: dict[str, Job] = {}
        self._sub_jobs: dict[str, list[SubJob]] = {}
        self._numbers = 0

    @classmethod
    def example(cls, *, clock: Callable[[], datetime] = utc_now, timing: Timing | None = None, start: int = 0) -> World:
        """The four pools that the example schedule file names."""
        return cls(examples.example_pools(), clock=clock, timing=timing, start=start)

    @classmethod
    def many(
        cls,
        pools: int = 2000,
        desktops: int = 1,
        *,
        clock: Callable[[], datetime] = utc_now,
        timing: Timing | None = None,
    ) -> World:
        """Pools in quantity; ``examples.many_pool_id`` computes their ids."""
        return cls(examples.many_pools(pools, desktops), clock=clock, timing=timing)

    def now(self) -> datetime:
        """The service's own idea of the time."""
        return self._clock() + self.clock_offset

    def add_pool(self, pool: Pool) -> None:
        """Let one more pool be there."""
        self._pools[pool.pool_id] = pool
        self._desktops |= {desktop.desktop_id: (pool, desktop) for desktop in pool.desktops}

    def script(self, key: str, *faults: Fault) -> None:
        """Let the next requests of a call, or the next actions of a pool (by its id), go wrong."""
        self.scripts.set(key, faults)

    def fail_desktop(self, desktop_id: str, failure: DesktopFailure) -> None:
        """Let a desktop's next action (or every one) go wrong.

        Raises:
            Refusal: no such desktop.
        """
        self.desktop(desktop_id).failures.append(failure)

    # What can be read

    def pools(self, project_id: str) -> list[Pool]:
        """The project's pools, as listed now."""
        now = self.now()
        found = [pool for pool in self._pools.values() if pool.project_id == project_id]
        for pool in found:
            pool.settle(now, self.timing.lag)
        return found

    def pool(self, project_id: str, pool_id: str) -> Pool:
        """One pool, as shown now.

        Raises:
            Refusal: no such pool in this project.
        """
        pool = self._known_pool(project_id, pool_id)
        pool.settle(self.now(), self.timing.lag)
        return pool

    def any_pool(self, pool_id: str) -> Pool:
        """One pool, whatever its project, as shown now.

        Raises:
            Refusal: no such pool.
        """
        pool = self._pools.get(pool_id)
        if pool is None:
            raise pool_unknown(pool_id)
        pool.settle(self.now(), self.timing.lag)
        return pool

    def desktop(self, desktop_id: str) -> Desktop:
        """One desktop.

        Raises:
            Refusal: no such desktop.
        """
        return self._located(desktop_id)[1]

    def job(self, project_id: str, job_id: str) -> Job:
        """One job.

        Raises:
            Refusal: no such job in this project.
        """
        job = self._jobs.get(job_id)
        if job is None or job.project_id != project_id:
            raise not_found(f"job {job_id}")
        return job

    def sub_jobs(
        self, project_id: str, *, job_id: str | None = None, pool_id: str | None = None, job_type: str | None = None
    ) -> list[SubJob]:
        """Sub-jobs, newest first, of a job, of a pool's desktops, of a type: whatever is given must hold."""
        if job_id is not None:
            job = self._jobs.get(job_id)
            found = job.sub_jobs if job is not None else []
        elif pool_id is not None:
            found = self._sub_jobs.get(pool_id, [])
        else:
            found = [part for parts in self._sub_jobs.values() for part in parts]
        chosen = (part for part in found if part.project_id == project_id)
        chosen = (part for part in chosen if pool_id in (None, part.pool_id) and job_type in (None, part.job_type))
        return sorted(chosen, key=lambda part: part.created_at, reverse=True)

    # What can be done

    def act_on_pool(self, project_id: str, pool_id: str, action: Action, type_: ActionType) -> Job:
        """Accept an action for every desktop of a pool.

        Raises:
            Refusal: no such pool; something is in progress in it.
        """
        pool = self._known_pool(project_id, pool_id)
        return self._act([(pool, desktop) for desktop in pool.desktops], project_id, POOL_JOB, action, type_)

    def act_on_desktops(self, project_id: str, desktop_ids: Sequence[str], action: Action, type_: ActionType) -> Job:
        """Accept an action for some desktops.

        Raises:
            Refusal: no such desktop; something is in progress on one of them.
        """
        return self._act(self._chosen(project_id, desktop_ids), project_id, DESKTOPS_JOB, action, type_)

    def notify_pool(self, project_id: str, pool_id: str, message: str) -> Job:
        """Show a message to the users of a pool.

        Raises:
            Refusal: no such pool.
        """
        pool = self._known_pool(project_id, pool_id)
        return self._notify([(pool, desktop) for desktop in pool.desktops], project_id, message)

    def notify_desktops(self, project_id: str, desktop_ids: Sequence[str], message: str) -> Job:
        """Show a message to the users of some desktops.

        Raises:
            Refusal: no such desktop.
        """
        return self._notify(self._chosen(project_id, desktop_ids), project_id, message)

    def number(self) -> int:
        """A number that was not given out before."""
        self._numbers += 1
        return self._numbers

    # Details

    def _act(
        self, chosen: list[tuple[Pool, Desktop]], project_id: str, job_type: str, action: Action, type_: ActionType
    ) -> Job:
        now = self.now()
        for _, desktop in chosen:
            desktop.settle(now)
        for pool, desktop in chosen:
            if desktop.task is not None and pool.refuses_when_busy:
                message = denied(desktop.task_status, OPERATIONS[action], desktop.desktop_id)
                raise Refusal(409, CONFLICT, message)
        job = self._open_job(project_id, job_type, action, now)
        for position, (pool, desktop) in enumerate(chosen):
            course = course_of(desktop, action, start_of_running_fails=self.start_of_running_fails)
            part = self._file(job, plan_sub_job(job, (pool, desktop), course, self._place(position), type_))
            if course.occupies:
                desktop.task = part
        return job

    def _notify(self, chosen: list[tuple[Pool, Desktop]], project_id: str, message: str) -> Job:
        job = self._open_job(project_id, MESSAGE_JOB, None, self.now())
        for position, (pool, desktop) in enumerate(chosen):
            reached = desktop.os_type == WINDOWS and desktop.status == ACTIVE
            course = Course() if reached else Course("FAIL", None, UNSUPPORTED, "Nobody can be told on this desktop.")
            self._file(job, plan_sub_job(job, (pool, desktop), course, self._place(position), ActionType.SOFT))
        for pool in {pool.pool_id: pool for pool, _ in chosen}.values():
            pool.messages.append(message)
        return job

    def _open_job(self, project_id: str, job_type: str, action: Action | None, now: datetime) -> Job:
        job_id = f"{(self.timing.seed ^ self.start) & 0xFFFFFFFF:08x}-0b5e-4000-8000-{self.number():012x}"
        job = Job(job_id, job_type, project_id, action, now)
        self._jobs[job.job_id] = job
        return job

    def _place(self, position: int) -> Place:
        return Place(position, self.number(), self.timing)

    def _file(self, job: Job, part: SubJob) -> SubJob:
        job.sub_jobs.append(part)
        self._sub_jobs.setdefault(part.pool_id, []).append(part)
        return part

    def _known_pool(self, project_id: str, pool_id: str) -> Pool:
        pool = self._pools.get(pool_id)
        if pool is None or pool.project_id != project_id:
            raise pool_unknown(pool_id)
        return pool

    def _chosen(self, project_id: str, desktop_ids: Sequence[str]) -> list[tuple[Pool, Desktop]]:
        found = [self._located(desktop_id) for desktop_id in dict.fromkeys(desktop_ids)]
        for pool, desktop in found:
            if pool.project_id != project_id:
                raise not_found(f"desktop {desktop.desktop_id}")
        return found

    def _located(self, desktop_id: str) -> tuple[Pool, Desktop]:
        located = self._desktops.get(desktop_id)
        if located is None:
            raise not_found(f"desktop {desktop_id}")
        return located
