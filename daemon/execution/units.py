"""Units of work that need the version in force: made with it, made again where another came into force meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from daemon.execution import ticking
from daemon.ledger.book import Book, StaleBookError
from daemon.ledger.errors import LedgerUnavailable
from daemon.ledger.states import Origin

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.execution.clocks import Clock
    from daemon.execution.manual import Done
    from daemon.execution.roster import Roster
    from daemon.execution.ticking import Ticked
    from daemon.ledger.writer import Writer

T = TypeVar("T")
D = TypeVar("D", bound="Done")

TURNS = 1000
"""Turns of the event loop in which an acceptance that is committed is certain to be known here."""


class Units:
    """Runs units against the version in force, and hands on what they claimed.

    Attributes:
        book: the version in force.
        hold_ends_at: when the first hold ends whose end calls for a word, as of the last tick, or None.
    """

    def __init__(self, writer: Writer, clock: Clock, roster: Roster) -> None:
        """There is no version in force before ``book`` is set."""
        self.writer = writer
        self.book: Book
        self.hold_ends_at: datetime | None = None
        self._clock = clock
        self._roster = roster

    async def do(self, unit: Callable[[Connection, Book, datetime], T]) -> T:
        """Carry out a unit with the version in force; the instant is read where the transaction runs.

        Raises:
            LedgerUnavailable: it could not be committed.
        """
        while True:
            book = self.book
            try:
                return await self.writer.do(lambda conn: unit(conn, book, self._clock.now()))  # noqa: B023
            except StaleBookError:
                await self._newer_than(book)

    async def _newer_than(self, book: Book) -> None:
        """Wait for the version that was accepted meanwhile: its caller is about to set it.

        Raises:
            LedgerUnavailable: nobody does. An acceptance was reported as failed and was committed all the same;
                accepting it again finds that out.
        """
        for _ in range(TURNS):
            if self.book is not book:
                return
            await asyncio.sleep(0)
        raise LedgerUnavailable("the ledger has a newer version than the one known here", "reload the schedule file")

    async def tick(self) -> None:
        """Claim everything up to now, chunk by chunk (protocol 1.2).

        Raises:
            LedgerUnavailable: it could not be committed; nothing is lost, the next tick claims the same.
        """
        while True:
            ticked = await self.do(ticking.tick)
            self.absorb(ticked)
            if not ticked.is_behind:
                return

    def absorb(self, ticked: Ticked) -> None:
        """Let what was claimed wait for its turn, and forget what was ended."""
        for run in ticked.waiting:
            self._roster.wait(run, doubtful=run.origin is Origin.ENFORCE)
        self._roster.all_ended(ticked.ended)
        if ticked is not ticking.NOTHING:
            self.hold_ends_at = ticked.hold_ends_at

    async def order(self, unit: Callable[[Connection, Book, datetime], D]) -> D:
        """Carry out what somebody asks for, once everything that was due before it is claimed (1.2).

        Raises:
            RefusedError: it is pointless, with the reason.
            LedgerUnavailable: nothing was done.
        """
        while True:
            done = await self.do(unit)
            self.absorb(done.ticked)
            if not done.ticked.is_behind:
                break
        self._roster.all_ended(done.ended)
        for run in done.fresh:
            self._roster.wait(run, doubtful=done.is_doubtful)
        for run in done.judged:
            self._roster.forget(run.id, run.project)
            self._roster.follow(run, 0.0)
        return done
