"""The ledger's one writer: gathers changes on the event loop and commits them in groups on a thread of its own.

A durable commit waits for the disk; a thousand of them one after the other wait a thousand times. So what is asked
for within half a millisecond, or while the group before is on its way, becomes one transaction (protocol 7.1). The
thread is entered once a group and the loop is woken once a group: a writer thread that runs beside a busy loop costs
more in the hand-over of the interpreter's lock than the SQL itself.

What a waiter gets, and when:

- its result, once its group is committed and on the disk, never before;
- what its own unit raised: the unit alone is taken back, the rest of the group is committed;
- ``LedgerUnavailable`` where the commit did not work: its change may or may not be there. ``failing`` says so until a
  change has been committed again, and the reserve is not made anew before (7.2);
- nothing where it was cancelled: before the hand-over its order is dropped, afterwards it is carried out unheard.

Units and bulks run on the writer's thread, possibly more than once (see ``committing``): no effect but on the ledger.
"""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from daemon.ledger.committing import GroupCommit
from daemon.ledger.errors import LedgerClosed, LedgerError, LedgerUnavailable
from daemon.ledger.orders import ItemOrder, Outcome, UnitOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from daemon.ledger.committing import Checkpoint
    from daemon.ledger.orders import Order
    from daemon.ledger.reserve import Reserve

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item

GATHER = 0.0005
"""Seconds that the first order of a group waits for company."""

LARGEST_GROUP = 1000
"""Orders in one transaction at most: one that takes long makes all of them wait."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What the writer has done since it was made.

    Attributes:
        groups: transactions committed.
        orders: units and items in them.
        failed: groups of which nothing may be assumed.
    """

    groups: int = 0
    orders: int = 0
    failed: int = 0


class Writer:
    """Takes orders from one event loop; ``aclose`` it when done."""

    def __init__(self, path: Path, reserve: Reserve, *, gather: float = GATHER) -> None:
        """Nothing is opened and no thread started before the first order.

        Args:
            path: the ledger, migrated.
            reserve: freed when the disk is full.
            gather: seconds that the first order of a group waits for company.
        """
        self._commit = GroupCommit(path, reserve)
        self._gather = gather
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger-writer")
        self._waiting: list[Order] = []
        self._timer: asyncio.TimerHandle | None = None
        self._under_way = False
        self._closed = False
        self._idle: asyncio.Future[None] | None = None
        self._failing: LedgerUnavailable | None = None
        self._committed = Committed()

    @property
    def failing(self) -> LedgerUnavailable | None:
        """Why the last commit did not work; None once a change has been committed since."""
        return self._failing

    @property
    def committed(self) -> Committed:
        """Counters for health and metrics."""
        return self._committed

    async def do(self, unit: Callable[[Connection], T]) -> T:
        """Carry out a unit and return its result once it is on the disk.

        Raises:
            LedgerUnavailable: the commit did not work, or the writer is closed.
            Exception: what the unit raised; nothing of it is in the ledger.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._take(UnitOrder(future, unit))
        return cast("T", await future)

    async def add(self, bulk: Callable[[Connection, Sequence[I]], Sequence[T]], item: I) -> T:
        """Carry out one item of a bulk, in one call with the items that others ask for meanwhile.

        Args:
            bulk: takes items and returns as many results, in their order. Items meet only under the same function,
                so pass one that lives in a module, not a lambda or a partial made for the call.
            item: handed to it.

        Raises:
            LedgerUnavailable: the commit did not work, or the writer is closed.
            Exception: what the bulk raised for this item alone; nothing of it is in the ledger.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._take(ItemOrder(future, bulk, item))
        return cast("T", await future)

    async def checkpoint(self) -> Checkpoint:
        """Empty the write-ahead log, between two groups, where no reader stands in the way.

        Raises:
            LedgerUnavailable: it could not be written, or the writer is closed.
        """
        if self._closed:
            raise _closed()
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit.checkpoint)

    async def aclose(self) -> None:
        """Commit what is waiting, then close the connection and end the thread. To call it again does nothing."""
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        if self._waiting or self._under_way:
            self._idle = loop.create_future()
            if not self._under_way:
                self._hand_over()
            await self._idle
        await loop.run_in_executor(self._thread, self._commit.close)
        self._thread.shutdown()

    def _take(self, order: Order) -> None:
        if self._closed:
            raise _closed()
        self._waiting.append(order)
        if not self._under_way and self._timer is None:
            self._timer = order.future.get_loop().call_later(self._gather, self._hand_over)

    def _hand_over(self) -> None:
        """Give the thread its next group: what waits, less what nobody waits for any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        wanted = [order for order in self._waiting if not order.future.done()]
        group, self._waiting = wanted[:LARGEST_GROUP], wanted[LARGEST_GROUP:]
        if group:
            self._under_way = True
            self._thread.submit(self._carry_out, group, group[0].future.get_loop())
        elif self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _carry_out(self, group: list[Order], loop: asyncio.AbstractEventLoop) -> None:
        """On the thread: one transaction, then one call back into the loop."""
        try:
            outcomes, changed = self._commit.carry_out(group)
        except LedgerUnavailable as error:
            self._call_back(loop, self._give_up, group, error)
        except Exception as error:  # noqa: BLE001 - the thread must survive whatever a group does to it
            broken = LedgerUnavailable(f"the writer broke on a group: {error!r}", "report it as a fault of poolpower")
            broken.__cause__ = error
            self._call_back(loop, self._give_up, group, broken)
        else:
            self._call_back(loop, self._hand_back, outcomes, changed)

    @staticmethod
    def _call_back(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *arguments: Any) -> None:
        # A loop that is closed has nobody left who waits; what was committed is in the ledger all the same.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(callback, *arguments)

    def _hand_back(self, outcomes: list[Outcome], changed: bool) -> None:
        """On the loop: give every waiter its result."""
        done = self._committed
        self._committed = Committed(done.groups + 1, done.orders + len(outcomes), done.failed)
        if changed:
            self._failing = None
        for outcome in outcomes:
            future = outcome.order.future
            if future.done():
                continue
            if outcome.error is None:
                future.set_result(outcome.value)
            else:
                future.set_exception(_raisable(outcome.error))
        self._go_on()

    def _give_up(self, group: list[Order], error: LedgerUnavailable) -> None:
        """On the loop: tell every waiter that nothing may be assumed."""
        done = self._committed
        self._committed = Committed(done.groups, done.orders, done.failed + 1)
        self._failing = error
        for order in group:
            if not order.future.done():
                order.future.set_exception(_copied(error))
        self._go_on()

    def _go_on(self) -> None:
        self._under_way = False
        if self._closed:
            self._hand_over()
        else:
            # After the waiters just woken have run, so that what they ask for next joins what came meanwhile.
            asyncio.get_running_loop().call_soon(self._hand_over_next)

    def _hand_over_next(self) -> None:
        if not self._under_way:
            self._hand_over()


def _closed() -> LedgerClosed:
    return LedgerClosed("the ledger is closed, nothing more is written to it")


def _copied(error: LedgerUnavailable) -> LedgerUnavailable:
    """One exception for each waiter: they are raised in different tasks and gather their own tracebacks."""
    copy = type(error)(error.message, error.hint)
    copy.__cause__ = error.__cause__
    return copy


def _raisable(error: Exception) -> Exception:
    """A future cannot carry StopIteration."""
    if isinstance(error, StopIteration):
        replacement = LedgerError("a unit raised StopIteration")
        replacement.__cause__ = error
        return replacement
    return error
