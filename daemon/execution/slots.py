"""How many requests of a project may be in flight at once, actions ahead of looks (protocol 4.9)."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.execution.limiter import SlidingLog


class Slots:
    """The concurrency of one project.

    An action takes its slot without waiting or not at all; a look stands in line and is let in by ``admit_looks``,
    which is called only once the actions have had their turn.
    """

    def __init__(self, size: int) -> None:
        """Allow this many requests at once."""
        self._free = size
        self._size = size
        self._line: deque[tuple[SlidingLog, asyncio.Future[None]]] = deque()

    @property
    def free(self) -> int:
        """How many requests could begin now."""
        return self._free

    @property
    def taken(self) -> int:
        """How many requests are in flight."""
        return self._size - self._free

    @property
    def has_line(self) -> bool:
        """Whether a look stands in line."""
        return any(not turn.done() for _, turn in self._line)

    @property
    def half(self) -> int:
        """Half of all slots: one half's requests run while the other half's gates are being committed."""
        return (self._size + 1) // 2

    def take(self, count: int = 1) -> None:
        """Take slots that are known to be free."""
        self._free -= count

    def release(self, count: int = 1) -> None:
        """Give slots back."""
        self._free += count

    def queue_look(self, log: SlidingLog) -> asyncio.Future[None]:
        """Stand in line for a slot and a token of this log; hand the result to ``wait_for``."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append((log, turn))
        return turn

    async def wait_for(self, turn: asyncio.Future[None], log: SlidingLog) -> None:
        """Wait until a look's turn has come; its slot and token are taken on return.

        A caller that is cancelled leaves the line and gives back what it was just handed.
        """
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release()
                log.give_back()
            raise

    def admit_looks(self, elapsed: float) -> float | None:
        """Let waiting looks in, as far as slots and tokens go.

        Returns:
            When the next token comes for one that still waits, by the same clock; None where none waits for a token.
        """
        opens: list[float] = []
        kept: deque[tuple[SlidingLog, asyncio.Future[None]]] = deque()
        while self._line and self._free:
            log, turn = self._line.popleft()
            if turn.done():
                continue
            if log.room(elapsed) == 0:
                kept.append((log, turn))
                opens.extend(at for at in (log.opens_at(elapsed),) if at is not None)
                continue
            self.take()
            log.take()
            turn.set_result(None)
        self._line.extendleft(reversed(kept))
        return min(opens, default=None)
