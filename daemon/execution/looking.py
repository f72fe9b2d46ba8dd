"""Looks at jobs and desktops, until a run can be judged (protocol 4.5, 4.7).

A look reads and decides nothing by itself: what it saw goes to ``judging``. Where reading fails, nothing is concluded
and the look comes again; only a pool that is gone, or one that may not be read once ``follow_for`` has passed, ends as
unknown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daemon.execution import judging
from daemon.execution.judging import Judged, LookAgain, Sight
from daemon.execution.verdicts import Step
from daemon.ledger.outcomes import Bearings, JobSeen, Settling, bearings
from daemon.ledger.states import State
from daemon.workspace.answers import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.backoff import Backoff
    from daemon.execution.clocks import Clock
    from daemon.execution.lanes import Lane
    from daemon.execution.roster import Roster
    from daemon.execution.sending import Sender
    from daemon.execution.timing import Timing
    from daemon.ledger.runs import Run
    from daemon.ledger.writer import Writer
    from daemon.workspace.models import Desktop, Job, SubJob


class Looker:
    """Follows accepted runs to their end."""

    def __init__(
        self,
        *,
        writer: Writer,
        roster: Roster,
        sender: Sender,
        clock: Clock,
        backoff: Backoff,
        timing: Timing,
        log: Logger,
        draw: Callable[[], float],
    ) -> None:
        """Give what a look needs; ``draw`` is a uniform random number of [0, 1)."""
        self._writer = writer
        self._roster = roster
        self._sender = sender
        self._clock = clock
        self._backoff = backoff
        self._timing = timing
        self._log = log
        self._draw = draw

    async def worth_a_look(self, lane: Lane, runs: Sequence[Run]) -> set[int]:
        """Those of many due looks of a project whose pool is steady again, or overdue, by id (4.7).

        None of them, for now, where the listing fails; all of them where it may not be read.
        """
        try:
            listed = {pool.pool_id: pool for pool in await lane.workspace.list_pools()}
        except WorkspaceError as error:
            self._unreadable(lane, error)
            return {run.id for run in runs} if error.permanent else set()
        lane.answers(self._log)
        return {
            run.id
            for run in runs
            if self._is_overdue(run) or run.pool_id not in listed or listed[run.pool_id].is_steady
        }

    async def probe(self, lane: Lane) -> None:
        """Look whether a halted project answers again, where no run waits whose attempt could tell (4.4)."""
        try:
            await lane.workspace.list_pools()
        except WorkspaceError as error:
            self._unreadable(lane, error)
        else:
            lane.answers(self._log)

    async def look(self, lane: Lane, run: Run) -> None:
        """Look at a run's jobs and desktops, and settle it where they say enough."""
        try:
            judgement, jobs = await self._judge(lane, run)
        except WorkspaceError as error:
            self._unreadable(lane, error)
            await self._could_not_see(lane, run, error)
        else:
            lane.answers(self._log)
            await self._conclude(run, judgement, self._given_up(run, judgement, jobs))

    async def _judge(self, lane: Lane, run: Run) -> tuple[judging.Judgement, tuple[JobSeen, ...]]:
        known = await self._writer.do(lambda conn: bearings(conn, run))
        jobs, own = await self._look_at_jobs(lane, run, known)
        if not run.action.is_word:
            return await self._judge_reboot(lane, run, own, known), jobs
        running = tuple(job.job_id for job in jobs if not job.closed)
        if running and not self._is_overdue(run):
            return LookAgain(f"job {running[0]} runs"), jobs
        return await self._judge_word(lane, run, known, running), jobs

    def _given_up(self, run: Run, judgement: judging.Judgement, jobs: tuple[JobSeen, ...]) -> tuple[JobSeen, ...]:
        """The jobs as they are written with a judgement: what an overdue run gave up on nobody looks at again."""
        if isinstance(judgement, LookAgain) or not self._is_overdue(run):
            return jobs
        return tuple(replace(job, closed=True) for job in jobs)

    async def _look_at_jobs(self, lane: Lane, run: Run, known: Bearings) -> tuple[tuple[JobSeen, ...], Job | None]:
        """See whether the pool's known jobs are over; one that is gone is."""
        jobs = {job_id: await _job_or_none(lane, job_id) for job_id in known.jobs}
        seen = tuple(_seen(job_id, job, closed=job is None or job.is_terminal) for job_id, job in jobs.items())
        if run.job_id and run.job_id not in jobs and not run.action.is_word:
            jobs[run.job_id] = await _job_or_none(lane, run.job_id)
        return seen, jobs.get(run.job_id or "")

    async def _judge_reboot(self, lane: Lane, run: Run, own: Job | None, known: Bearings) -> judging.Judgement:
        if own is not None and not own.is_terminal:
            if self._is_overdue(run):
                reason = f"given up: job {own.job_id} still {own.status}"
                return Judged(Step(replace(run, state=State.UNKNOWN), reason), known.refused)
            return LookAgain(f"job {own.job_id} runs")
        parts = await self._parts(lane, run) if own is not None else []
        return judging.judge_reboot(
            run, own, parts, known.refused, most_parts=known.most_parts, now=self._clock.now(), backoff=self._backoff
        )

    async def _judge_word(self, lane: Lane, run: Run, known: Bearings, running: tuple[str, ...]) -> judging.Judgement:
        desktops = await lane.workspace.list_desktops(run.pool_id or "")
        sight = Sight(
            desktops=desktops,
            running_jobs=running,
            is_overdue=self._is_overdue(run),
            is_confirmed=self._is_confirmed(run, desktops),
            settles_in=self._settles_in(known.older_lost_at),
            may_act_for=self._settles_in(known.lost_at),
        )
        if judging.needs_parts(run, sight):
            sight = replace(sight, sub_jobs=await self._parts(lane, run))
        return judging.judge_word(run, sight, self._clock.now(), self._backoff)

    async def _parts(self, lane: Lane, run: Run) -> Sequence[SubJob]:
        if run.job_id is None:
            return []
        try:
            return await lane.workspace.list_sub_jobs(job_id=run.job_id)
        except WorkspaceError as error:
            if error.gone:
                return []
            raise

    def _is_confirmed(self, run: Run, desktops: Sequence[Desktop]) -> bool:
        """Whether the look before saw the same: everything idle, and the same desktops away from their end state."""
        before = self._roster.seen_away.pop(run.id, None)
        if not all(desktop.is_idle for desktop in desktops):
            return False
        away = frozenset(desktop.desktop_id for desktop in judging.away(run, desktops))
        self._roster.seen_away[run.id] = away
        return before == away

    def _settles_in(self, lost_at: datetime | None) -> float:
        """Seconds until a request that was lost then cannot do anything any more."""
        if lost_at is None:
            return 0.0
        since = (self._clock.now() - lost_at).total_seconds()
        return max(0.0, 2 * self._timing.request_timeout - since)

    async def _conclude(self, run: Run, judgement: judging.Judgement, jobs: tuple[JobSeen, ...]) -> None:
        if not isinstance(judgement, Judged):
            await self._goes_on(run, judgement.why, jobs, judgement.seconds)
            return
        step = judgement.step
        settled = await self._sender.store(
            Settling(
                step.run,
                step.reason,
                self._clock.now(),
                State.ACCEPTED,
                step.error_code,
                jobs=jobs,
                desktops=judgement.desktops,
            )
        )
        if settled.moved_on:
            self._roster.moved_on(settled.run)
        elif settled.run.state is State.PENDING:
            self._roster.forget(run.id, run.project)
            self._roster.rest(settled.run, step.wait)
        else:
            self._roster.ended(settled.run, settled.run.state, settled.reason or "", step.error_code)

    async def _goes_on(self, run: Run, why: str, jobs: tuple[JobSeen, ...], seconds: float | None) -> None:
        """Write down which jobs are over, where any is, and come again, unless something ended the run meanwhile."""
        if any(job.closed for job in jobs):
            settled = await self._sender.store(Settling(run, why, self._clock.now(), State.ACCEPTED, jobs=jobs))
            if settled.moved_on:
                self._roster.moved_on(settled.run)
                return
        self.later(run, seconds)

    async def _could_not_see(self, lane: Lane, run: Run, error: WorkspaceError) -> None:
        hopeless = error.gone or (self._is_overdue(run) and lane.condition.halt is None)
        if not hopeless:
            self.later(run)
            return
        reason = f"its end could not be seen: {error.message}"
        await self._conclude(run, Judged(Step(replace(run, state=State.UNKNOWN), reason, error.answer.error_code)), ())

    def _unreadable(self, lane: Lane, error: WorkspaceError) -> None:
        """Draw from a look that failed what it says about the project as a whole."""
        lane.could_not_read(error, self._log)
        self._log.warning(
            "look.failed",
            project=lane.project,
            error=error.message,
            fate=str(error.answer.fate),
            error_code=error.answer.error_code,
            status=error.answer.status,
        )

    def _is_overdue(self, run: Run) -> bool:
        return self._roster.followed_for(run) >= self._timing.follow_for

    def later(self, run: Run, seconds: float | None = None) -> None:
        """Look again after these seconds, the ordinary interval unless given; not where the run was ended meanwhile."""
        interval = self._timing.poll_every * (1 + self._draw() / 3)
        self._roster.follow_on(run, interval if seconds is None else seconds)

    async def is_done_already(self, lane: Lane, run: Run) -> bool:
        """Before a word is sent again: whether its desktops are all there, so that nothing is left to do (4.5).

        A conflict may only have said that a desktop is on its way there, and a lost request may have been executed.
        """
        known = await self._writer.do(lambda conn: bearings(conn, run))
        try:
            desktops = await lane.workspace.list_desktops(run.pool_id or "")
        except WorkspaceError as error:
            self._log.info("look.failed", project=lane.project, run=run.id, error=error.message)
            return False
        sight = Sight(
            desktops=desktops,
            running_jobs=known.jobs,
            settles_in=self._settles_in(known.older_lost_at),
        )
        judgement = judging.judge_word(run, sight, self._clock.now(), self._backoff)
        if not isinstance(judgement, Judged) or judgement.step.run.state is not State.SUCCEEDED:
            return False
        reason = f"{judgement.step.reason}" + ("" if run.maybe_executed else " (nothing to do)")
        settled = await self._sender.store(
            Settling(judgement.step.run, reason, self._clock.now(), State.PENDING, desktops=())
        )
        if settled.moved_on:
            self._roster.moved_on(settled.run)
        else:
            self._roster.ended(settled.run, settled.run.state, reason)
        return True


async def _job_or_none(lane: Lane, job_id: str) -> Job | None:
    try:
        return await lane.workspace.show_job(job_id)
    except WorkspaceError as error:
        if error.gone:
            return None
        raise


def _seen(job_id: str, job: Job | None, *, closed: bool) -> JobSeen:
    if job is None:
        return JobSeen(job_id, None, closed)
    return JobSeen(job_id, job.status, closed, job.error_code, job.fail_reason, job.sub_jobs_total)
