"""Execution, put together: one value that the service starts, wakes, asks and stops.

::

    tick ──▶ roster ──▶ pump ──▶ gate ──▶ sender ──▶ roster ──▶ looker ──▶ …
              (index of what the ledger holds)

Everything durable happens in units of the ledger's writer; everything in memory can be lost at any instant and is made
again from the ledger by ``recovery``.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError
from daemon.execution import accepting, manual, recovery, restoring
from daemon.execution.backoff import Backoff
from daemon.execution.lanes import Lane
from daemon.execution.leaving import Leaving
from daemon.execution.limiter import WINDOW, Limiter
from daemon.execution.looking import Looker
from daemon.execution.pump import Pump
from daemon.execution.roster import Roster
from daemon.execution.searching import Searcher
from daemon.execution.sending import Sender
from daemon.execution.tasks import Tasks
from daemon.execution.units import Units
from daemon.ledger import claims, gates, pools, recovering
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.accepting import Accepted, Candidate, Move
    from daemon.execution.clocks import Clock
    from daemon.execution.recovery import Found
    from daemon.execution.restoring import Restored
    from daemon.execution.tuning import Tuning
    from daemon.ledger.book import Book
    from daemon.ledger.claims import Asked
    from daemon.ledger.runs import Run
    from daemon.ledger.writer import Writer
    from daemon.timetable.pools import Project
    from daemon.workspace.port import Workspace

    OpenWorkspace = Callable[[str, Lane], Workspace]


class Engine:
    """Carries out what a timetable calls for. Made whole, then ``accept`` or ``resume``, then ``start``."""

    def __init__(
        self,
        *,
        writer: Writer,
        clock: Clock,
        open_workspace: OpenWorkspace,
        log: Logger,
        tuning: Tuning,
        draw: Callable[[], float],
    ) -> None:
        """Put the parts together; nothing runs yet.

        Args:
            writer: the ledger's.
            clock: the two clocks.
            open_workspace: makes the API of a project; it is handed the lane, which admits its looks.
            log: where events go.
            tuning: what the settings say.
            draw: a uniform random number of [0, 1), for jitter.
        """
        self.lanes: dict[str, Lane] = {}
        self._open_workspace = open_workspace
        self._writer = writer
        self._clock = clock
        self._log = log
        self._tuning = tuning
        self._wake = asyncio.Event()
        self._limiter = Limiter(tuning.writes_per_minute, tuning.reads_per_minute)
        self.roster = Roster(self.lanes, clock, self._wake.set, log)
        self.units = Units(writer, clock, self.roster)
        self._tasks = Tasks(writer, self.roster, clock, log)
        self.pump = self._make_pump(draw)
        self._pumping: asyncio.Task[None] | None = None
        self._leaving = Leaving(self.lanes, writer, clock, log, request_timeout=tuning.timing.request_timeout)

    def _make_pump(self, draw: Callable[[], float]) -> Pump:
        tuning, timing = self._tuning, self._tuning.timing
        writer, roster, clock, log = self._writer, self.roster, self._clock, self._log
        backoff = Backoff(tuning.backoff_first, tuning.backoff_max, draw)
        sender = Sender(writer=writer, roster=roster, clock=clock, backoff=backoff, timing=timing, log=log)
        looker = Looker(
            writer=writer, roster=roster, sender=sender, clock=clock, backoff=backoff, timing=timing, log=log, draw=draw
        )
        return Pump(
            lanes=self.lanes,
            roster=roster,
            units=self.units,
            sender=sender,
            looker=looker,
            searcher=Searcher(writer=writer, roster=roster, sender=sender, clock=clock, timing=timing, log=log),
            tasks=self._tasks,
            clock=clock,
            wake=self._wake,
            log=log,
            settle_anew=self._settle_anew,
            observes=tuning.observes,
        )

    @property
    def book(self) -> Book:
        """The version in force."""
        return self.units.book

    def next_after(self, instant: datetime) -> datetime | None:
        """When something is due next, later than this: an occurrence, or the end of a hold."""
        ends_at = self.units.hold_ends_at
        coming = (self.book.timetable.next_after(instant), ends_at if ends_at and ends_at > instant else None)
        return min((one for one in coming if one is not None), default=None)

    @property
    def has_version(self) -> bool:
        """Whether any version has come into force."""
        return hasattr(self.units, "book")

    # --- versions -------------------------------------------------------------------------------------------------

    def resume(self, book: Book) -> None:
        """Take up the version that the ledger has in force; nothing is claimed yet.

        Raises:
            PoolpowerError: one of its projects cannot be reached with the settings.
        """
        for project in book.timetable.projects:
            self._open_lane(project)
        self._take(book, {})

    async def accept(self, candidate: Candidate, *, moved_since: datetime | None = None) -> Accepted:
        """Bring a version into force (protocol 3.1).

        Args:
            candidate: the version; the caller has decided that it is to be accepted.
            moved_since: zone data changed since the version in force was accepted then: what it placed after the
                watermark may now lie before it, and is claimed now (3.2).

        Raises:
            LedgerUnavailable: it could not be committed; the old version stays, unless the commit was there all the
                same: accepting it again then finds that out.
            PoolpowerError: one of its projects cannot be reached with the settings; the old version stays.
        """
        for project in candidate.timetable.projects:
            self._open_lane(project)
        opened = self._reopen(candidate.timetable.projects)
        # Not to be left half done: once committed, every unit needs the new version, whoever stopped waiting for it.
        acceptance = asyncio.ensure_future(self._accept(candidate, opened, moved_since))
        self._leaving.wait_for(acceptance)
        return await asyncio.shield(acceptance)

    async def _accept(
        self, candidate: Candidate, opened: Mapping[str, Workspace], moved_since: datetime | None
    ) -> Accepted:
        old = self.book if self.has_version else None
        moves = await asyncio.to_thread(self._moves, old, candidate, moved_since)
        while True:
            accepted = await self._writer.do(
                lambda conn: accepting.accept(conn, old, candidate, moves, self._clock.now())
            )
            if accepted.book is not None:
                self._take(accepted.book, opened)
            self.units.absorb(accepted.ticked)
            if accepted.book is not None:
                break
        self.roster.all_ended(accepted.withdrawn)
        for run in accepted.moved:
            self.roster.wait(run)
        return accepted

    def _moves(self, old: Book | None, candidate: Candidate, moved_since: datetime | None) -> tuple[Move, ...]:
        if old is None:
            return ()
        now = self._clock.now()
        if moved_since is None:
            return accepting.moves(old, candidate.timetable, now)
        since = max(moved_since, now - claims.WALL_TIMES_REPEAT_WITHIN)
        return accepting.moved_by_zone_data(old, candidate.timetable, since, now)

    def _reopen(self, projects: Mapping[str, Project]) -> dict[str, Workspace]:
        """Open anew the projects whose region or id a version changes: before its commit, because it may fail."""
        before = self.book.timetable.projects if self.has_version else {}
        changed = [name for name, project in projects.items() if before.get(name, project) != project]
        return {name: self._open_workspace(name, self.lanes[name]) for name in changed}

    def _take(self, book: Book, opened: Mapping[str, Workspace]) -> None:
        for name, workspace in opened.items():
            self._leaving.replace(self.lanes[name], workspace)
        self.units.book = book

    def _open_lane(self, project: str) -> None:
        if project in self.lanes:
            return
        lane = Lane(
            project,
            self._limiter,
            self._clock,
            self._wake.set,
            concurrency=self._tuning.concurrency,
            probe_every=self._tuning.timing.probe_every,
        )
        lane.workspace = self._open_workspace(project, lane)
        self.lanes[project] = lane

    # --- start, recovery, end -------------------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether the gates are open."""
        return self._pumping is not None and not self._pumping.done()

    async def start(self, restored: Restored | None = None) -> None:
        """Claim up to now, settle every open row, open the gates (protocol 5.1).

        Args:
            restored: what is known of the ledger's restoration, where it was restored (5.5).

        Raises:
            LedgerUnavailable: the ledger cannot be written.
        """
        await self._seed_limiter()
        await self.units.tick()
        if restored is not None:
            ended = await self._writer.do(lambda conn: restoring.settle(conn, restored, self._clock.now()))
            self._log.error("ledger.restored", alive_until=restored.alive_until, runs=len(ended))
            self.roster.all_ended(ended)
        await self._recover()
        self._pumping = asyncio.create_task(self.pump.run(), name="pump")

    async def _seed_limiter(self) -> None:
        now, elapsed = self._clock.now(), self._clock.elapsed()
        since = now - timedelta(seconds=WINDOW)
        for key, sent in (await self._writer.do(lambda conn: recovering.sent_since(conn, since))).items():
            self._limiter.log(key, writes=True).seed(elapsed - max(0.0, (now - at).total_seconds()) for at in sent)

    async def _recover(self, only: set[int] | None = None) -> None:
        live = {*self.roster.live, *self.roster.searching}
        recovered = await self._writer.do(
            lambda conn: recovery.recover(
                conn, self._clock.now(), self._tuning.timing, self._tuning.backoff_max, live=live, only=only
            )
        )
        self.roster.all_ended(recovered.ended)
        unreachable = []
        for found in recovered.found:
            try:
                self._open_lane(found.run.project)
            except PoolpowerError as error:
                unreachable.append(recovery.unreachable(found.run, error.message))
            else:
                self._place(found)
        if unreachable:
            endings = [(gone.run.id, gone.state, gone.reason) for gone in unreachable]
            await self._writer.do(lambda conn: gates.end(conn, endings, self._clock.now()))
            self.roster.all_ended(unreachable)

    async def _settle_anew(self) -> None:
        await self.units.tick()
        await self._recover()

    def _place(self, found: Found) -> None:
        run, now = found.run, self._clock.now()
        if run.state is State.ACCEPTED:
            since = found.followed_since or now
            age = max(0.0, (now - since).total_seconds())
            self.roster.follow(run, 0.0, self._clock.elapsed() - age)
        elif run.state is State.ATTEMPTING and found.attempt is not None:
            self.roster.search(run, found.attempt.id, found.attempt.sent_at, self._tuning.timing.search_for)
        elif run.next_attempt_at is not None and run.next_attempt_at > now:
            self.roster.rest(run, (run.next_attempt_at - now).total_seconds(), doubtful=True)
        else:
            self.roster.wait(run)

    async def tick(self) -> None:
        """Do what every wake-up does: claim up to now, and see what can be sent (1.1).

        Whether the wake-up is a late one the pump notices by itself, before it opens a gate.

        Raises:
            LedgerUnavailable: nothing was claimed; the next tick claims the same.
        """
        await self.units.tick()
        self._wake.set()

    async def sweep(self) -> int:
        """Treat attempts that no task has in hand any more like ones found at a start (5.3); gives how many.

        A run that waits or is followed in the ledger and is nowhere here is put where it belongs; unneeded lanes go.
        """
        live = {*self.roster.live, *self.roster.searching}
        overdue = await self._writer.do(
            lambda conn: recovery.overdue_attempts(conn, self._clock.now(), self._tuning.timing, live)
        )
        if overdue:
            self._log.error("attempts.orphaned", runs=sorted(overdue))
            await self._recover(overdue)
        before = self.roster.held()
        found = await self._writer.do(lambda conn: recovery.astray(conn, before))
        held = self.roster.held()  # what was placed meanwhile is where it belongs
        astray = [one for one in found if one.run.id not in held and one.run.project in self.lanes]
        if astray:
            self._log.error("runs.astray", runs=[one.run.id for one in astray])
        for one in astray:
            self._place(one)
        for lane in self.lanes.values():  # a pool that was freed unnoticed must not hold up what waits for it
            lane.waiting.unblock_all()
        self._wake.set()
        await self._leaving.let_go(self.book.timetable.projects if self.has_version else ())
        return len(overdue)

    async def stop(self, seconds: float) -> None:
        """Take nothing new, let requests in flight finish for at most this long, close the connections."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        if self._pumping is not None:
            self.pump.end()  # not cancelled: a gate whose commit is under way would leave an attempt nobody makes
            await asyncio.wait([self._pumping], timeout=seconds)
            self._pumping.cancel()
            with suppress(asyncio.CancelledError):
                await self._pumping
        unfinished = await self._tasks.drain(max(0.0, until - loop.time()))
        if unfinished:
            self._log.warning("stop.unfinished", attempts=unfinished)
        await self._leaving.aclose()

    # --- what people ask for --------------------------------------------------------------------------------------

    async def ask(self, wanted: Sequence[Asked]) -> tuple[Run, ...]:
        """Make manual runs; a call repeated under its request id gives the same runs.

        Raises:
            RefusedError: it is pointless, with the reason.
            LedgerUnavailable: nothing was made.
        """
        return (await self.units.order(lambda conn, book, now: manual.ask(conn, book, wanted, now))).made

    async def cancel(self, run: int, why: str) -> Run:
        """End a waiting run; one that may have been carried out is not sent any more and judged by its desktops.

        Args:
            run: its id.
            why: the words in which its reason says who cancelled it, and why; a repeated call has the same.

        Raises:
            RefusedError: there is none of this id, or it is not waiting.
            LedgerUnavailable: nothing was changed.
        """
        return (await self.units.order(lambda conn, book, now: manual.cancel(conn, book, run, why, now))).made[0]

    async def resolved(self, ids: Mapping[int, str], version: int) -> dict[int, str]:
        """Store ids that a listing of the cloud gave; what waited for one has its turn, and nothing else (4.8).

        Args:
            ids: by ``pools.no``.
            version: whose pools were looked up; nothing is stored where another one has come into force meanwhile.

        Returns:
            Those refused, by ``pools.no``, with the reason.
        """

        def unit(conn: Connection, book: Book, now: datetime) -> tuple[Book, dict[int, str]]:
            if book.version != version:
                return book, {}
            refused = pools.shared(book.timetable, book.numbers, ids)
            pools.resolve(conn, {no: id_ for no, id_ in ids.items() if no not in refused}, now)
            return replace(book, timetable=book.timetable.with_pool_ids(pools.ids(conn))), refused

        book, refused = await self.units.do(unit)
        if self.book.version == book.version:
            before, self.units.book = self.book, book
            changed = set(book.timetable.pools) - set(before.timetable.pools)
            for lane in self.lanes.values():
                lane.waiting.wake({book.numbers[pool.project, pool.key] for pool in changed})
            self._wake.set()
        return refused
