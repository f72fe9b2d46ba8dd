"""The runs that wait, in memory: an index of what the ledger holds, so that nothing has to be searched for.

A run waits in one of four ways: for its time by the wall clock (a spread), for its backoff by the clock that counts
suspends, for something to happen to its pool, or, ready, for its turn: manual runs first, then by due time (4.9).
"""

from __future__ import annotations

import heapq
from enum import StrEnum, auto
from typing import TYPE_CHECKING

from daemon.execution.agenda import Agenda

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from daemon.ledger.runs import Run


class Place(StrEnum):
    """What a waiting run waits for."""

    SPREAD = auto()
    RESTING = auto()
    BLOCKED = auto()
    READY = auto()


class WaitingRuns:
    """The waiting runs of one project; a run is in one place at a time, the one it was put in last."""

    def __init__(self) -> None:
        """Begin with none."""
        self._runs: dict[int, Run] = {}
        self._place: dict[int, Place] = {}
        self._spread: list[tuple[datetime, int]] = []
        self._resting: Agenda[Run] = Agenda()
        self._blocked: dict[int, dict[int, None]] = {}
        self._ready: list[tuple[int, bool, datetime, int]] = []
        self._put_behind = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._runs)

    def __contains__(self, id_: int) -> bool:
        """Whether this run waits."""
        return id_ in self._runs

    def ids(self) -> set[int]:
        """The runs that wait."""
        return set(self._runs)

    def add(self, run: Run, now: datetime) -> None:
        """Let a run wait for its time, or for its turn where that has come."""
        if run.due_at > now:
            self._put(run, Place.SPREAD)
            heapq.heappush(self._spread, (run.due_at, run.id))
        else:
            self._make_ready(run)

    def rest(self, run: Run, until: float) -> None:
        """Let a run wait for its backoff: until this reading of the clock that counts suspends."""
        self._put(run, Place.RESTING)
        self._resting.put(run.id, until, run)

    def block(self, run: Run) -> None:
        """Let a run wait until ``unblock`` is called for its pool."""
        self._put(run, Place.BLOCKED)
        self._blocked.setdefault(run.pool_no, {})[run.id] = None

    def put_behind(self, run: Run) -> None:
        """Let a run have its turn once all that are ready now have had theirs."""
        self._put_behind += 1
        self._make_ready(run, self._put_behind)

    def unblock(self, pool_no: int) -> None:
        """Something happened to this pool: what waited for it has its turn again."""
        for id_ in self._blocked.pop(pool_no, ()):
            if self._place.get(id_) is Place.BLOCKED:
                self._make_ready(self._runs[id_])

    def unblock_all(self) -> None:
        """Let whatever waits for its pool have its turn again."""
        for pool_no in list(self._blocked):
            self.unblock(pool_no)

    def discard(self, id_: int) -> None:
        """A run does not wait any more; does nothing where it did not."""
        self._runs.pop(id_, None)
        self._place.pop(id_, None)
        self._resting.discard(id_)

    def wake(self, pools: Container[int]) -> None:
        """What rests for these pools (by number) has its turn again."""
        for id_, place in list(self._place.items()):
            if place is Place.RESTING and self._runs[id_].pool_no in pools:
                self._make_ready(self._runs[id_])

    def take(self, limit: int | None, now: datetime, elapsed: float) -> list[Run]:
        """Take the next runs whose turn it is, at most this many and at most one a pool; a reboot goes alone."""
        self._wake(now, elapsed)
        taken: dict[int, Run] = {}
        put_back = []
        while self._ready and (limit is None or len(taken) < limit):
            entry = heapq.heappop(self._ready)
            run = self._runs.get(entry[-1])
            if run is None or self._place[run.id] is not Place.READY:
                continue
            if run.pool_no in taken or (taken and not run.action.is_word):
                put_back.append(entry)
                if not run.action.is_word:
                    break
                continue
            taken[run.pool_no] = run
            if not run.action.is_word:
                break
        for entry in put_back:
            heapq.heappush(self._ready, entry)
        for run in taken.values():
            self.discard(run.id)
        return list(taken.values())

    def has_ready(self, now: datetime, elapsed: float) -> bool:
        """Whether it is any run's turn."""
        self._wake(now, elapsed)
        while self._ready and self._place.get(self._ready[0][-1]) is not Place.READY:
            heapq.heappop(self._ready)
        return bool(self._ready)

    def seconds_to_next(self, now: datetime, elapsed: float) -> float | None:
        """Seconds until a run that waits for a clock is ready; None where none does.

        Those that are ready already do not count: they wait for room, which no clock here can tell.
        """
        self._wake(now, elapsed)
        spread = (self._spread[0][0] - now).total_seconds() if self._spread else None
        waits = [wait for wait in (spread, self._resting.seconds_to_next(elapsed)) if wait is not None]
        return min(waits, default=None)

    def _put(self, run: Run, place: Place) -> None:
        self._runs[run.id] = run
        self._place[run.id] = place
        self._resting.discard(run.id)

    def _make_ready(self, run: Run, behind: int = 0) -> None:
        self._put(run, Place.READY)
        heapq.heappush(self._ready, (behind, not run.is_manual, run.due_at, run.id))

    def _wake(self, now: datetime, elapsed: float) -> None:
        while self._spread and self._spread[0][0] <= now:
            id_ = heapq.heappop(self._spread)[1]
            if self._place.get(id_) is Place.SPREAD:
                self._make_ready(self._runs[id_])
        for run in self._resting.take(elapsed, len(self._resting)):
            self._make_ready(run)
