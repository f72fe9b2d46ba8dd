"""The alarm clock: APScheduler, used for nothing but waking up (protocol 1.1).

It decides nothing, so its traps cannot lose anything: it drops what is late by default (``misfire_grace_time=None``
here), fires a job twice or in a burst (``coalesce``, one instance), and an exception inside its loop would silently
end it, so that no job of ours can raise. A date job that falls due while the one before it still runs would be dropped
for good, so that one may run several times at once. Whatever a wake-up is for, it ticks; the heartbeat bounds how long
a step of the clock forward can keep an occurrence waiting. A step back would put off the interval jobs by as much, the
heartbeat included: ``_look_for_a_step_back`` goes by the clock that does not step, and calls them back.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from structlog.typing import FilteringBoundLogger as Logger

    Work = Callable[[], Awaitable[Any]]

NEXT = "next-occurrence"
AT_ONCE = 100
"""Wake-ups for an occurrence that may be under way together: ticks wait for each other anyway."""
STEP_LOOKED_FOR_EVERY = 5.0
"""Seconds."""


class AlarmClock:
    """Wakes at an instant and at intervals."""

    def __init__(self, log: Logger) -> None:
        """It does not run before ``start``."""
        self._log = log
        self._intervals: dict[str, timedelta] = {}
        self._looking: asyncio.TimerHandle | None = None
        self._soon: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Run, on the loop that runs this."""
        self._scheduler.start()
        self._look_for_a_step_back()

    def every(self, seconds: float, name: str, work: Work) -> None:
        """Do something at an interval; the next one is left out while one still runs."""
        self._intervals[name] = timedelta(seconds=seconds)
        self._scheduler.add_job(self._harmless, "interval", (name, work), seconds=seconds, id=name)

    def at(self, instant: datetime | None, work: Work) -> None:
        """Do something at this instant instead of the one set before; never, for None."""
        with suppress(JobLookupError):
            self._scheduler.remove_job(NEXT)
        if instant is not None:
            self._scheduler.add_job(
                self._harmless, "date", (NEXT, work), run_date=instant, id=NEXT, max_instances=AT_ONCE
            )

    def soon(self, name: str, work: Work) -> None:
        """Do something now that nobody waits for."""
        task = asyncio.get_running_loop().create_task(self._harmless(name, work), name=name)
        self._soon.add(task)  # the loop itself would let it be collected half done
        task.add_done_callback(self._soon.discard)

    def stop(self) -> None:
        """Wake nobody any more; what is under way is cancelled."""
        for task in self._soon:
            task.cancel()
        if self._looking is not None:
            self._looking.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _look_for_a_step_back(self) -> None:
        self._looking = asyncio.get_running_loop().call_later(STEP_LOOKED_FOR_EVERY, self._look_for_a_step_back)
        now = datetime.now(UTC)
        for name, interval in self._intervals.items():
            job = self._scheduler.get_job(name)
            if job is not None and job.next_run_time - now > interval:
                self._log.warning("alarm.clock_stepped_back", job=name, put_off=job.next_run_time - now)
                job.modify(next_run_time=now)
        self._scheduler.wakeup()  # bounds what a step forward can delay

    async def _harmless(self, name: str, work: Work) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - an exception here would end the scheduler; its trace is logged
            self._log.exception("alarm.fault", job=name)
