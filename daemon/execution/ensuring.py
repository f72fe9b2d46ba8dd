"""``ensure``: bringing pools to what their schedule calls for at this moment (protocol 4.10).

A manual run of the schedule's last word for each pool. What an administrator has put on a pool stays respected: where a
pause or a hold forbids the word, the pool is left alone, and so is one whose word is under way already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.execution import manual, overrides, ticking
from daemon.execution.manual import Done
from daemon.ledger import claims, runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.execution.overriding import Seen
    from daemon.ledger.book import Book
    from daemon.ledger.claims import Asked
    from daemon.timetable.actions import Action


@dataclass(frozen=True, slots=True)
class Ensured(Done):
    """What ``ensure`` came to.

    Attributes:
        left: why nothing was done, by number of the pool.
    """

    left: tuple[tuple[int, str], ...] = ()


def ensure(conn: Connection, book: Book, wanted: Sequence[Asked], seen: Seen, now: datetime) -> Ensured:
    """Make manual runs of words; a call repeated under its request id gives the runs that it made before.

    Args:
        conn: the writer's connection, inside a transaction.
        book: the version in force.
        wanted: what the schedule calls for, at most one a pool.
        seen: what that was worked out from.
        now: the wall clock.

    Raises:
        OutdatedError: something fell due since it was worked out.
        StaleBookError: ``book`` is not in force any more.
    """
    ticked = ticking.tick(conn, book, now)
    if ticked.is_behind:
        return Ensured(ticked)
    left: dict[int, str] = {}
    if not (wanted and claims.asked_before(conn, wanted[0].request)):
        seen.require(book, now)
        left = reasons_to_leave(conn, {one.pool_no: one.action for one in wanted}, now)
    done = manual.ask(conn, book, [one for one in wanted if one.pool_no not in left], now)
    return Ensured(ticked, done.made, done.fresh, done.ended, is_doubtful=True, left=tuple(left.items()))


def reasons_to_leave(conn: Connection, words: Mapping[int, Action], now: datetime) -> dict[int, str]:
    """Why pools are to be left alone although the schedule calls for these words, by number."""
    permits = overrides.in_force(conn, now)
    under_way = {run.pool_no: run for run in runs.read_open(conn) if run.action.is_word}
    reasons = {}
    for number, action in words.items():
        barred = overrides.bar(permits, number, action, now)
        run = under_way.get(number)
        if barred is not None:
            reasons[number] = f"{barred.reason} (override {barred.override})"
        elif run is not None and run.action is action:
            reasons[number] = f"run {run.id} is at it: {run.state}"
    return reasons
