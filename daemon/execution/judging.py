"""What a look at jobs and desktops means for a run (protocol 4.5): pure functions.

A word is judged by the desktops only, never by the job's status: a start of desktops that already run ends as a failed
job, and a complete job may have failed for some. A reboot leaves no trace in a desktop's state, so its job's parts
judge it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from daemon.execution import verdicts
from daemon.execution.verdicts import Step
from daemon.ledger.outcomes import DesktopSeen
from daemon.ledger.states import State
from daemon.timetable.actions import Action
from daemon.workspace.answers import Fate
from daemon.workspace.fates import fate_of_code
from daemon.workspace.models import SUCCESS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from daemon.execution.backoff import Backoff
    from daemon.ledger.runs import Run
    from daemon.workspace.models import Desktop, Job, SubJob

END_STATES = {
    Action.START: frozenset({"ACTIVE"}),
    Action.STOP: frozenset({"SHUTOFF"}),
    # A desktop that was off already cannot hibernate and need not: it is off.
    Action.HIBERNATE: frozenset({"HIBERNATED", "SHUTOFF"}),
}
DESKTOPS_A_CALL = 100


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look saw.

    Attributes:
        desktops: every desktop of the pool.
        sub_jobs: the parts of the run's job, where they were read.
        running_jobs: known jobs of the pool that are not over.
        is_overdue: ``follow_for`` has passed.
        is_confirmed: the last look saw the same desktops away from their end state (a state can lag its job).
        settles_in: seconds until an older attempt of unknown fate cannot do anything any more (twice the request
            timeout): until then nothing is done for certain.
        may_act_for: the same of the run's own last attempt: until then nothing is undone for certain.
    """

    desktops: Sequence[Desktop] = ()
    sub_jobs: Sequence[SubJob] = ()
    running_jobs: tuple[str, ...] = ()
    is_overdue: bool = False
    is_confirmed: bool = False
    settles_in: float = 0.0
    may_act_for: float = 0.0


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Nothing to say yet; ``seconds`` is None for the ordinary interval."""

    why: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The run's next step, and the desktops to name."""

    step: Step
    desktops: tuple[DesktopSeen, ...] = ()


Judgement = LookAgain | Judged


def away(run: Run, desktops: Sequence[Desktop]) -> list[Desktop]:
    """The desktops that are not in the end state of this word."""
    return [desktop for desktop in desktops if desktop.status not in END_STATES[run.action]]


def needs_parts(run: Run, sight: Sight) -> bool:
    """Whether the sub-jobs are needed, to say why desktops are not where they are to be."""
    return not sight.running_jobs and not _busy(sight) and bool(away(run, sight.desktops))


def judge_word(run: Run, sight: Sight, now: datetime, backoff: Backoff) -> Judgement:
    """Judge a start, stop or hibernate by its desktops."""
    busy = _busy(sight)
    left = away(run, sight.desktops)
    is_there = not busy and not left
    if busy or (sight.running_jobs and not (is_there and sight.is_overdue)):
        return _still_running(run, busy, sight)
    if is_there:
        return _all_there(run, sight)
    parts = {part.desktop_id: part for part in sight.sub_jobs}
    seen = [_seen(desktop, parts.get(desktop.desktop_id)) for desktop in left]
    lags = any(desktop.result == LAGS for desktop in seen)
    if lags and sight.may_act_for > 0:
        return LookAgain("the last attempt is of unknown fate and may still act", sight.may_act_for)
    if lags and not sight.is_confirmed and not sight.is_overdue:
        return LookAgain("the desktops may lag their job")
    return Judged(_not_all_there(run, seen, len(sight.desktops), now, backoff), tuple(seen))


def _busy(sight: Sight) -> list[Desktop]:
    return [desktop for desktop in sight.desktops if not desktop.is_idle]


REFUSED, BUSY, LAGS = "refused", "busy", "not in the end state"


def _still_running(run: Run, busy: Sequence[Desktop], sight: Sight) -> Judgement:
    if not sight.is_overdue:
        return LookAgain(f"{len(busy)} desktops are busy" if busy else f"job {sight.running_jobs[0]} runs")
    named = tuple(DesktopSeen(d.desktop_id, d.computer_name, BUSY, status=d.status) for d in busy)
    reason = (
        f"given up: {len(busy)} desktops still busy ({_names(named)})"
        if busy
        else (f"given up: job {sight.running_jobs[0]} still runs")
    )
    return Judged(Step(replace(run, state=State.UNKNOWN), reason), named)


def _all_there(run: Run, sight: Sight) -> Judgement:
    if sight.settles_in > 0:
        return LookAgain("an attempt of unknown fate may still act", sight.settles_in)
    return Judged(Step(replace(run, state=State.SUCCEEDED), _where_they_are(sight.desktops)), ())


def _where_they_are(desktops: Sequence[Desktop]) -> str:
    counts = Counter(desktop.status for desktop in desktops)
    if not counts:
        return "the pool has no desktops"
    if len(counts) == 1:
        return f"all {len(desktops)} desktops are {desktops[0].status}"
    return "of the desktops " + " and ".join(f"{count} are {status}" for status, count in sorted(counts.items()))


