"""Putting overrides on pools and taking them off (protocol 4.10). Units for the writer, each one transaction.

Both tick first: what was due before the order belongs to the time before it. An override begins at the instant of its
transaction, and a pause or hold ends at once what waits and may not be done any more, so that nobody has to wait for a
gate to see it. Nothing else is sent or claimed: taking an override off fires nothing old.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from daemon.execution import overrides, ticking
from daemon.execution.calling_off import call_off
from daemon.execution.manual import Done, RefusedError
from daemon.ledger import gates, overriding, runs
from daemon.ledger.overrides import Kind, Override, on_record
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.book import Book
    from daemon.ledger.overriding import Order, Wanted
    from daemon.ledger.runs import Run


class OutdatedError(Exception):
    """What was worked out beforehand does not hold any more: something fell due, or another version came into force."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a request was worked out from.

    Attributes:
        version: the version in force then.
        at: the instant then.
    """

    version: int
    at: datetime

    def require(self, book: Book, now: datetime) -> None:
        """See that nothing has happened since.

        Raises:
            OutdatedError: something has; work it out again.
        """
        upcoming = book.timetable.next_after(self.at)
        if book.version != self.version or (upcoming is not None and upcoming <= now):
            raise OutdatedError


@dataclass(frozen=True, slots=True)
class Overridden(Done):
    """What putting overrides on, or taking them off, came to.

    Attributes:
        overrides: the ids of those that were put on or taken off, by this call or, repeated, before.
    """

    overrides: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Which:
    """Which overrides are meant to be taken off.

    Attributes:
        override: the one of this id; else
        pools: those that lie on one of these pools alone; else, where neither is given, every one.
    """

    override: int | None = None
    pools: Collection[int] | None = None


def put(
    conn: Connection, book: Book, wanted: Sequence[Wanted], order: Order, now: datetime, *, seen: Seen | None = None
) -> Overridden:
    """Put overrides on pools; a call repeated under its request id gives those that it put on before.

    Args:
        conn: the writer's connection, inside a transaction.
        book: the version in force.
        wanted: at most one a pool.
        order: who asks, and why.
        now: the wall clock.
        seen: what ``wanted`` was worked out from, where what falls due meanwhile matters to it.

    Raises:
        RefusedError: it would end before it begins, or contradicts a hold in force.
        OutdatedError: something fell due since it was worked out.
        StaleBookError: ``book`` is not in force any more.
    """
    ticked = ticking.tick(conn, book, now)
    if ticked.is_behind:
        return Overridden(ticked)
    before = overriding.asked_before(conn, order.request)
    if before:
        return Overridden(ticked, overrides=tuple(one.id for one in before))
    if seen is not None:
        seen.require(book, now)
    in_force = on_record(conn, now, now)
    for one in wanted:
        _refuse_over(one, now)
        _refuse_contradicting(one, in_force, book, now)
    made = overriding.insert(conn, wanted, order, now)
    done = _call_off(conn, made, now)
    return replace(
        done,
        ticked=replace(ticked, hold_ends_at=overriding.next_end(conn)),
        overrides=tuple(one.id for one in made),
    )


def _refuse_over(wanted: Wanted, now: datetime) -> None:
    if wanted.ends_at is not None and wanted.ends_at <= now:
        raise RefusedError(
            f"{wanted.ends_at:%Y-%m-%d %H:%M} UTC is past", 'write the day, e.g. --until "tomorrow 08:00", or a length'
        )


def _refuse_contradicting(wanted: Wanted, in_force: Sequence[Override], book: Book, now: datetime) -> None:
    """A pool that is held on and off would have everything skipped, which is a pause and not what anybody asked for."""
    if not wanted.kind.is_hold:
        return
    for override in in_force:
        shared = override.pool_no is None or wanted.pool_no is None or override.pool_no == wanted.pool_no
        if override.kind.is_hold and override.kind is not wanted.kind and shared and override.starts_at <= now:
            keys = {number: key for (_, key), number in book.numbers.items()}
            pool = "every pool" if override.pool_no is None else f"pool {keys.get(override.pool_no, override.pool_no)}"
            raise RefusedError(
                f"{pool} has a {overrides.in_words(override)}", f"end that first: poolpower resume {override.id}"
            )


def _call_off(conn: Connection, made: Sequence[Override], now: datetime) -> Overridden:
    """End what waits and may not be done any more."""
    waiting: dict[int, tuple[Run, str]] = {}
    by: dict[int, int] = {}
    for run in runs.read_open(conn) if any(one.kind is not Kind.SKIP for one in made) else ():
        barred = None if run.is_manual else overrides.bar(made, run.pool_no, run.action, now)
        if run.state is State.PENDING and barred is not None and barred.override is not None:
            waiting[run.id] = (run, barred.reason)
            by[run.id] = barred.override
    done = call_off(conn, waiting, now)
    gates.overridden(conn, by)
    return Overridden(ticking.NOTHING, ended=done.ended, judged=done.judged)


def resume(conn: Connection, book: Book, which: Which, order: Order, now: datetime) -> Overridden:
    """Take overrides off early; what they skipped stays skipped, and the end of a hold calls for nothing.

    Raises:
        RefusedError: there is none of this id, it is over, or what lies on a pool lies on all of them.
        StaleBookError: ``book`` is not in force any more.
    """
    ticked = ticking.tick(conn, book, now)
    if ticked.is_behind:
        return Overridden(ticked)
    ids = overriding.ended_before(conn, order.request)
    if not ids:
        ids = _to_resume(conn, which, now)
        overriding.end(conn, ids, order, now)
    ticked = replace(ticked, hold_ends_at=overriding.next_end(conn))
    return Overridden(ticked, overrides=tuple(ids))


def _to_resume(conn: Connection, which: Which, now: datetime) -> list[int]:
    in_force = on_record(conn, now, now)
    if which.override is not None:
        return [_of_id(conn, which.override, in_force)]
    if which.pools is None:
        return [one.id for one in in_force]
    ids = [one.id for one in in_force if one.pool_no in which.pools]
    of_all = next((one for one in in_force if one.pool_no is None), None)
    if not ids and of_all is not None:
        raise RefusedError(
            f"override {of_all.id} lies on every pool: {overrides.in_words(of_all)}",
            f"poolpower resume {of_all.id} ends it for all of them; `poolpower now` acts on a pool in spite of it",
        )
    return ids


def _of_id(conn: Connection, id_: int, in_force: Sequence[Override]) -> int:
    if id_ in {one.id for one in in_force}:
        return id_
    known = overriding.find(conn, id_)
    if known is None:
        raise RefusedError(f"there is no override {id_}", "poolpower overrides lists them")
    raise RefusedError(f"override {id_} is over: {overrides.in_words(known)}", "poolpower overrides lists the others")
