"""One coroutine under way, however many ask for it at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


class SharedFlight(Generic[T]):
    """Runs ``start()`` at most once at a time; those who come meanwhile get the same result.

    Cancelling one who waits cancels neither the others nor what is under way. ``start`` should return its failures
    as values, since a raised one would be raised in every waiter.
    """

    def __init__(self, start: Callable[[], Coroutine[None, None, T]]) -> None:
        """Start nothing yet."""
        self._start = start
        self._task: asyncio.Task[T] | None = None

    def begin(self) -> asyncio.Task[T]:
        """The task under way, a new one if there is none."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._start())
        return self._task

    async def join(self) -> T:
        """Wait for what is under way, or for a new one."""
        return await asyncio.shield(self.begin())

    async def aclose(self) -> None:
        """Cancel what is under way and wait for it to end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
