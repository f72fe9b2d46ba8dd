"""What a process that died left behind (protocol 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from daemon.ledger import schema
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.runs import Run


LONGEST_ANSWER = timedelta(minutes=10)
"""No request waits longer for its answer: those sent before need not be asked for when they were answered since."""


@dataclass(frozen=True, slots=True)
class LastAttempt:
    """The newest attempt of a run that was being sent.

    Attributes:
        id: its row.
        sent_at: when its gate opened.
        is_answered: whether an answer is stored (a reboot whose job was being looked for).
    """

    id: int
    sent_at: datetime
    is_answered: bool


def last_attempts(conn: Connection) -> dict[int, LastAttempt]:
    """The newest attempt of every run in the state attempting, by run."""
    attempts, runs = schema.attempts.c, schema.runs.c
    query = (
        select(attempts.run, attempts.id, attempts.sent_at, attempts.answered_at)
        .join(schema.runs, runs.id == attempts.run)
        .where(runs.state == State.ATTEMPTING)
        .order_by(attempts.id)
    )
    return {run: LastAttempt(id_, sent_at, answered is not None) for run, id_, sent_at, answered in conn.execute(query)}


def close_unanswered(conn: Connection, runs: Iterable[int], fate: str, why: str, now: datetime) -> None:
    """Give the attempts of these runs that have no answer this fate."""
    attempts = schema.attempts
    for run in runs:
        conn.execute(
            attempts.update()
            .where(attempts.c.run == run, attempts.c.answered_at.is_(None))
            .values(answered_at=now, fate=fate, error_msg=why)
        )


def replace_state(conn: Connection, run: Run, reason: str | None) -> None:
    """Write what recovery decided about an open run; None leaves the reason as it is."""
    runs = schema.runs
    conn.execute(
        runs.update()
        .where(runs.c.id == run.id)
        .values(
            state=run.state,
            reason=runs.c.reason if reason is None else reason,
            next_attempt_at=run.next_attempt_at,
            retry_from=run.retry_from,
            maybe_executed=run.maybe_executed,
            job_id=run.job_id,
        )
    )


def sent_since(conn: Connection, since: datetime) -> dict[str, list[datetime]]:
    """When attempts were made since, by limiter key, the oldest first: what the limiter begins with (protocol 4.9).

    An attempt counts from its answer; one without an answer from when its gate opened.
    """
    attempts = schema.attempts.c
    query = select(attempts.limit_key, attempts.sent_at, attempts.answered_at).where(
        attempts.sent_at >= since - LONGEST_ANSWER
    )
    by_key: dict[str, list[datetime]] = {}
    for key, sent_at, answered_at in conn.execute(query):
        by_key.setdefault(key, []).append(answered_at or sent_at)
    return {key: sorted(at for at in sent if at >= since) for key, sent in by_key.items()}


def followed_since(conn: Connection) -> dict[int, datetime]:
    """When the newest job of every accepted run became known, by run."""
    jobs, runs = schema.jobs.c, schema.runs.c
    query = (
        select(jobs.run, func.max(jobs.started_at))
        .join(schema.runs, runs.id == jobs.run)
        .where(runs.state == State.ACCEPTED)
        .group_by(jobs.run)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def newest_run(conn: Connection) -> int:
    """The greatest id of any run, 0 without one."""
    return conn.execute(select(func.max(schema.runs.c.id))).scalar() or 0
