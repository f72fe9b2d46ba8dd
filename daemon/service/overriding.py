"""Pauses, skips, holds, and ``ensure``: what administrators do to what the schedule foresees (protocol 4.10).

What is worked out from the schedule on a thread (which occurrences are the next ones, what it calls for now) may be
overtaken by something that falls due before it is committed. The unit sees that and commits nothing; it is then worked
out again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from daemon.execution import overrides, overriding
from daemon.execution.manual import RefusedError
from daemon.execution.overriding import OutdatedError, Seen, Which
from daemon.ledger import history, overridelist
from daemon.ledger.overrides import Kind, Override, from_row
from daemon.ledger.overriding import Order, Wanted
from daemon.ledger.records import instant
from daemon.service import foreseen
from daemon.service.asking import NotReadyError, WrongCallError, action_called, pools_called
from daemon.service.ensuring import Ensurer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.execution.clocks import Clock
    from daemon.execution.engine import Engine
    from daemon.ledger.book import Book
    from daemon.ledger.ledger import Ledger
    from daemon.service.chores import Chores
    from daemon.timetable.actions import Action
    from daemon.timetable.pools import Pool

T = TypeVar("T")
WHOLE = timedelta(seconds=1)
"""Instants of a schedule are whole seconds: an interval up to this much after one holds that one and no other."""


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody asks to be put on pools.

    Attributes:
        kind: pause, skip or hold.
        pools: names and patterns; None for every pool.
        until: until when; None for a pause until resumed, or where ``count`` says it.
        count: of a skip: how many occurrences of each pool.
        action: of a skip: of this action only.
        enforces: of a hold: at its end the pool is brought to what its schedule calls for.
        is_rehearsal: say what it would do, and do nothing.
    """

    kind: Kind
    pools: tuple[str, ...] | None
    until: datetime | None = None
    count: int | None = None
    action: Action | None = None
    enforces: bool = False
    is_rehearsal: bool = False


