"""The one loop that lets things happen: gates for the runs whose turn it is, looks and searches that are due.

A turn goes through the lanes: runs as there are tokens and slots for, at most half of all slots, so that one half's
requests run while the other half's gates are committed; one commit for all their gates, then a task each; what slots
are left go to looks. Reboots pass one by one. Then it sleeps until the next thing is due or something wakes it. Nothing
here waits for the cloud, so that no project holds up another.

It is also what notices a late wake-up (protocol 1.1): more than a minute between two turns, which are never planned
further apart than fifteen seconds, means that the machine slept or we did. Then the open rows are settled like after
a start before any gate opens.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from daemon.execution import gate
from daemon.execution.gate import Closed, Gone, Opened, Waits
from daemon.execution.sending import call_of
from daemon.ledger.errors import LedgerUnavailable
from daemon.ledger.states import State
from daemon.workspace.port import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.gate import Decision, Passed
    from daemon.execution.lanes import Lane
    from daemon.execution.limiter import SlidingLog
    from daemon.execution.looking import Looker
    from daemon.execution.roster import Roster
    from daemon.execution.searching import Searcher
    from daemon.execution.sending import Sender
    from daemon.execution.tasks import Tasks
    from daemon.execution.units import Units
    from daemon.ledger.runs import Run

LARGEST_BATCH = 200
"""Gates in one commit at most."""
LOOKS_A_TURN = 500
LISTED_RATHER_THAN_POLLED = 5
"""From this many due looks of a project on, one listing of its pools says which are worth a look (4.7)."""
RETRY_LEDGER_AFTER = 1.0
RETRY_UNKNOWN_ID_AFTER = 15.0
LONGEST_SLEEP = 15.0
LATE = 60.0
"""Seconds between two turns from which on a wake-up counts as late (protocol 1.1)."""


class Pump:
    """Dispatches what is due, until it is told to end."""

    def __init__(
        self,
        *,
        lanes: Mapping[str, Lane],
        roster: Roster,
        units: Units,
        sender: Sender,
        looker: Looker,
        searcher: Searcher,
        tasks: Tasks,
        clock: Clock,
        wake: asyncio.Event,
        log: Logger,
        settle_anew: Callable[[], Awaitable[None]],
        observes: bool,
    ) -> None:
        """Give it everything that it moves.

        ``wake`` is set by whatever makes something due; ``settle_anew`` claims up to now and settles the open rows
        like after a start.
        """
        self._lanes = lanes
        self._roster = roster
        self._units = units
        self._sender = sender
        self._looker = looker
        self._searcher = searcher
        self._tasks = tasks
        self._clock = clock
        self._wake = wake
        self._log = log
        self._settle_anew = settle_anew
        self._observes = observes
        self._ending = asyncio.Event()
        self._is_cut_off = False
        self._last_awake = clock.elapsed()

    async def run(self) -> None:
        """Turn after turn, until ``end``. A ledger that cannot be written stops everything here until it can (7.2)."""
        self._last_awake = self._clock.elapsed()
        while not self._ending.is_set():
            self._wake.clear()
            try:
                seconds = await self.turn()
            except LedgerUnavailable as error:
                self._cut_off(error)
                await self._pause(RETRY_LEDGER_AFTER)
            except Exception:  # noqa: BLE001 - a fault of ours must not end the one loop; its trace is logged (4.13)
                self._log.exception("internal.fault", run=None)
                await self._pause(RETRY_LEDGER_AFTER)
            else:
                self._is_cut_off = False
                await self._sleep(seconds)

    def end(self) -> None:
        """Take nothing new: ``run`` returns once the turn under way is over, its commit included."""
        self._ending.set()
        self._wake.set()

    def _cut_off(self, error: LedgerUnavailable) -> None:
        if not self._is_cut_off:  # said once, not every second for as long as the disk is full
            self._log.error("ledger.unavailable", error=error.message, hint=error.hint)
        self._is_cut_off = True

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ending.wait()

    async def _sleep(self, seconds: float) -> None:
        timer = asyncio.get_running_loop().call_later(seconds, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            timer.cancel()

    async def turn(self) -> float:
        """Let everything happen that can happen now; gives the seconds until more can.

        Raises:
            LedgerUnavailable: a gate could not be committed; its runs wait again, nothing was sent.
        """
        waits = [LONGEST_SLEEP]
        for lane in list(self._lanes.values()):
            await self._settle_if_late()
            waits += await self._send_from(lane)
        self._start_looks()
        self._start_searches()
        for lane in self._lanes.values():
            waits += self._let_looks_in(lane)
        elapsed = self._clock.elapsed()
        waits += [
            seconds
            for agenda in (self._roster.looks, self._roster.searches)
            if (seconds := agenda.seconds_to_next(elapsed)) is not None
        ]
        return max(0.0, min(waits))

    async def _settle_if_late(self) -> None:
        late = self._clock.elapsed() - self._last_awake
        if late > LATE:
            self._log.warning("wake.late", seconds=round(late, 1))
            await self._settle_anew()
        self._last_awake = self._clock.elapsed()

    async def _send_from(self, lane: Lane) -> list[float]:
        """Pass the gates of one batch of a project's runs that may be sent; seconds until more may be."""
        now, elapsed = self._clock.now(), self._clock.elapsed()
        room, wait = self._room(lane, elapsed)
        batch = lane.waiting.take(min(room, lane.slots.half, LARGEST_BATCH), now, elapsed) if room else []
        if not batch:
            self._probe_by_looking(lane, elapsed)
            return [s for s in (wait, lane.waiting.seconds_to_next(now, elapsed)) if s is not None]
        certain = []
        for run in batch:
            if run.id in self._roster.doubtful and lane.condition.halt is None:
                self._roster.doubtful.discard(run.id)
                self._tasks.start(run, self._check(lane, run))
            else:
                certain.append(run)
        if certain:
            passing = {run.id for run in certain}
            self._roster.passing |= passing
            try:
                await self._pass_gates(lane, certain)
            finally:
                self._roster.passing -= passing
        return [0.0]  # there may be more; the other projects have their turn first

    def _room(self, lane: Lane, elapsed: float) -> tuple[int, float | None]:
        """How many runs may be sent now, and the seconds until a clock makes it more (None: an answer will)."""
        condition = lane.condition
        if condition.is_refreshing:
            return 0, None
        if condition.halt is not None and not condition.may_probe(elapsed):
            return 0, condition.seconds_to_probe(elapsed)
        most = lane.slots.free if condition.halt is None else min(1, lane.slots.free)
        log = lane.log(Call.ACT_ON_POOL)
        tokens = log.room(elapsed)
        if tokens == 0:
            opens = log.opens_at(elapsed)
            return 0, None if opens is None else max(0.0, opens - elapsed)
        return (most if tokens is None else min(most, tokens)), None

    async def _pass_gates(self, lane: Lane, batch: Sequence[Run]) -> None:
        call = call_of(batch[0])
        log = lane.log(call)
        if log.room(self._clock.elapsed()) == 0:  # the per-desktop call of a reboot has a log of its own
            opens = log.opens_at(self._clock.elapsed()) or self._clock.elapsed()
            for run in batch:
                self._roster.rest(run, max(0.5, opens - self._clock.elapsed()))
            return
        lane.slots.take(len(batch))
        log.take(len(batch))
        opened = 0
        try:
            committed = self._clock.elapsed()
            passed = await self._commit(lane, batch, call)
            opened = sum(isinstance(decision, Opened) for decision in passed.decisions)
        except (LedgerUnavailable, asyncio.CancelledError):
            self._wait_again(batch)
            raise
        except Exception:  # noqa: BLE001 - one run that cannot pass must not hold up the others (4.13)
            self._log.exception("gates.fault", runs=[run.id for run in batch])
            passed = None
        finally:
            lane.slots.release(len(batch) - opened)
            log.give_back(len(batch) - opened)
        if passed is None:
            await self._pass_alone(lane, batch)
            return
        if opened and lane.condition.halt is not None:
            lane.condition.begin_probe(committed)
        self._units.absorb(passed.ticked)
        if passed.ticked.is_behind:
            self._wait_again(batch)
            await self._units.tick()
            return
        self._roster.all_ended(passed.overtaken)
        for decision in passed.decisions:
            self._follow_up(lane, decision, log, committed)

    async def _pass_alone(self, lane: Lane, batch: Sequence[Run]) -> None:
        """Find out which run of a batch it is that raises inside us: each passes alone, that one is set aside."""
        if len(batch) == 1:
            self._wait_again(batch)
            await self._units.tick()  # raises where it is not this run's fault
            lane.waiting.discard(batch[0].id)
            await self._tasks.fault(batch[0])
            return
        rest = list(batch)
        try:
            while rest:
                await self._pass_gates(lane, [rest.pop(0)])
        finally:  # a commit that fails puts back its own run only
            self._wait_again(rest)

    def _wait_again(self, batch: Sequence[Run]) -> None:
        for run in batch:
            self._roster.wait(run)

    async def _commit(self, lane: Lane, batch: Sequence[Run], call: Call) -> Passed:
        ids, key = [run.id for run in batch], lane.limit_key(call)
        return await self._units.do(
            lambda conn, book, now: gate.pass_gates(conn, book, ids, key, now, observes=self._observes)
        )

    def _follow_up(self, lane: Lane, decision: Decision, log: SlidingLog, committed: float) -> None:
        run = decision.run
        match decision:
            case Opened():
                self._tasks.start(run, self._sender.attempt(lane, decision, log, committed), is_attempt=True)
            case Waits(on=gate.NO_ID):
                self._roster.rest(run, RETRY_UNKNOWN_ID_AFTER)
            case Waits(on=gate.NOT_DUE):
                self._roster.wait(run)
            case Waits():
                self._roster.block(run)
            case Closed(state=State.ACCEPTED):
                self._roster.follow(run, 0.0)
            case Closed():
                self._roster.ended(run, decision.state, decision.reason)
            case Gone() if not run.state.is_open:
                self._roster.forget(run.id, run.project)
            case Gone():
                lane.waiting.discard(run.id)  # whatever took it from here has placed it

    async def _check(self, lane: Lane, run: Run) -> None:
        """A word is to be sent again: see first whether anything is left to do."""
        if not await self._looker.is_done_already(lane, run):
            self._roster.wait(run)

    def _probe_by_looking(self, lane: Lane, elapsed: float) -> None:
        """A halted project in which nothing waits is probed by a look (4.4)."""
        if lane.condition.may_probe(elapsed) and not lane.waiting.has_ready(self._clock.now(), elapsed):
            lane.condition.begin_probe(elapsed)
            self._tasks.start_chore(self._looker.probe(lane))

    def _start_looks(self) -> None:
        due: dict[str, list[Run]] = {}
        for run in self._roster.looks.take(self._clock.elapsed(), LOOKS_A_TURN):
            due.setdefault(run.project, []).append(run)
        for project, runs in due.items():
            lane = self._lanes[project]
            if lane.condition.halt is not None:  # nothing is asked of it but by probes (4.4)
                for run in runs:
                    self._looker.later(run)
            elif len(runs) < LISTED_RATHER_THAN_POLLED:
                self._look_at(lane, runs)
            else:
                self._roster.live.update(run.id for run in runs)
                self._tasks.start_chore(self._list_before_looking(lane, runs))

    def _look_at(self, lane: Lane, runs: Iterable[Run]) -> None:
        for run in runs:
            self._tasks.start(run, self._looker.look(lane, run))

    async def _list_before_looking(self, lane: Lane, runs: Sequence[Run]) -> None:
        """Many looks are due: one listing of the project's pools says which are worth one (4.7)."""
        worth: set[int] = set()
        try:
            worth = await self._looker.worth_a_look(lane, runs)
        finally:
            self._roster.live.difference_update(run.id for run in runs)
            for run in runs:
                if run.id not in worth:
                    self._looker.later(run)
        self._look_at(lane, (run for run in runs if run.id in worth))

    def _start_searches(self) -> None:
        for search in self._roster.searches.take(self._clock.elapsed(), LOOKS_A_TURN):
            lane = self._lanes[search.run.project]
            if lane.condition.halt is not None:  # nothing is asked of it but by probes (4.4)
                self._searcher.put_off(search)
            else:
                self._tasks.start(search.run, self._searcher.look_for(lane, search))

    def _let_looks_in(self, lane: Lane) -> list[float]:
        elapsed = self._clock.elapsed()
        opens = lane.slots.admit_looks(elapsed)
        return [] if opens is None else [max(0.0, opens - elapsed)]
