"""What became of an attempt or a look, in one commit with the run's next state (protocol 4.3)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from daemon.ledger import bulk, gates, runs, schema
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from daemon.ledger.runs import Run


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to an attempt as the ledger keeps it (protocol 4.13); the fields are the columns of ``attempts``."""

    attempt: int
    answered_at: datetime
    fate: str
    duration: timedelta
    status: int | None = None
    error_code: str | None = None
    error_msg: str | None = None
    error_detail: str | None = None
    encoded_authorization_message: str | None = None
    request_id: str | None = None
    server_date: datetime | None = None
    job_id: str | None = None


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A job as last looked at.

    Attributes:
        job_id: the cloud's id.
        status: as the cloud spelled it; None where it is gone or was given up.
        closed: it will not be looked at again.
    """

    job_id: str
    status: str | None
    closed: bool
    error_code: str | None = None
    fail_reason: str | None = None
    sub_jobs_total: int | None = None


@dataclass(frozen=True, slots=True)
class DesktopSeen:
    """A desktop that is not where its run wanted it."""

    desktop_id: str
    computer_name: str | None
    result: str
    job_id: str | None = None
    status: str | None = None
    error_code: str | None = None
    fail_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Settling:
    """A run's next state, with what led to it.

    Attributes:
        run: the run as it is to be.
        reason: why; required where the state is final.
        at: when, for ``finished_at`` and what was looked at.
        found: the state that this was concluded from: where the run has moved on since, only the answer and what was
            seen of jobs are written. One that is where it is to be already has not moved on: the commit of an earlier
            try was reported as failed and was there all the same.
        error_code: the last error's code, if there was one.
        reply: the attempt's answer, if one came.
        jobs: what was seen of jobs.
        desktops: the desktops that are not where they are to be; replaces what was known; None leaves it.
    """

    run: Run
    reason: str | None
    at: datetime
    found: State
    error_code: str | None = None
    reply: Reply | None = None
    jobs: tuple[JobSeen, ...] = ()
    desktops: tuple[DesktopSeen, ...] | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What was written: a run that was to wait again is superseded where a newer one stands (protocol 2.1).

    Attributes:
        run: as it is now.
        reason: why.
        moved_on: something else had ended the run before, or taken it in hand; the run is not touched then.
        known_by: the run for which the ledger knew the job of this answer already: the cloud gave an id twice. It stays
            that run's; of this one the attempt has it.
    """

    run: Run
    reason: str | None
    moved_on: bool = False
    known_by: int | None = None


def settle(conn: Connection, settlings: Sequence[Settling]) -> list[Settled]:
    """Write these outcomes, each statement once for all of them.

    A bulk unit for ``Writer.add``: many answers that come at once share their statements.
    """
    _store_replies(conn, [settling.reply for settling in settlings if settling.reply])
    again = [settling for settling in settlings if settling.run.state is State.PENDING]
    others = [settling for settling in settlings if settling.run.state is not State.PENDING]
    moved = _moved_on(conn, again)
    again = _overruled(conn, [settling for settling in again if settling.run.id not in moved])
    bulk.update_rows(conn, schema.runs, "id", [_run_values(settling) for settling in again])
    count = bulk.update_rows(conn, schema.runs, "id", [_run_values(settling) for settling in others], guard="state")
    if count < len(others):
        moved |= _moved_on(conn, others)
    known_by = _store_new_jobs(conn, settlings)
    for settling in settlings:
        _store_seen(conn, settling, names_desktops=settling.run.id not in moved)
    written = {settling.run.id: Settled(settling.run, settling.reason) for settling in (*again, *others)}
    settled = [
        Settled(moved[s.run.id], None, moved_on=True) if s.run.id in moved else written[s.run.id] for s in settlings
    ]
    return [replace(one, known_by=known_by[one.run.id]) if one.run.id in known_by else one for one in settled]


def _moved_on(conn: Connection, settlings: Sequence[Settling]) -> dict[int, Run]:
    """The runs that are neither where they were found nor where they are to be, as they are now."""
    to = {settling.run.id: (settling.found, settling.run.state) for settling in settlings}
    known = runs.read(conn, to) if to else []
    if len(known) < len(to):
        raise LookupError(f"no runs of these numbers: {sorted(to.keys() - {run.id for run in known})}")
    return {run.id: run for run in known if run.state not in to[run.id]}


_reply_columns = [field.name for field in fields(Reply) if field.name != "attempt"]


def _store_replies(conn: Connection, replies: Sequence[Reply]) -> None:
    rows = [{"id": reply.attempt, **{name: getattr(reply, name) for name in _reply_columns}} for reply in replies]
    bulk.update_rows(conn, schema.attempts, "id", rows)


def _overruled(conn: Connection, again: Sequence[Settling]) -> list[Settling]:
    """Those that are to wait again; superseded instead where a newer run stands (protocol 2.1)."""
    by = gates.overruled(conn, [settling.run for settling in again])
    return [_superseded(settling, by[settling.run.id]) if settling.run.id in by else settling for settling in again]


def _superseded(settling: Settling, by: int) -> Settling:
    run = replace(settling.run, state=State.SUPERSEDED, next_attempt_at=None)
    return replace(settling, run=run, reason=f"superseded by run {by}")


def _run_values(settling: Settling) -> dict[str, Any]:
    run = settling.run
    return {
        "id": run.id,
        bulk.FOUND: settling.found,
        "state": run.state,
        "reason": settling.reason,
        "next_attempt_at": run.next_attempt_at,
        "retry_from": run.retry_from,
        "maybe_executed": run.maybe_executed,
        "desktops": None if run.desktops is None else list(run.desktops),
        "job_id": run.job_id,
        "error_code": settling.error_code,
        "finished_at": None if run.state.is_open else settling.at,
    }


