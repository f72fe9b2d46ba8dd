"""The runs that wait, in memory: an index of what the ledger holds, so that nothing has to be searched for.

A run waits in one of four ways: for its time by the wall clock (a spread), for its backoff by the clock that counts
suspends, for something to happen to its pool, or, ready, for its turn: manual runs first, then by due time (4.9).
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.ledger.runs import Run


class WaitingRuns:
    """The waiting runs of one project."""

    def __init__(self) -> None:
        """Begin with none."""
        self._runs: dict[int, Run] = {}
        self._spread: list[tuple[datetime, int]] = []
        self._resting: list[tuple[float, int]] = []
        self._blocked: dict[int, dict[int, None]] = {}
        self._ready: list[tuple[bool, datetime, int]] = []
        self._place: dict[int, str] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._runs)

    def __contains__(self, id_: int) -> bool:
        """Whether this run waits."""
        return id_ in self._runs

    def add(self, run: Run, now: datetime) -> None:
        """Let a run wait for its time, or for its turn where that has come."""
        self._runs[run.id] = run
        if run.due_at > now:
            self._place[run.id] = "spread"
            heapq.heappush(self._spread, (run.due_at, run.id))
        else:
            self._make_ready(run)

    def rest(self, run: Run, until: float) -> None:
        """Let a run wait for its backoff: until this reading of the clock that counts suspends."""
        self._runs[run.id] = run
        self._place[run.id] = "resting"
        heapq.heappush(self._resting, (until, run.id))

    def block(self, run: Run) -> None:
        """Let a run wait until ``unblock`` is called for its pool."""
        self._runs[run.id] = run
        self._place[run.id] = "blocked"
        self._blocked.setdefault(run.pool_no, {})[run.id] = None

    def unblock(self, pool_no: int) -> None:
        """Something happened to this pool: what waited for it has its turn again."""
        for id_ in self._blocked.pop(pool_no, ()):
            if self._place.get(id_) == "blocked":
                self._make_ready(self._runs[id_])

    def discard(self, id_: int) -> None:
        """A run does not wait any more; does nothing where it did not."""
        self._runs.pop(id_, None)
        self._place.pop(id_, None)

    def wake_all(self) -> None:
        """Something changed for all of them: whatever rests or is blocked has its turn again."""
        for id_, place in list(self._place.items()):
            if place in ("resting", "blocked"):
                self._make_ready(self._runs[id_])
        self._blocked.clear()

    def take(self, limit: int | None, now: datetime, elapsed: float) -> list[Run]:
        """Take the next runs whose turn it is, at most this many and at most one a pool; a reboot goes alone."""
        self._wake(now, elapsed)
        taken: dict[int, Run] = {}
        put_back = []
        while self._ready and (limit is None or len(taken) < limit):
            entry = heapq.heappop(self._ready)
            run = self._runs.get(entry[2])
            if run is None or self._place[run.id] != "ready":
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
        while self._ready and self._place.get(self._ready[0][2]) != "ready":
            heapq.heappop(self._ready)
        return bool(self._ready)

    def seconds_to_next(self, now: datetime, elapsed: float) -> float | None:
        """Seconds until a run that waits for a clock is ready; None where none does."""
        waits = []
        if self._spread:
            waits.append((self._spread[0][0] - now).total_seconds())
        if self._resting:
            waits.append(self._resting[0][0] - elapsed)
        return max(0.0, min(waits)) if waits else None

    def _make_ready(self, run: Run) -> None:
        self._place[run.id] = "ready"
        heapq.heappush(self._ready, (not run.is_manual, run.due_at, run.id))

    def _wake(self, now: datetime, elapsed: float) -> None:
        while self._spread and self._spread[0][0] <= now:
            self._wake_one(heapq.heappop(self._spread)[1], "spread")
        while self._resting and self._resting[0][0] <= elapsed:
            self._wake_one(heapq.heappop(self._resting)[1], "resting")

    def _wake_one(self, id_: int, place: str) -> None:
        if self._place.get(id_) == place:
            self._make_ready(self._runs[id_])