class Overriding:
    """Takes the orders that change what the schedule foresees."""

    def __init__(self, *, ledger: Ledger, engine: Engine, chores: Chores, clock: Clock) -> None:
        """Know whom to ask."""
        self._ledger = ledger
        self._engine = engine
        self._chores = chores
        self._clock = clock
        self._ensurer = Ensurer(engine, clock, self._read)

    async def put(self, call: Call, order: Order) -> dict[str, Any]:
        """Put overrides on pools, one for each, or one for all of them.

        Raises:
            WrongCallError: it makes no sense.
            NotFoundError: no pool is meant.
            NotReadyError: the daemon starts or stops.
            RefusedError: it would end before it begins, or contradicts a hold in force.
            LedgerUnavailable: nothing was put on.
        """
        self._require_running()
        _require_an_end(call)
        while True:
            begun, book = self._clock.now(), self._engine.book
            seen = None if call.count is None else Seen(book.version, begun)
            wanted = await asyncio.to_thread(_wanted, book, call, begun)
            if call.is_rehearsal:
                return await self._rehearsed(book, wanted, call, order, begun)
            unit = partial(_put, wanted=wanted, order=order, seen=seen)
            try:
                done = await self._engine.units.order(unit)
            except OutdatedError:
                continue
            self._chores.set_alarm(begun)
            await self._chores.tell_overrides()
            return await self._told(done.overrides, call.count, ended={gone.run.id for gone in done.ended})

    async def resume(self, which: Which, names: Sequence[str] | None, order: Order) -> dict[str, Any]:
        """Take overrides off early: the one of this id, those of these pools, or all.

        Raises:
            NotFoundError: no pool is meant.
            NotReadyError: the daemon starts or stops.
            RefusedError: there is none of this id, it is over, or what lies on a pool lies on all of them.
            LedgerUnavailable: nothing was changed.
        """
        self._require_running()
        begun, book = self._clock.now(), self._engine.book
        if names is not None:
            pools = pools_called(book.timetable, names)
            which = Which(pools=frozenset(book.numbers[pool.project, pool.key] for pool in pools))
        done = await self._engine.units.order(lambda conn, book, now: overriding.resume(conn, book, which, order, now))
        self._chores.set_alarm(begun)
        await self._chores.tell_overrides()
        now = self._clock.now()
        rows = await self._read(lambda conn: overridelist.of_ids(conn, done.overrides))
        ended_on = {row.row.pool_no for row in rows}
        standing = await self._read(lambda conn: overridelist.in_force(conn, now))
        still = [one.to_json(now) for one in standing if one.row.pool_no is None or one.row.pool_no in ended_on]
        return {**self._answer([row.to_json(now) for row in reversed(rows)]), "still": still}

    async def listed(self, names: Sequence[str] | None, *, all_time: bool) -> dict[str, Any]:
        """The overrides in force, or all there ever were; those of some pools, and those of all pools with them.

        Raises:
            NotFoundError: no pool is meant.
            NotReadyError: the daemon has no version in force yet.
        """
        if not self._engine.has_version:
            raise NotReadyError("the daemon is starting", "ask again in a moment")
        book, now = self._engine.book, self._clock.now()
        chosen = None
        if names:
            pools = pools_called(book.timetable, names)
            chosen = {book.numbers[pool.project, pool.key] for pool in pools}
        rows = await self._read(
            lambda conn: overridelist.on_pools(conn, chosen) if all_time else overridelist.in_force(conn, now)
        )
        kept = [row for row in rows if chosen is None or row.row.pool_no is None or row.row.pool_no in chosen]
        return self._answer([row.to_json(now) for row in kept])

    async def ensure(self, names: Sequence[str] | None, order: Order, *, is_rehearsal: bool) -> dict[str, Any]:
        """Bring pools to what their schedule calls for now; see ``Ensurer``.

        Raises:
            NotFoundError: no pool is meant.
            NotReadyError: the daemon starts or stops.
            LedgerUnavailable: nothing was made.
        """
        self._require_running()
        rows = await self._ensurer.ensure(names, order, is_rehearsal=is_rehearsal)
        return {"timezone": self._engine.book.timetable.timezone, "pools": rows}

    async def in_spite_of(self, names: Sequence[str], action: str) -> list[str]:
        """What lies on these pools that would keep an occurrence of this action from being carried out, in words."""
        book, now, wanted = self._engine.book, self._clock.now(), action_called(action)
        permits = await self._read(lambda conn: overrides.in_force(conn, now))
        barred = {
            pool.key: overrides.bar(permits, book.numbers[pool.project, pool.key], wanted, now)
            for pool in pools_called(book.timetable, names)
        }
        return [f"{key}: {bar.reason} (override {bar.override})" for key, bar in barred.items() if bar is not None]

    def _require_running(self) -> None:
        if not self._engine.is_running:
            raise NotReadyError("the daemon is starting or stopping", "ask again in a moment")

    # --- answers --------------------------------------------------------------------------------------------------

    def _answer(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        return {"timezone": self._engine.book.timetable.timezone, "overrides": rows}

    async def _told(self, ids: Sequence[int], count: int | None, *, ended: set[int]) -> dict[str, Any]:
        book, now = self._engine.book, self._clock.now()
        rows = await self._read(lambda conn: overridelist.of_ids(conn, ids))
        waiting = await self._read(history.newest_open)

        def tell() -> list[dict[str, Any]]:
            told = []
            for row in reversed(rows):
                override = from_row(row.row)
                stays = [one.to_json() for one in waiting if override.pool_no in (None, one.pool_no)]
                gone = [run for run in row.to_json(now)["runs"] if run["run"] in ended]
                seen = foreseen.foresee(book, override, max(now, override.starts_at), count)
                told.append({**row.to_json(now), **seen.to_json(), "ended": gone, "goes_on": stays[: foreseen.MOST]})
            return told

        return self._answer(await asyncio.to_thread(tell))

    async def _rehearsed(
        self, book: Book, wanted: Sequence[Wanted], call: Call, order: Order, now: datetime
    ) -> dict[str, Any]:
        """What the call would do; nothing is written."""
        if call.until is not None and call.until <= now:
            raise RefusedError(f"{call.until:%Y-%m-%d %H:%M} UTC is past", 'write the day, e.g. "tomorrow 08:00"')

        def tell() -> list[dict[str, Any]]:
            return [_rehearsal(book, _as_if(one, order, now), now, call.count) for one in wanted]

        return self._answer(await asyncio.to_thread(tell))

    async def _read(self, question: Callable[[Connection], T]) -> T:
        def ask() -> T:
            with self._ledger.reader() as conn:
                return question(conn)

        return await asyncio.to_thread(ask)


def _put(conn: Connection, book: Book, now: datetime, **asked: Any) -> overriding.Overridden:
    return overriding.put(conn, book, asked["wanted"], asked["order"], now, seen=asked["seen"])


def _require_an_end(call: Call) -> None:
    if call.kind.is_hold and call.until is None:
        raise WrongCallError("a hold has an end", "--until T")
    if call.kind is Kind.SKIP and (call.until is None) == (call.count is None):
        raise WrongCallError("a skip is of the next so many actions, or until an instant", "--next N, or --until T")


def _wanted(book: Book, call: Call, now: datetime) -> list[Wanted]:
    """One override for each pool that is meant; one for all of them where all are, unless it is counted."""
    if call.pools is None and call.count is None:
        return [Wanted(None, call.kind, call.until, call.action, call.kind.is_hold and call.enforces)]
    pools = book.timetable.pools if call.pools is None else pools_called(book.timetable, call.pools)
    return [
        Wanted(
            book.numbers[pool.project, pool.key],
            call.kind,
            call.until if call.count is None else _end_of(book, pool, call, now),
            call.action,
            call.kind.is_hold and call.enforces,
        )
        for pool in pools
        if call.pools is not None or call.count is None or _comes(book, pool, call, now)
    ]


def _comes(book: Book, pool: Pool, call: Call, now: datetime) -> bool:
    return bool(foreseen.next_of(book.timetable, pool, call.action, now, 1))


def _end_of(book: Book, pool: Pool, call: Call, now: datetime) -> datetime:
    """Just after the last of the occurrences that are to be skipped."""
    coming = foreseen.next_of(book.timetable, pool, call.action, now, call.count or 1)
    if not coming:
        what = call.action or "action"
        raise RefusedError(f"pool {pool.key} has no {what} to come", f"poolpower plan --pool {pool.key} shows what has")
    return coming[-1].scheduled_at + WHOLE


def _as_if(wanted: Wanted, order: Order, now: datetime) -> Override:
    """The override that would be put on."""
    return Override(0, wanted.pool_no, wanted.kind, wanted.action, now, wanted.ends_at, order.reason, order.who)


def _rehearsal(book: Book, override: Override, now: datetime, count: int | None) -> dict[str, Any]:
    named = {number: of for of, number in book.numbers.items()}
    project, key = (None, None) if override.pool_no is None else named[override.pool_no]
    return {
        "override": None,
        "project": project,
        "pool": key,
        "kind": str(override.kind),
        "action": None if override.action is None else str(override.action),
        "from": instant(override.starts_at),
        "until": None if override.ends_at is None else instant(override.ends_at),
        **foreseen.foresee(book, override, now, count).to_json(),
    }
