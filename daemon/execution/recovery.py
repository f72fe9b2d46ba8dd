"""Start and recovery (protocol 5): every open row is settled by one table, whether a process died or a machine slept.

| row found | word | reboot |
|---|---|---|
| pending | ended by the tick, or by 2.4 and 2.5; next attempt no later than now + the longest backoff | same |
| attempting, no answer stored | closed as lost; in its catch-up pending, else judged by the desktops | looked for |
| accepted | looked at once, whatever its age | same |

The tick has claimed and superseded up to now before this is asked, so what is pending here still stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.execution import verdicts
from daemon.ledger import gates, recovering, runs
from daemon.ledger.claims import Ended
from daemon.ledger.states import State
from daemon.workspace.answers import Fate

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.execution.timing import Timing
    from daemon.ledger.recovering import LastAttempt
    from daemon.ledger.runs import Run

LOST = "no answer was stored: the daemon ended, or slept, while it was being sent"


@dataclass(frozen=True, slots=True)
class Found:
    """What is to happen to an open run.

    Attributes:
        run: as it is now.
        attempt: of a reboot whose job is to be looked for, its attempt.
        followed_since: of an accepted run, when its job became known.
    """

    run: Run
    attempt: LastAttempt | None = None
    followed_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What recovery made of the open rows."""

    found: tuple[Found, ...]
    ended: tuple[Ended, ...]


def recover(
    conn: Connection,
    now: datetime,
    timing: Timing,
    longest: float,
    *,
    live: Collection[int] = (),
    only: Collection[int] | None = None,
) -> Recovered:
    """Settle every open row.

    Args:
        conn: inside a transaction in which, or after which, nothing is behind.
        now: the wall clock.
        timing: for the request timeout.
        longest: the longest backoff, seconds.
        live: runs that a task of this process has in hand; they are left alone.
        only: settle no others than these; None for every open row.
    """
    attempts = recovering.last_attempts(conn)
    since = recovering.followed_since(conn)
    rows = [run for run in runs.read_open(conn) if run.id not in live and (only is None or run.id in only)]
    lost = [run.id for run in rows if run.state is State.ATTEMPTING and not attempts[run.id].is_answered]
    recovering.close_unanswered(conn, lost, Fate.LOST, LOST, now)
    overruled = gates.overruled(conn, [run for run in rows if run.state is State.ATTEMPTING and run.action.is_word])
    found, ended = [], []
    for run in rows:
        outcome: Found | Ended
        if run.id in overruled:  # the commit that would make it wait again ends it instead (2.1)
            outcome = Ended(run, State.SUPERSEDED, f"superseded by run {overruled[run.id]}")
        else:
            outcome = _outcome(run, attempts.get(run.id), since.get(run.id), now, timing=timing, longest=longest)
        if isinstance(outcome, Ended):
            ended.append(outcome)
            continue
        found.append(outcome)
        if outcome.run != run:
            recovering.replace_state(conn, outcome.run, LOST if run.id in lost else None)
    gates.end(conn, [(gone.run.id, gone.state, gone.reason) for gone in ended], now)
    return Recovered(tuple(found), tuple(ended))


def _outcome(
    run: Run,
    attempt: LastAttempt | None,
    since: datetime | None,
    now: datetime,
    *,
    timing: Timing,
    longest: float,
) -> Found | Ended:
    match run.state:
        case State.PENDING:
            return _pending(run, now, longest)
        case State.ATTEMPTING if attempt is not None:
            return _attempting(run, attempt, now, timing)
        case _:
            return Found(run, followed_since=since)


def _pending(run: Run, now: datetime, longest: float) -> Found | Ended:
    if verdicts.is_missed(run, now, after_outage=True):
        return Ended(run, State.MISSED, f"{now - run.due_at} late when first looked at; its catch-up is {run.catch_up}")
    soonest = None if run.next_attempt_at is None else min(run.next_attempt_at, now + timedelta(seconds=longest))
    return Found(replace(_anew(run, now), next_attempt_at=soonest))


def _anew(run: Run, now: datetime) -> Run:
    """A word within its catch-up begins ``retry_for`` anew (2.5)."""
    if run.action.is_word and run.retry_from is not None and now - run.due_at <= run.catch_up:
        return replace(run, retry_from=now)
    return run


def _attempting(run: Run, attempt: LastAttempt, now: datetime, timing: Timing) -> Found:
    run = replace(run, maybe_executed=True, retry_from=run.retry_from or attempt.sent_at)
    if not run.action.is_word:
        return Found(run, attempt=attempt)
    if now - run.due_at > run.catch_up:
        return Found(verdicts.by_desktops(run))
    settled = attempt.sent_at + timedelta(seconds=timing.request_timeout)
    return Found(replace(_anew(run, now), state=State.PENDING, next_attempt_at=max(settled, now)))


def astray(conn: Connection, held: Collection[int]) -> tuple[Found, ...]:
    """Runs that wait or are followed in the ledger, less those that this process holds in whatever place.

    A commit that was reported as failed may be on the disk all the same; nobody was told then of what it claimed or
    handed to the desktops. Nothing is judged here: that a sweep found a run late is no outage (2.4). A run being sent
    is not among them; ``overdue_attempts`` gives that one its time.
    """
    strays = gates.open_besides(conn, held)
    since = recovering.followed_since(conn) if strays else {}
    return tuple(Found(run, followed_since=since.get(run.id)) for run in strays)


def unreachable(run: Run, why: str) -> Ended:
    """How a run ends whose project the settings and the schedule file do not know any more."""
    state = State.UNKNOWN if run.maybe_executed or run.state is not State.PENDING else State.SKIPPED
    return Ended(run, state, f"its project {run.project} cannot be reached any more: {why}")


def overdue_attempts(conn: Connection, now: datetime, timing: Timing, live: Collection[int]) -> set[int]:
    """Runs being sent for longer than request timeout and patience that no task has in hand (protocol 5.3)."""
    limit = now - timedelta(seconds=timing.request_timeout + timing.patience)
    return {
        run for run, attempt in recovering.last_attempts(conn).items() if run not in live and attempt.sent_at < limit
    }
