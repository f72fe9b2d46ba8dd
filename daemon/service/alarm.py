"""The alarm clock: APScheduler, used for nothing but waking up (protocol 1.1).

It decides nothing, so its traps cannot lose anything: it drops what is late by default (``misfire_grace_time=None``
here), fires a job twice or in a burst (``coalesce``, one instance), and an exception inside its loop would silently
end it, so that no job of ours can raise. Whatever a wake-up is for, it ticks; the heartbeat bounds how long a step of
the clock can keep an occurrence waiting.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from structlog.typing import FilteringBoundLogger as Logger

    Work = Callable[[], Awaitable[Any]]

NEXT = "next-occurrence"


class AlarmClock:
    """Wakes at an instant and at intervals."""

    def __init__(self, log: Logger) -> None:
        """It does not run before ``start``."""
        self._log = log
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Run, on the loop that runs this."""
        self._scheduler.start()

    def every(self, seconds: float, name: str, work: Work) -> None:
        """Do something at an interval; the next one is left out while one still runs."""
        self._scheduler.add_job(self._harmless, "interval", (name, work), seconds=seconds, id=name)

    def at(self, instant: datetime | None, work: Work) -> None:
        """Do something at this instant instead of the one set before; never, for None."""
        with suppress(JobLookupError):
            self._scheduler.remove_job(NEXT)
        if instant is not None:
            self._scheduler.add_job(self._harmless, "date", (NEXT, work), run_date=instant, id=NEXT)

    def stop(self) -> None:
        """Wake nobody any more; what is under way is not waited for."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _harmless(self, name: str, work: Work) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - an exception here would end the scheduler; its trace is logged
            self._log.exception("alarm.fault", job=name)
