"""One attempt: send, understand the answer, commit it with the run's next state, and put the run where it belongs.

Failure cases. Killed before the request: the attempt has no answer and recovery treats it as lost, though nothing was
sent. Killed after the request: likewise, and it may have been executed. Suspended between commit and request: an
attempt older than the request timeout is not sent any more (4.2). The answer cannot be written (disk): it is kept
here, holds its pool, and is tried again until it can (4.3).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.execution import verdicts
from daemon.execution.judging import DESKTOPS_A_CALL
from daemon.ledger.errors import LedgerUnavailable
from daemon.ledger.outcomes import Reply, Settling, settle
from daemon.ledger.states import State
from daemon.workspace.answers import Answer, Fate
from daemon.workspace.port import Call

if TYPE_CHECKING:
    from datetime import datetime

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.backoff import Backoff
    from daemon.execution.clocks import Clock
    from daemon.execution.gate import Opened
    from daemon.execution.lanes import Lane
    from daemon.execution.limiter import SlidingLog
    from daemon.execution.roster import Roster
    from daemon.execution.timing import Timing
    from daemon.execution.verdicts import Step
    from daemon.ledger.outcomes import Settled
    from daemon.ledger.runs import Run
    from daemon.ledger.writer import Writer

STORE_AGAIN_EVERY = 1.0
"""Seconds between two tries to write what cannot be written."""


class Sender:
    """Carries opened gates to their stored answers."""

    def __init__(
        self,
        *,
        writer: Writer,
        roster: Roster,
        clock: Clock,
        backoff: Backoff,
        timing: Timing,
        log: Logger,
    ) -> None:
        """Give what an attempt needs."""
        self._writer = writer
        self._roster = roster
        self._clock = clock
        self._backoff = backoff
        self._timing = timing
        self._log = log

    async def attempt(self, lane: Lane, opened: Opened, log: SlidingLog, committed: float) -> None:
        """Make one attempt. Its slot and token are taken already; the slot covers the request only.

        Args:
            lane: the project's.
            opened: the gate's decision.
            log: that the token was taken from: by now the project may have another credential, with another log.
            committed: reading of the elapsed clock at the gate's commit.
        """
        run = replace(
            opened.run,
            attempts=opened.run.attempts + 1,
            state=State.ATTEMPTING,
            pool_id=opened.pool_id,
            first_attempt_at=opened.run.first_attempt_at or opened.sent_at,
        )
        sent = self._clock.elapsed()
        answer = await self._send(lane, run, log, sent - committed)
        trouble = None if answer is TOO_LATE else lane.condition.of(answer, sent)
        if answer.fate is Fate.FORBIDDEN and trouble is None:  # others of the project may: it is this pool (4.4)
            answer = replace(answer, fate=Fate.REFUSED)
        self._say(run, answer)
        self._learn(lane, log, answer, trouble)
        now = self._clock.now()
        step = verdicts.after_answer(run, answer, opened.sent_at, now, self._backoff)
        reply = _reply(opened.attempt, answer, now)
        settled = await self.store(Settling(step.run, step.reason, now, State.ATTEMPTING, step.error_code, reply))
        await self._place(lane, settled, step, opened, answer=answer, sent=sent)

    async def _send(self, lane: Lane, run: Run, log: SlidingLog, since_committed: float) -> Answer:
        try:
            return TOO_LATE if since_committed > self._timing.request_timeout else await _request(lane, run)
        finally:
            log.answered(self._clock.elapsed())
            lane.slots.release()
            self._roster.freed(run)

    async def store(self, settling: Settling) -> Settled:
        """Write what became of a run, again and again until it can be written; it is said once that it cannot."""
        is_kept = False
        while True:
            try:
                settled = await self._writer.add(settle, settling)
            except LedgerUnavailable as error:
                if not is_kept:
                    self._log.error("ledger.answer_kept", run=settling.run.id, error=error.message, hint=error.hint)
                is_kept = True
                await asyncio.sleep(STORE_AGAIN_EVERY)
            else:
                if is_kept:
                    self._log.info("ledger.answer_stored", run=settling.run.id)
                if settled.known_by is not None and settling.reply is not None:
                    job = settling.reply.job_id
                    self._log.error("jobs.repeated", run=settled.run.id, job_id=job, known_by=settled.known_by)
                return settled

    def _learn(self, lane: Lane, log: SlidingLog, answer: Answer, trouble: str | None) -> None:
        """Draw from an answer what it says about the project as a whole, and about the call's quota."""
        if trouble is not None:
            lane.halt(trouble, self._log)
        elif answer.status is not None and answer.fate is not Fate.UNAUTHORISED:  # a lost one is no answer
            lane.answers(self._log)
        if answer.fate is Fate.REFUSED_FOR_NOW and answer.status == THROTTLED:
            log.shut(self._clock.elapsed() + (answer.retry_after or self._timing.throttled))

    async def _place(
        self, lane: Lane, settled: Settled, step: Step, opened: Opened, *, answer: Answer, sent: float
    ) -> None:
        run = settled.run
        if settled.moved_on:
            self._roster.moved_on(run)
        elif not run.state.is_open:
            self._roster.ended(run, run.state, settled.reason or "", step.error_code)
        elif step.is_search:
            self._roster.search(run, opened.attempt, opened.sent_at, self._timing.search_for)
        elif run.state is State.ACCEPTED:
            self._roster.follow(run, self._timing.poll_first if run.job_id else 0.0)
        else:
            if answer.fate is Fate.UNAUTHORISED:
                await lane.refresh(sent, self._log)
            if lane.condition.halt is None:
                self._roster.rest(run, step.wait, doubtful=answer.fate in (Fate.REFUSED_FOR_NOW, Fate.LOST))
            else:  # behind the others, so that the next probe is another run's attempt (4.4)
                self._roster.put_behind(run)

    def _say(self, run: Run, answer: Answer) -> None:
        say = self._log.info if answer.fate is Fate.ACCEPTED else self._log.warning
        say(
            "attempt.answered",
            run=run.id,
            pool=run.pool,
            project=run.project,
            action=str(run.action),
            attempt=run.attempts,
            fate=str(answer.fate),
            status=answer.status,
            error_code=answer.error_code,
            error_msg=answer.error_msg,
            job_id=answer.job_id,
            request_id=answer.request_id,
            took=round(answer.duration, 4),
        )


THROTTLED = 429
TOO_LATE = Answer(Fate.NEVER_SENT, error_msg="not sent: too long after its gate opened")
"""A suspend came between the gate and the request; it says nothing about the project."""


def call_of(run: Run) -> Call:
    """Which API call an attempt for this run is."""
    return Call.ACT_ON_POOL if run.desktops is None else Call.ACT_ON_DESKTOPS


async def _request(lane: Lane, run: Run) -> Answer:
    if run.desktops is None:
        return await lane.workspace.act_on_pool(run.pool_id or "", run.action, run.type)
    return await lane.workspace.act_on_desktops(run.desktops[:DESKTOPS_A_CALL], run.action, run.type)


def _reply(attempt: int, answer: Answer, at: datetime) -> Reply:
    return Reply(
        attempt=attempt,
        answered_at=at,
        fate=str(answer.fate),
        duration=timedelta(seconds=answer.duration),
        status=answer.status,
        error_code=answer.error_code,
        error_msg=answer.error_msg,
        error_detail=answer.error_detail,
        encoded_authorization_message=answer.encoded_authorization_message,
        request_id=answer.request_id,
        server_date=answer.server_date,
        job_id=answer.job_id,
    )
