"""Where more falls due at once than the cloud's quota lets through, and how long that then takes (protocol 4.9)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.timetable.plan import PlanEntry

WINDOW: Final = timedelta(seconds=61)
"""The stretch of time that a quota counts over, as the limiter counts it."""
_ROUND: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Actions of one project of which the last waits for the quota.

    Attributes:
        project: name of the project.
        at: when the first is due, aware, UTC.
        count: how many there are until none waits any more.
        takes: from the first being due to the last being sent.
        longest: the longest that any of them waits.
    """

    project: str
    at: datetime
    count: int
    takes: timedelta
    longest: timedelta

    @property
    def spread(self) -> timedelta:
        """The window over which they would have to be spread so that none waits, in whole five minutes."""
        return -(-self.takes // _ROUND) * _ROUND


def crowds(entries: Iterable[PlanEntry], per_window: int) -> list[Crowd]:
    """The crowds of a plan, in order of their beginning.

    Args:
        entries: of a plan, oldest first; what will not happen does not count.
        per_window: how many actions of a project may be sent in any 61 seconds; 0 for any number.
    """
    if not per_window:
        return []
    queues: dict[str, _Queue] = {}
    for entry in sorted((entry for entry in entries if entry.skipped is None), key=lambda entry: entry.due_at):
        queues.setdefault(entry.pool.project, _Queue(entry.pool.project, per_window)).add(entry.due_at)
    found = [crowd for queue in queues.values() for crowd in queue.finished()]
    return sorted(found, key=lambda crowd: (crowd.at, crowd.project))


class _Queue:
    """The actions of one project on their way through the quota."""

    def __init__(self, project: str, per_window: int) -> None:
        self._project = project
        self._sent: deque[datetime] = deque(maxlen=per_window)
        self._full = per_window
        self._first: datetime | None = None
        self._count = 0
        self._longest = timedelta(0)
        self._found: list[Crowd] = []

    def add(self, due: datetime) -> None:
        is_full = len(self._sent) == self._full
        sent = max(due, self._sent[0] + WINDOW) if is_full else due
        if self._first is None or due > self._sent[-1] + WINDOW:
            self._close()
            self._first = due
        self._sent.append(sent)
        self._count += 1
        self._longest = max(self._longest, sent - due)

    def finished(self) -> list[Crowd]:
        self._close()
        return self._found

    def _close(self) -> None:
        """One crowd ends where nothing was due for a whole window after the last was sent."""
        if self._first is not None and self._longest:
            takes = self._sent[-1] - self._first
            self._found.append(Crowd(self._project, self._first, self._count, takes, self._longest))
        self._count, self._longest = 0, timedelta(0)
