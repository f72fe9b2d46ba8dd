"""At most N requests in any 61 s, for each credential, region and API call (protocol 4.9).

A sliding log: a request counts from the moment it is admitted until 61 s after its answer, because the cloud may count
it at any moment in between. The extra second covers the coarseness of the cloud's minute.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WINDOW = 61.0


@dataclass(slots=True)
class SlidingLog:
    """The requests of one key inside the window.

    Attributes:
        limit: requests in any 61 s; 0 for no limit.
    """

    limit: int
    _unanswered: int = 0
    _answered: deque[float] = field(default_factory=deque)
    _shut_until: float = 0.0

    def room(self, elapsed: float) -> int | None:
        """How many requests may be sent at this instant; None for any number."""
        if elapsed < self._shut_until:
            return 0
        if not self.limit:
            return None
        self._forget(elapsed)
        return max(0, self.limit - self._unanswered - len(self._answered))

    def take(self, count: int = 1) -> None:
        """Admit requests; each counts until 61 s after ``answered``."""
        self._unanswered += count

    def give_back(self, count: int = 1) -> None:
        """Admitted requests were never sent."""
        self._unanswered -= count

    def answered(self, elapsed: float) -> None:
        """The admitted request was answered, or given up, at this instant."""
        self._unanswered -= 1
        if self.limit:
            self._answered.append(elapsed)

    def shut(self, until: float) -> None:
        """The cloud throttles: nothing before this instant (4.8)."""
        self._shut_until = max(self._shut_until, until)

    def opens_at(self, elapsed: float) -> float | None:
        """When there may be room again; None where only an answer can make it."""
        if elapsed < self._shut_until:
            return self._shut_until
        return self._answered[0] + WINDOW if self._answered else None

    def seed(self, answered: Iterable[float]) -> None:
        """Count what an earlier process sent (the ledger's attempts), oldest first."""
        if self.limit:
            self._answered.extendleft(reversed(list(answered)))

    def _forget(self, elapsed: float) -> None:
        while self._answered and self._answered[0] + WINDOW <= elapsed:
            self._answered.popleft()


class Limiter:
    """A sliding log for each key, made when it is first asked for."""

    def __init__(self, writes_per_minute: int, reads_per_minute: int) -> None:
        """Give the limits of a writing and of a reading call; 0 for none."""
        self._writes = writes_per_minute
        self._reads = reads_per_minute
        self._logs: dict[str, SlidingLog] = {}

    def log(self, key: str, *, writes: bool) -> SlidingLog:
        """The log of a key (credential, region and API call)."""
        if key not in self._logs:
            self._logs[key] = SlidingLog(self._writes if writes else self._reads)
        return self._logs[key]
