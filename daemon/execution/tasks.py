"""The tasks under way: each guarded, so that one run that fails inside us stops nothing else (protocol 4.13)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from daemon.ledger import runs as ledger_runs
from daemon.ledger.errors import LedgerUnavailable
from daemon.ledger.outcomes import Settling, settle
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.roster import Roster
    from daemon.ledger.runs import Run
    from daemon.ledger.writer import Writer

FAULTS_ALLOWED = 3
"""A run that raises inside us this often is set aside."""
AGAIN_AFTER = 15.0


class Tasks:
    """Starts tasks, holds them, and ends them when the daemon stops."""

    def __init__(self, writer: Writer, roster: Roster, clock: Clock, log: Logger) -> None:
        """Begin with none."""
        self._writer = writer
        self._roster = roster
        self._clock = clock
        self._log = log
        self._attempts: set[asyncio.Task[None]] = set()
        self._others: set[asyncio.Task[None]] = set()

    def start(self, run: Run, work: Coroutine[None, None, None], *, is_attempt: bool = False) -> None:
        """Do something for a run, which is live from this instant until it is done."""
        self._roster.live.add(run.id)
        self._hold(run, work, self._attempts if is_attempt else self._others)

    def start_chore(self, work: Coroutine[None, None, None]) -> None:
        """Do something for nobody in particular."""
        self._hold(None, work, self._others)

    def _hold(self, run: Run | None, work: Coroutine[None, None, None], where: set[asyncio.Task[None]]) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(run, work, where))
        where.add(task)

        def over(task: asyncio.Task[None]) -> None:
            where.discard(task)
            work.close()  # one that was cancelled before its first step has not begun it

        task.add_done_callback(over)

    async def drain(self, seconds: float) -> int:
        """Let the requests in flight finish, at most this long, and end the rest; gives how many did not finish."""
        await _cancel(self._others)
        unfinished = 0
        if self._attempts:
            _, pending = await asyncio.wait(list(self._attempts), timeout=seconds)
            unfinished = len(pending)
        await _cancel(self._attempts)
        await _cancel(self._others)
        return unfinished

    async def _guarded(
        self, run: Run | None, work: Coroutine[None, None, None], where: set[asyncio.Task[None]]
    ) -> None:
        try:
            await work
            if run is not None:
                self._went_well(run, where)
        except LedgerUnavailable as error:
            self._log.error("ledger.unavailable", error=error.message, run=run.id if run else None)
            await self._put_back(run)
        except Exception:  # noqa: BLE001 - a fault of ours must not stop anything else; its trace is logged (4.13)
            self._log.exception("internal.fault", run=run.id if run else None)
            if run is not None:
                await self.fault(run)
        finally:
            if run is not None:
                self._roster.live.discard(run.id)

    def _went_well(self, run: Run, where: set[asyncio.Task[None]]) -> None:
        """Forget its faults; not for a look before it is sent again, after which the attempt raises as before."""
        if where is self._attempts or run.state is not State.PENDING:
            self._roster.faults.pop(run.id, None)

    async def fault(self, run: Run) -> None:
        """A run raised inside us: it comes again later, or is set aside where it keeps doing so (4.13)."""
        faults = self._roster.faults
        faults[run.id] += 1
        if faults[run.id] < FAULTS_ALLOWED:
            await self._put_back(run)
            return
        try:
            await self._set_aside(run)
        except LedgerUnavailable:
            self._log.error("run.not_set_aside", run=run.id)
            await self._put_back(run)

    async def _set_aside(self, run: Run) -> None:
        reason = "internal: it kept failing inside poolpower; the trace is in the log (internal.fault)"
        for known in await self._writer.do(lambda conn: ledger_runs.read(conn, [run.id])):
            if known.state.is_open:
                failed = replace(known, state=State.FAILED)
                settled = await self._writer.add(settle, Settling(failed, reason, self._clock.now(), found=known.state))
                if settled.moved_on:
                    self._roster.moved_on(settled.run)
                else:
                    self._roster.ended(failed, State.FAILED, reason)
        self._roster.faults.pop(run.id, None)

    async def _put_back(self, run: Run | None) -> None:
        """Let it come again as the ledger has it; a run that was being sent is left to the sweep (5.3)."""
        if run is None:
            return
        try:
            found = await self._writer.do(lambda conn: ledger_runs.read(conn, [run.id]))
        except LedgerUnavailable:
            found = [run]  # as it was handed to us: where that is wrong, its gate or its look will find out
        for known in found:
            if known.state is State.PENDING:
                self._roster.rest(known, AGAIN_AFTER)
            elif known.state is State.ACCEPTED:
                self._roster.follow(known, AGAIN_AFTER)
            elif not known.state.is_open:
                self._roster.forget(known.id, known.project)


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    waiting = list(tasks)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
