"""What is to be done at which reading of the clock that counts suspends."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

T = TypeVar("T")


class Agenda(Generic[T]):
    """A queue of things to do, each under a key; putting a key again moves it."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._heap: list[tuple[float, int, int]] = []
        self._items: dict[int, tuple[int, T]] = {}
        self._serial = 0

    def __len__(self) -> int:
        """How much is to be done."""
        return len(self._items)

    def __contains__(self, key: int) -> bool:
        """Whether something is to be done under this key."""
        return key in self._items

    def keys(self) -> set[int]:
        """The keys under which something is to be done."""
        return set(self._items)

    def put(self, key: int, at: float, item: T) -> None:
        """Do this then, and whatever else was to be done under the key not at all."""
        self._serial += 1
        self._items[key] = (self._serial, item)
        heapq.heappush(self._heap, (at, self._serial, key))

    def discard(self, key: int) -> None:
        """Do nothing under this key."""
        self._items.pop(key, None)

    def take(self, elapsed: float, limit: int) -> list[T]:
        """Take what is due, at most this many, the earliest first."""
        taken: list[T] = []
        while self._heap and self._heap[0][0] <= elapsed and len(taken) < limit:
            _, serial, key = heapq.heappop(self._heap)
            if self._items.get(key, (None,))[0] == serial:
                taken.append(self._items.pop(key)[1])
        return taken

    def seconds_to_next(self, elapsed: float) -> float | None:
        """Seconds until something is due; None where nothing is to be done."""
        while self._heap and self._items.get(self._heap[0][2], (None,))[0] != self._heap[0][1]:
            heapq.heappop(self._heap)
        return max(0.0, self._heap[0][0] - elapsed) if self._heap else None
