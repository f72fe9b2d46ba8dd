"""What people ask for by hand: now, retry, cancel (protocol 4.10). Units for the writer, each one transaction.

Every one of them ticks first, so that what a person asks for now is newer than everything that was due before it (1.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError
from daemon.execution import ticking
from daemon.execution.calling_off import call_off
from daemon.ledger import claims, gates, runs
from daemon.ledger.states import State
from daemon.timetable.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.execution.ticking import Ticked
    from daemon.ledger.book import Book
    from daemon.ledger.claims import Asked, Ended
    from daemon.ledger.runs import Run


class RefusedError(PoolpowerError):
    """What was asked for by hand cannot be done, and why."""


class NoSuchRunError(RefusedError):
    """There is no run of this number."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a request by hand came to.

    Attributes:
        ticked: what the tick before it claimed and ended; where that is behind, nothing else was done, and the request
            is to be made again.
        made: the runs made, new ones and, for a repeated call, those it made before.
        fresh: those of them that wait for their first attempt.
        ended: what it ended.
        judged: what is not sent any more and only looked at.
        is_doubtful: what is fresh may be done already: its desktops are looked at before it is sent.
    """

    ticked: Ticked
    made: tuple[Run, ...] = ()
    fresh: tuple[Run, ...] = ()
    ended: tuple[Ended, ...] = ()
    judged: tuple[Run, ...] = ()
    is_doubtful: bool = False


def ask(conn: Connection, book: Book, wanted: Sequence[Asked], now: datetime) -> Done:
    """Insert manual runs, one a pool and request id; a call repeated under its ids gives the runs that it made before.

    Raises:
        RefusedError: a reboot of a pool that is to be off (2.2).
        StaleBookError: ``book`` is not in force any more.
    """
    ticked = ticking.tick(conn, book, now)
    if ticked.is_behind:
        return Done(ticked)
    before = [
        run for request in dict.fromkeys(one.request for one in wanted) for run in claims.asked_before(conn, request)
    ]
    if before:  # those of an earlier call whose commit seemed to fail wait nowhere yet
        unsent = tuple(run for run in before if run.state is State.PENDING and not run.attempts)
        return Done(ticked, made=tuple(before), fresh=unsent)
    fresh = [claims.insert_manual(conn, asked, book.version, now) for asked in wanted]
    _refuse_pointless_reboots(conn, fresh)
    ended = claims.supersede(conn, fresh, now)
    return Done(ticked, made=tuple(fresh), fresh=tuple(fresh), ended=tuple(ended))


def _refuse_pointless_reboots(conn: Connection, fresh: Sequence[Run]) -> None:
    reboots = [run.id for run in fresh if run.action is Action.REBOOT]
    for standing in gates.standings(conn, reboots):
        word = standing.last_word_action
        if word is not None and word.turns_off:
            raise RefusedError(
                f"pool {standing.run.pool} is to be off (run {standing.last_word}: {word}); a reboot never starts it",
                f"start it first: poolpower now start {standing.run.pool}",
            )


def cancel(conn: Connection, book: Book, run_id: int, why: str, now: datetime) -> Done:
    """End a waiting run as skipped, or, where it may have been executed, leave it to its desktops (4.10, 4.11).

    A repeated call, with the same words, finds its work done.

    Raises:
        RefusedError: there is no such run, or it is not waiting.
        StaleBookError: ``book`` is not in force any more.
    """
    ticked = ticking.tick(conn, book, now)
    if ticked.is_behind:
        return Done(ticked)
    run = _cancellable(conn, run_id, why)
    if run.state is not State.PENDING:
        return Done(ticked, made=(run,))
    done = call_off(conn, {run.id: (run, why)}, now)
    return Done(ticked, made=_as_it_is(conn, run), ended=done.ended, judged=done.judged)


def _cancellable(conn: Connection, run_id: int, why: str) -> Run:
    found = runs.read_with_reasons(conn, [run_id])
    if not found:
        raise NoSuchRunError(f"there is no run {run_id}", "poolpower history lists them")
    run, reason = found[0]
    if run.state is not State.PENDING and not (reason or "").startswith(why):
        mend = "poolpower now with another action overtakes it" if run.state.is_open else "it is over, and stays so"
        told = f"`poolpower show {run_id}` tells its story"
        raise RefusedError(f"run {run_id} is {run.state}; only a waiting run can be cancelled", f"{mend}; {told}")
    return run


def _as_it_is(conn: Connection, run: Run) -> tuple[Run, ...]:
    return tuple(runs.read(conn, [run.id]))
