"""The gate: the one durable commit before anything is sent (protocol 4.2).

In one transaction: tick up to now; see that the run is still pending, due, the newest word of its pool (for a reboot:
behind no older open run), permitted by the overrides and not missed; write the attempt; end an older accepted run that
it overtakes. Only then is a byte sent. Whatever dies after the commit leaves an attempt without an answer, which
recovery treats as lost; whatever dies before it leaves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from daemon.execution import overrides, ticking, verdicts
from daemon.ledger import gates, runs
from daemon.ledger.claims import Ended
from daemon.ledger.states import State
from daemon.timetable.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.execution.ticking import Ticked
    from daemon.execution.verdicts import Step
    from daemon.ledger.book import Book
    from daemon.ledger.gates import Standing
    from daemon.ledger.overrides import Override
    from daemon.ledger.runs import Run


@dataclass(frozen=True, slots=True)
class Opened:
    """Send it: the attempt is written."""

    run: Run
    attempt: int
    pool_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Waits:
    """Not now; nothing was written. ``on`` says what it waits for."""

    run: Run
    on: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The run ended in the gate, or is to be judged by its desktops where its state says accepted.

    ``override`` is the one that ended it, where one did.
    """

    run: Run
    state: State
    reason: str
    override: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """The run is not waiting any more: something else ended it. Nothing was written."""

    run: Run


Decision = Opened | Waits | Closed | Gone


@dataclass(frozen=True, slots=True)
class Passed:
    """What one commit of gates came to: the tick's claims, a decision a run, and what was overtaken."""

    ticked: Ticked
    decisions: tuple[Decision, ...]
    overtaken: tuple[Ended, ...]


BUSY = "a busy pool"
NO_ID = "the pool's id"
NOT_DUE = "its time"
OLDER = "an older run of the pool"


def judge(standing: Standing, permits: Sequence[Override], now: datetime) -> Waits | Closed | Gone | None:
    """Decide about one run; None where its gate may open."""
    run = standing.run
    if run.state is not State.PENDING:
        return Gone(run)
    if run.due_at > now:
        return Waits(run, NOT_DUE)
    closed = _superseded(standing) or _refused(run, permits, now) or _out_of_time(run, now)
    if closed is not None and closed.state is State.ACCEPTED and standing.in_flight is not None:
        return Waits(run, BUSY)  # its desktops can be looked at only once it holds the pool (4.1)
    return closed or _held_up(standing)


def _superseded(standing: Standing) -> Closed | None:
    run = standing.run
    newer = standing.last_word if run.action.is_word else standing.newest_reboot
    if newer is not None and newer > run.id:
        return Closed(run, State.SUPERSEDED, f"superseded by run {newer}")
    word = standing.last_word_action
    if run.action is Action.REBOOT and word is not None and word.turns_off:
        return _closed(verdicts.called_off(run, f"pool is to be off (run {standing.last_word}: {word})"))
    return None


def _refused(run: Run, permits: Sequence[Override], now: datetime) -> Closed | None:
    if run.is_manual:  # exempt from pause and hold, not from supersession (4.10)
        return None
    skip = overrides.bar(permits, run.pool_no, run.action, now)
    return None if skip is None else replace(_closed(verdicts.called_off(run, skip.reason)), override=skip.override)


def _out_of_time(run: Run, now: datetime) -> Closed | None:
    if verdicts.is_missed(run, now, after_outage=False):
        return Closed(run, State.MISSED, f"not sent within its catch-up of {run.catch_up} and {run.retry_for} more")
    if run.deadline is not None and now > run.deadline:
        return _closed(verdicts.at_deadline(run, "retried until the deadline"))
    return None


def _closed(step: Step) -> Closed:
    return Closed(step.run, step.run.state, step.reason or "")