def _store_new_jobs(conn: Connection, settlings: Iterable[Settling]) -> dict[int, int]:
    """Insert the jobs that answers began; by run, the other run for which a job was known already."""
    begun = [(settling, settling.reply) for settling in settlings if settling.reply and settling.reply.job_id]
    rows = [
        {
            "project": settling.run.project,
            "job_id": reply.job_id,
            "run": settling.run.id,
            "pool_no": settling.run.pool_no,
            "attempt": reply.attempt,
            "started_at": settling.at,
        }
        for settling, reply in begun
    ]
    if bulk.insert_new_rows(conn, schema.jobs, rows) is not None:
        return {}
    jobs = schema.jobs.c
    job_of = {settling.run.id: (settling.run.project, reply.job_id) for settling, reply in begun}
    found = select(jobs.project, jobs.job_id, jobs.run).where(
        tuple_(jobs.project, jobs.job_id).in_(list(job_of.values()))
    )
    known = {(project, job_id): run for project, job_id, run in conn.execute(found)}
    return {run: known[job] for run, job in job_of.items() if known[job] != run}


def _store_seen(conn: Connection, settling: Settling, *, names_desktops: bool) -> None:
    for job in settling.jobs:
        store_job(conn, settling.run.project, job, settling.at)
    if settling.desktops is not None and names_desktops:
        seen = schema.job_desktops
        conn.execute(seen.delete().where(seen.c.run == settling.run.id))
        once = {desktop.desktop_id: desktop for desktop in settling.desktops}
        rows = [_desktop_values(settling.run.id, desktop) for desktop in once.values()]
        if rows:
            conn.execute(seen.insert(), rows)


def _desktop_values(run: int, desktop: DesktopSeen) -> dict[str, Any]:
    return {"run": run, **{field.name: getattr(desktop, field.name) for field in fields(DesktopSeen)}}


def store_job(conn: Connection, project: str, job: JobSeen, at: datetime) -> None:
    """Write what was seen of a job."""
    table = schema.jobs
    conn.execute(
        table.update()
        .where(table.c.project == project, table.c.job_id == job.job_id)
        .values(
            status=job.status,
            closed=job.closed,
            looked_at=at,
            error_code=job.error_code,
            fail_reason=job.fail_reason,
            sub_jobs_total=job.sub_jobs_total,
        )
    )


def adopt_job(conn: Connection, run: Run, attempt: int, job_id: str, at: datetime) -> bool:
    """Take a job that was found (protocol 5.4) as the answer to an attempt; False where another run knows it."""
    row = {"project": run.project, "job_id": job_id, "run": run.id, "pool_no": run.pool_no, "attempt": attempt}
    done = conn.execute(insert(schema.jobs).on_conflict_do_nothing(), {**row, "started_at": at})
    return done.rowcount == 1


@dataclass(frozen=True, slots=True)
class Bearings:
    """What a look needs to know besides the run (protocol 4.5).

    Attributes:
        jobs: the id of every job of the pool that is not closed.
        lost_at: when the run's newest attempt was sent, where its fate is unknown; else None.
        older_lost_at: when the newest of the pool's older attempts of unknown fate was sent, or None.
        refused: desktops of this run that were refused for good by an earlier job.
        most_parts: how many parts the largest of the run's jobs had that were looked at before; None before any.
    """

    jobs: tuple[str, ...]
    lost_at: datetime | None
    older_lost_at: datetime | None
    refused: tuple[DesktopSeen, ...]
    most_parts: int | None = None


def bearings(conn: Connection, run: Run) -> Bearings:
    """Read what a look at this run is judged by."""
    jobs, seen = schema.jobs.c, schema.job_desktops.c
    open_jobs = conn.execute(select(jobs.job_id).where(jobs.pool_no == run.pool_no, ~jobs.closed)).scalars().all()
    columns = [seen[field.name] for field in fields(DesktopSeen)]
    refused = conn.execute(select(*columns).where(seen.run == run.id, seen.result == "refused"))
    lost_at, older_lost_at = _lost(conn, run)
    most_parts = conn.execute(select(func.max(jobs.sub_jobs_total)).where(jobs.run == run.id)).scalar()
    return Bearings(
        jobs=tuple(open_jobs),
        lost_at=lost_at,
        older_lost_at=older_lost_at,
        refused=tuple(DesktopSeen(*row) for row in refused),
        most_parts=most_parts,
    )


def _lost(conn: Connection, run: Run) -> tuple[datetime | None, datetime | None]:
    """When the run's newest attempt was sent, if it was lost, and the newest lost one of the pool before that."""
    attempts, of_pool = schema.attempts.c, schema.runs.c
    recent = select(of_pool.id).where(of_pool.pool_no == run.pool_no, of_pool.id <= run.id)
    lost = conn.execute(
        select(attempts.run, attempts.number, attempts.sent_at)
        .where(attempts.run.in_(recent.order_by(of_pool.id.desc()).limit(8)), attempts.fate == "lost")
        .order_by(attempts.id.desc())
        .limit(2)
    ).all()
    is_own = bool(lost) and (lost[0].run, lost[0].number) == (run.id, run.attempts)
    older = lost[1:] if is_own else lost[:1]
    return lost[0].sent_at if is_own else None, older[0].sent_at if older else None
