"""Reads the schedule on a thread that may hang, and waits for it only so long.

A file system over a network can hold up whoever looks at a file for as long as its server is away, and nothing wakes
such a thread. So a reading has a thread of its own, which the end of the process does not wait for, and never one of
those that everything else shares. There is one at a time: while it hangs, no second is begun that would hang as well.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds for one reading, a wait for the one before it included; a caller of the control API waits for a minute."""


class HangingError(PoolpowerError):
    """The schedule's file system does not answer."""


class PatientReader:
    """Reads with a limit."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        """Read this file or directory; ``patience`` is in seconds."""
        self._path = path
        self._patience = patience
        self._turn = asyncio.Lock()

    async def read(self, reading: Callable[[Path], T]) -> T:
        """What the reading gives, or raises.

        Args:
            reading: is handed the path, on another thread; never called while an earlier one has not come back.

        Raises:
            HangingError: it took too long; what it gives when it comes back at last is dropped.
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._turn.acquire()
                return await self._begin(reading)
        except TimeoutError:
            raise HangingError(
                f"{self._path} cannot be read: its file system has not answered for {self._patience:g} s",
                f"see that `ls -l {self._path}` answers; where it was mounted anew since, restart poolpower",
            ) from None

    def _begin(self, reading: Callable[[Path], T]) -> asyncio.Future[T]:
        """Begin on a new thread, with the turn taken; it is given back when the thread is done, whoever still waits."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def over(found: T | None, error: BaseException | None) -> None:
            self._turn.release()
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(found)  # type: ignore[arg-type]  # without an error it is what the reading gave

        def work() -> None:
            found, error = None, None
            try:
                found = reading(self._path)
            except Exception as raised:  # noqa: BLE001 - raised again where the reading is waited for
                error = raised
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(over, found, error)

        try:
            Thread(target=work, name="schedule", daemon=True).start()
        except RuntimeError:  # the system gives no thread
            self._turn.release()
            raise
        return answer
