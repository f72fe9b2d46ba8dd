"""What became of an attempt or a look, in one commit with the run's next state (protocol 4.3)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from daemon.ledger import gates, schema
from daemon.ledger.runs import COLUMNS, Run, from_row
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Connection


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
        error_code: the last error's code, if there was one.
        reply: the attempt's answer, if one came.
        jobs: what was seen of jobs.
        desktops: the desktops that are not where they are to be; replaces what was known; None leaves it.
    """

    run: Run
    reason: str | None
    at: datetime
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
        was_open: false where something else had ended the run before; then only the answer was written.
    """

    run: Run
    reason: str | None
    was_open: bool = True


def settle(conn: Connection, settlings: Sequence[Settling]) -> list[Settled]:
    """Write these outcomes, each statement once for all of them.

    A bulk unit for ``Writer.add``: many answers that come at once share their statements.
    """
    _store_replies(conn, [settling.reply for settling in settlings if settling.reply])
    closed = _ended_before(conn, [settling.run.id for settling in settlings])
    ended = _overruled(conn, [settling for settling in settlings if settling.run.state is State.PENDING])
    settlings = [ended.get(settling.run.id, settling) for settling in settlings]
    conn.execute(_settle, [_run_values(settling) for settling in settlings])
    _store_new_jobs(conn, settlings)
    for settling in settlings:
        _store_seen(conn, settling)
    return [
        Settled(closed.get(settling.run.id, settling.run), settling.reason, settling.run.id not in closed)
        for settling in settlings
    ]


def _ended_before(conn: Connection, ids: Sequence[int]) -> dict[int, Run]:
    query = select(*COLUMNS).where(schema.runs.c.id.in_(ids), schema.runs.c.finished_at.is_not(None))
    return {run.id: run for run in map(from_row, conn.execute(query))}


_reply_columns = [field.name for field in fields(Reply) if field.name != "attempt"]
_reply = (
    schema.attempts.update()
    .where(schema.attempts.c.id == bindparam("of_attempt"))
    .values({name: bindparam(f"to_{name}") for name in _reply_columns})
)


def _store_replies(conn: Connection, replies: Sequence[Reply]) -> None:
    if replies:
        conn.execute(
            _reply,
            [
                {"of_attempt": reply.attempt, **{f"to_{name}": getattr(reply, name) for name in _reply_columns}}
                for reply in replies
            ],
        )


def _overruled(conn: Connection, waiting: Sequence[Settling]) -> dict[int, Settling]:
    """Those that a newer word, or for a reboot a newer reboot, ends instead of letting them wait again."""
    if not waiting:
        return {}
    situations = {standing.run.id: standing for standing in gates.standings(conn, [s.run.id for s in waiting])}
    ended = {}
    for settling in waiting:
        standing = situations[settling.run.id]
        candidates = [standing.last_word, None if settling.run.action.is_word else standing.newest_reboot]
        newer = max((id_ for id_ in candidates if id_ is not None and id_ > settling.run.id), default=None)
        if newer is not None:
            run = replace(settling.run, state=State.SUPERSEDED, next_attempt_at=None)
            ended[settling.run.id] = replace(settling, run=run, reason=f"superseded by run {newer}")
    return ended


_settle = (
    schema.runs.update()
    .where(schema.runs.c.id == bindparam("of_run"), schema.runs.c.finished_at.is_(None))
    .values(
        state=bindparam("to_state"),
        reason=bindparam("to_reason"),
        next_attempt_at=bindparam("to_next"),
        retry_from=bindparam("to_retry_from"),
        maybe_executed=bindparam("to_maybe"),
        desktops=bindparam("to_desktops", type_=schema.runs.c.desktops.type),
        job_id=bindparam("to_job"),
        error_code=bindparam("to_error"),
        finished_at=bindparam("to_finished"),
    )
)


def _run_values(settling: Settling) -> dict[str, Any]:
    run = settling.run
    return {
        "of_run": run.id,
        "to_state": run.state,
        "to_reason": settling.reason,
        "to_next": run.next_attempt_at,
        "to_retry_from": run.retry_from,
        "to_maybe": run.maybe_executed,
        "to_desktops": None if run.desktops is None else list(run.desktops),
        "to_job": run.job_id,
        "to_error": settling.error_code,
        "to_finished": None if run.state.is_open else settling.at,
    }


def _store_new_jobs(conn: Connection, settlings: Iterable[Settling]) -> None:
    rows = [
        {
            "project": settling.run.project,
            "job_id": settling.reply.job_id,
            "run": settling.run.id,
            "pool_no": settling.run.pool_no,
            "attempt": settling.reply.attempt,
            "started_at": settling.at,
        }
        for settling in settlings
        if settling.reply and settling.reply.job_id
    ]
    if rows:
        conn.execute(insert(schema.jobs).on_conflict_do_nothing(), rows)


def _store_seen(conn: Connection, settling: Settling) -> None:
    for job in settling.jobs:
        store_job(conn, settling.run.project, job, settling.at)
    if settling.desktops is not None:
        seen = schema.job_desktops
        conn.execute(seen.delete().where(seen.c.run == settling.run.id))
        rows = [_desktop_values(settling.run.id, desktop) for desktop in settling.desktops]
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
        jobs: (job id, its run, when it became known, status last seen) of every job of the pool not closed.
        own_job_at: when the run's own last job became known, or None without one.
        unknown_at: when the pool's newest attempt of unknown fate was sent, or None.
        refused: desktops of this run that were refused for good by an earlier job.
    """

    jobs: tuple[tuple[str, int, datetime], ...]
    own_job_at: datetime | None
    unknown_at: datetime | None
    refused: tuple[DesktopSeen, ...]


def bearings(conn: Connection, run: Run) -> Bearings:
    """Read what a look at this run is judged by."""
    jobs, attempts, runs, seen = schema.jobs, schema.attempts, schema.runs, schema.job_desktops
    open_jobs = conn.execute(
        select(jobs.c.job_id, jobs.c.run, jobs.c.started_at).where(jobs.c.pool_no == run.pool_no, ~jobs.c.closed)
    )
    own = conn.execute(
        select(jobs.c.started_at).where(jobs.c.project == run.project, jobs.c.job_id == run.job_id)
    ).scalar()
    recent = select(runs.c.id).where(runs.c.pool_no == run.pool_no).order_by(runs.c.id.desc()).limit(8)
    unknown = conn.execute(
        select(attempts.c.sent_at)
        .where(attempts.c.run.in_(recent), attempts.c.fate == "lost")
        .order_by(attempts.c.sent_at.desc())
        .limit(1)
    ).scalar()
    columns = [seen.c[field.name] for field in fields(DesktopSeen)]
    refused = conn.execute(select(*columns).where(seen.c.run == run.id, seen.c.result == "refused"))
    return Bearings(
        jobs=tuple((job_id, of_run, at) for job_id, of_run, at in open_jobs),
        own_job_at=own,
        unknown_at=unknown,
        refused=tuple(DesktopSeen(*row) for row in refused),
    )