def _seen(desktop: Desktop, part: SubJob | None) -> DesktopSeen:
    failed = part is not None and part.is_terminal and not part.succeeded
    if part is None or not failed:
        return DesktopSeen(desktop.desktop_id, desktop.computer_name, LAGS, status=desktop.status)
    return DesktopSeen(
        desktop_id=desktop.desktop_id,
        computer_name=desktop.computer_name,
        result=REFUSED if _is_for_good(part.error_code) else BUSY,
        job_id=part.job_id,
        status=desktop.status,
        error_code=part.error_code,
        fail_reason=part.fail_reason,
    )


def _is_for_good(error_code: str | None) -> bool:
    """Whether a part that failed with this code would fail again; without a code nobody can tell."""
    if error_code is None:
        return False
    return fate_of_code(error_code) not in (Fate.REFUSED_FOR_NOW, Fate.LOST)


def _not_all_there(run: Run, seen: Sequence[DesktopSeen], total: int, now: datetime, backoff: Backoff) -> Step:
    code = next((desktop.error_code for desktop in seen if desktop.error_code), None)
    reason = f"{len(seen)} of {total} desktops are not where they are to be: {_names(seen)}"
    over = Step(replace(run, state=State.FAILED if len(seen) == total else State.PARTIAL), reason, code)
    if all(desktop.result == REFUSED for desktop in seen):
        return over
    step = verdicts.again(run, reason, now, backoff.after(max(run.attempts, 1)))
    # Looked at once more would show the same: at the deadline what the desktops show is the verdict (4.11).
    return replace(step, error_code=code) if step.run.state is State.PENDING else over


def judge_reboot(
    run: Run,
    job: Job | None,
    sub_jobs: Sequence[SubJob],
    refused: Sequence[DesktopSeen],
    *,
    most_parts: int | None = None,
    now: datetime,
    backoff: Backoff,
) -> Judged:
    """Judge a reboot by its job and the job's parts, once the job is over or gone (None).

    Args:
        run: the reboot.
        job: its last job.
        sub_jobs: that job's parts.
        refused: the desktops that an earlier job of the run was refused for good.
        most_parts: how many parts the largest of its earlier jobs had: how many desktops there are to reboot.
        now: the instant.
        backoff: how long to wait before what is left is tried.
    """
    if job is None:
        return Judged(Step(replace(run, state=State.UNKNOWN), f"job {run.job_id} is gone"), tuple(refused))
    if not sub_jobs and job.status not in SUCCESS:
        reason = f"job {job.job_id}: {job.status} {job.error_code or ''} {job.fail_reason or ''}".rstrip()
        ended = State.PARTIAL if run.desktops else State.FAILED
        return Judged(Step(replace(run, state=ended), reason, job.error_code), tuple(refused))
    failed = [_part_seen(part) for part in sub_jobs if not part.succeeded]
    rest = run.desktops[DESKTOPS_A_CALL:] if run.desktops else ()
    again = (*(desktop.desktop_id for desktop in failed if desktop.result == BUSY), *rest)
    seen = (*refused, *failed)
    largest = most_parts or (len(sub_jobs) if run.desktops is None else None)
    return _rebooted(run, len(sub_jobs), again, seen, largest=largest, now=now, backoff=backoff)


def _rebooted(
    run: Run,
    parts: int,
    again: tuple[str, ...],
    seen: tuple[DesktopSeen, ...],
    *,
    largest: int | None,
    now: datetime,
    backoff: Backoff,
) -> Judged:
    """What is next once a job of a reboot is over; ``again`` are left to do, ``seen`` were not rebooted so far."""
    code = next((desktop.error_code for desktop in seen if desktop.error_code), None)
    reason = f"{len(seen)} desktops were not rebooted: {_names(seen)}" if seen else f"{len(again)} desktops are left"
    # Not by this job alone: one that was tried again had fewer parts than the pool has desktops.
    none_was = len({desktop.desktop_id for desktop in seen} | set(again)) == largest
    if again:
        wait = backoff.after(run.attempts) if any(desktop.result == BUSY for desktop in seen) else 0.0
        left = replace(run, desktops=again, job_id=None, maybe_executed=run.maybe_executed and not none_was)
        step = verdicts.again(left, reason, now, wait)
        if step.run.state is State.PENDING:
            return Judged(replace(step, error_code=code), seen)
    if not seen and not again:
        return Judged(Step(replace(run, state=State.SUCCEEDED), f"all {parts} desktops were rebooted"))
    return Judged(Step(replace(run, state=State.FAILED if none_was else State.PARTIAL), reason, code), seen)


def _part_seen(part: SubJob) -> DesktopSeen:
    result = REFUSED if _is_for_good(part.error_code) or part.desktop_id is None else BUSY
    return DesktopSeen(
        desktop_id=part.desktop_id or part.sub_job_id,
        computer_name=part.desktop_name,
        result=result,
        job_id=part.job_id,
        error_code=part.error_code,
        fail_reason=part.fail_reason,
    )


def _names(seen: Sequence[DesktopSeen], most: int = 5) -> str:
    named = [
        f"{desktop.computer_name or desktop.desktop_id} {desktop.error_code or desktop.status or desktop.result}"
        for desktop in seen[:most]
    ]
    more = f" and {len(seen) - most} more" if len(seen) > most else ""
    return ", ".join(named) + more
