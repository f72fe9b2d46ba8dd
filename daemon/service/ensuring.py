"""``ensure``: manual runs of what the schedule calls for at this moment, and what is left alone, and why."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from daemon.execution import ensuring
from daemon.execution.calledfor import called_for
from daemon.execution.overriding import OutdatedError, Seen
from daemon.ledger import history
from daemon.ledger.claims import Asked
from daemon.service.asking import pools_called
from daemon.service.foreseen import occurrence_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.execution.clocks import Clock
    from daemon.execution.engine import Engine
    from daemon.ledger.book import Book
    from daemon.ledger.overriding import Order
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.pools import Pool

    Read = Callable[[Callable[[Connection], Any]], Awaitable[Any]]

NO_WORD = "its schedule has called for nothing in 400 days"


class Ensurer:
    """Brings pools to what their schedule calls for."""

    def __init__(self, engine: Engine, clock: Clock, read: Read) -> None:
        """Know whom to ask; ``read`` asks the ledger on a thread."""
        self._engine = engine
        self._clock = clock
        self._read = read

    async def ensure(self, names: Sequence[str] | None, order: Order, *, is_rehearsal: bool) -> list[dict[str, Any]]:
        """Make the runs; a row for each pool, with its run or the reason for none.

        Args:
            names: of the pools; None for all.
            order: who asks, why, and under which request id.
            is_rehearsal: say what would be done, and do nothing.

        Raises:
            NotFoundError: no pool is meant.
            LedgerUnavailable: nothing was made.
        """
        while True:
            book, now = self._engine.book, self._clock.now()
            pools = list(book.timetable.pools) if names is None else pools_called(book.timetable, names)
            numbers = [book.numbers[pool.project, pool.key] for pool in pools]
            words = await self._read(partial(_words, book=book, numbers=numbers, now=now))
            if is_rehearsal:
                left = await self._read(partial(_left, words=words, now=now))
                return [_row(book, pool, words, left, {}) for pool in pools]
            wanted = [_asked(numbers_of, words[numbers_of], order) for numbers_of in numbers if numbers_of in words]
            unit = partial(_ensure, wanted=wanted, seen=Seen(book.version, now))
            try:
                done = await self._engine.units.order(unit)
            except OutdatedError:
                continue
            made = {run.pool_no: run.id for run in done.made}
            rows = await self._read(partial(_rows, made=made))
            return [_row(book, pool, words, dict(done.left), rows) for pool in pools]


def _words(conn: Connection, book: Book, numbers: Sequence[int], now: datetime) -> dict[int, Occurrence]:
    return called_for(conn, book, numbers, now)


def _left(conn: Connection, words: Mapping[int, Occurrence], now: datetime) -> dict[int, str]:
    return ensuring.reasons_to_leave(conn, {number: word.action for number, word in words.items()}, now)


def _ensure(conn: Connection, book: Book, now: datetime, **asked: Any) -> ensuring.Ensured:
    return ensuring.ensure(conn, book, asked["wanted"], asked["seen"], now)


def _rows(conn: Connection, made: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    found = {number: history.show(conn, run) for number, run in made.items()}
    return {number: detail.record.to_json() for number, detail in found.items() if detail is not None}


def _asked(number: int, word: Occurrence, order: Order) -> Asked:
    return Asked(
        pool_no=number,
        project=word.pool.project,
        pool=word.pool.key,
        pool_id=word.pool.pool_id,
        action=word.action,
        type=word.type,
        request=order.request,
        retry_for=word.retry_for,
        catch_up=word.catch_up,
        reason=order.reason,
        who=order.who,
    )


def _row(
    book: Book,
    pool: Pool,
    words: Mapping[int, Occurrence],
    left: Mapping[int, str],
    runs: Mapping[int, dict[str, Any]],
) -> dict[str, Any]:
    number = book.numbers[pool.project, pool.key]
    word = words.get(number)
    return {
        "project": pool.project,
        "pool": pool.key,
        "word": None if word is None else occurrence_json(word),
        "run": runs.get(number),
        "left": NO_WORD if word is None else left.get(number),
    }