def _held_up(standing: Standing) -> Waits | None:
    run = standing.run
    if standing.pool_id is None:
        return Waits(run, NO_ID)
    if standing.in_flight_state is State.ATTEMPTING:
        return Waits(run, BUSY)
    if standing.in_flight is not None and (not run.action.is_word or standing.in_flight > run.id):
        return Waits(run, BUSY)
    if run.action is Action.REBOOT and standing.oldest_open is not None and standing.oldest_open < run.id:
        return Waits(run, OLDER)
    return None


def pass_gates(
    conn: Connection, book: Book, ids: Sequence[int], limit_key: str, now: datetime, *, observes: bool = False
) -> Passed:
    """Carry out the gate for these runs, at most one a pool, in one transaction.

    Args:
        conn: the writer's connection, inside a transaction.
        book: the version in force.
        ids: the runs whose turn it is.
        limit_key: under which the limiter counts their attempts.
        now: the wall clock.
        observes: what would be sent is ended as skipped instead (observe mode).

    Raises:
        StaleBookError: another version came into force since; do it again with that one.
    """
    ticked = ticking.tick(conn, book, now)
    if ticked.is_behind:
        return Passed(ticked, (), ())
    permits = overrides.in_force(conn, now)
    situations = gates.standings(conn, ids)
    refusals = _refusals(situations, permits, now, observes=observes)
    opening = [standing for standing in situations if refusals[standing.run.id] is None]
    overtaken = _overtake(conn, opening, now)
    closings = [refusal for refusal in refusals.values() if isinstance(refusal, Closed)]
    gates.close(conn, [(closing.run.id, closing.state, closing.reason) for closing in closings], now)
    gates.overridden(conn, {one.run.id: one.override for one in closings if one.override is not None})
    opened = _open(conn, opening, limit_key, now)
    decisions = tuple(refusals[standing.run.id] or opened[standing.run.id] for standing in situations)
    return Passed(ticked, decisions, overtaken)


def _refusals(
    situations: Sequence[Standing], permits: Sequence[Override], now: datetime, *, observes: bool
) -> dict[int, Waits | Closed | Gone | None]:
    """What stands against each, by run; two of one pool cannot both hold it, whatever number it had before (3.5)."""
    refusals: dict[int, Waits | Closed | Gone | None] = {}
    held: set[int] = set()
    for standing in situations:
        run = standing.run
        refusal = judge(standing, permits, now)
        if refusal is None and observes:
            refusal = _observed(run)
        holds = refusal is None or (isinstance(refusal, Closed) and refusal.state is State.ACCEPTED)
        if holds and run.pool_no in held:
            refusal = Waits(run, BUSY)
        elif holds:
            held.add(run.pool_no)
        refusals[run.id] = refusal
    return refusals


def _observed(run: Run) -> Closed:
    return _closed(verdicts.called_off(run, f"observe mode: {run.action} {run.type} would have been sent"))


def _overtake(conn: Connection, opening: Sequence[Standing], now: datetime) -> tuple[Ended, ...]:
    """End the older accepted runs that these do not wait for (4.6)."""
    by = {standing.in_flight: standing for standing in opening if standing.in_flight is not None}
    if not by:
        return ()
    ended = tuple(Ended(run, State.SUPERSEDED, _overtaken_by(by[run.id].run, run)) for run in runs.read(conn, by))
    gates.end(conn, [(gone.run.id, gone.state, gone.reason) for gone in ended], now)
    return ended


def _overtaken_by(newer: Run, older: Run) -> str:
    """The job's id stands on record with the older run, and is not said twice."""
    return f"overtaken by run {newer.id}" + (" while its job was running" if older.job_id else ", no job known")


def _open(conn: Connection, opening: Sequence[Standing], limit_key: str, now: datetime) -> dict[int, Opened]:
    openings = [gates.Opening(standing.run, standing.pool_id or "", limit_key) for standing in opening]
    attempts = gates.open_gates(conn, openings, now)
    return {of.run.id: Opened(of.run, attempt, of.pool_id, now) for of, attempt in zip(openings, attempts, strict=True)}
