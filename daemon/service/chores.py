"""What the daemon does besides running pools: the heartbeat, and the chores that the alarm clock wakes it for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from daemon.ledger import heartbeat
from daemon.ledger.errors import LedgerUnavailable
from daemon.service.alarm import AlarmClock
from daemon.service.naming import Namer
from daemon.service.versions import Verdict
from daemon.service.watching import Watcher
from daemon.settings.fields import Reload

if TYPE_CHECKING:
    from datetime import datetime

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.engine import Engine
    from daemon.ledger.ledger import Ledger
    from daemon.service.notify import Notifier
    from daemon.service.trouble import Troubles
    from daemon.service.versions import Outcome, Versions
    from daemon.settings.model import Settings

HEARTBEAT_EVERY = 10.0
"""Seconds; at most 15 (protocol 1.1)."""
WATCH_EVERY = 1.0
NAMES_AGAIN_EVERY = 30.0
NAMES_EVERY = 600.0
TEND_EVERY = 60.0
STALE_AFTER = 45.0
"""Seconds without a completed heartbeat from which on we are not well, and the watchdog is not fed."""
LEDGER, STALE = "ledger.unavailable", "heartbeat.stale"


class Chores:
    """Keeps the daemon ticking."""

    def __init__(
        self,
        *,
        settings: Settings,
        ledger: Ledger,
        engine: Engine,
        versions: Versions,
        troubles: Troubles,
        notifier: Notifier,
        clock: Clock,
        log: Logger,
    ) -> None:
        """Nothing runs before ``start``."""
        self._settings = settings
        self._ledger = ledger
        self._engine = engine
        self._versions = versions
        self._troubles = troubles
        self._notifier = notifier
        self._clock = clock
        self._log = log
        self._alarm = AlarmClock(log)
        self._watcher = Watcher(settings.schedules)
        self._namer = Namer(engine, troubles)
        self._beat_at = clock.elapsed()
        self._named_at = float("-inf")
        self._reloading: asyncio.Task[Outcome] | None = None

    @property
    def next_at(self) -> datetime | None:
        """When something is due next."""
        return self._engine.book.timetable.next_after(self._clock.now()) if self._engine.has_version else None

    @property
    def is_fresh(self) -> bool:
        """Whether tick and ledger answered lately."""
        return self._clock.elapsed() - self._beat_at < STALE_AFTER

    def line(self) -> str:
        """One line about how we are, for the service manager and ``health``."""
        troubles = self._troubles.all()
        if troubles:
            more = f" (and {len(troubles) - 1} more)" if len(troubles) > 1 else ""
            return f"trouble: {troubles[0].message}{more}"
        upcoming = self.next_at
        return f"next action at {upcoming:%Y-%m-%dT%H:%M:%SZ}" if upcoming else "nothing is scheduled"

    async def start(self) -> None:
        """Beat once, look up names, and wake up from now on."""
        self._learn_names()
        await self.beat()
        self._alarm.every(HEARTBEAT_EVERY, "heartbeat", self.beat)
        self._alarm.every(NAMES_AGAIN_EVERY, "names", self._look_up_names)
        self._alarm.every(TEND_EVERY, "ledger", self._tend)
        if self._settings.reload is Reload.AUTO:
            self._alarm.every(WATCH_EVERY, "watch", self._watch)
        self._alarm.start()
        self._set_alarm()
        self._names_task = asyncio.create_task(self._look_up_names(), name="names")

    def stop(self) -> None:
        """Wake up no more."""
        self._alarm.stop()

    async def wake(self) -> None:
        """Something is due: claim it, and set the alarm for what comes next."""
        try:
            await self._engine.tick()
        except LedgerUnavailable as error:
            self._troubles.begin(LEDGER, error.message, error.hint)
        self._set_alarm()

    def _set_alarm(self) -> None:
        self._alarm.at(self.next_at, self.wake)

    async def beat(self) -> None:
        """The heartbeat: tick, sweep, write it down, tell the service manager (1.1, 5.3, 5.5)."""
        try:
            await self._engine.tick()
            await self._engine.sweep()
            await heartbeat.beat(self._ledger.writer, self._ledger.path, self._clock.now())
        except (LedgerUnavailable, OSError) as error:
            hint = error.hint if isinstance(error, LedgerUnavailable) else "see that the disk has room"
            self._troubles.begin(LEDGER, str(error), hint)
        else:
            self._beat_at = self._clock.elapsed()
            self._troubles.end(LEDGER)
        self._set_alarm()
        self._tell_projects()
        if self.is_fresh:
            self._notifier.alive()
        self._notifier.status(self.line())

    def _tell_projects(self) -> None:
        mend = "its runs wait; poolpower status shows them"
        halted: dict[str, tuple[str, str | None]] = {
            name: (f"project {name} is halted: {lane.condition.halt.reason}", mend)
            for name, lane in self._engine.lanes.items()
            if lane.condition.halt is not None
        }
        self._troubles.only("project.trouble", halted)

    async def _tend(self) -> None:
        try:
            await self._ledger.tend()
        except LedgerUnavailable as error:
            self._troubles.begin(LEDGER, error.message, error.hint)

    def _learn_names(self) -> None:
        if self._versions.standing.timetable is not None:
            self._namer.learn(self._versions.standing.timetable)
            self._named_at = float("-inf")

    async def _look_up_names(self) -> None:
        elapsed = self._clock.elapsed()
        if self._namer.is_complete and elapsed - self._named_at < NAMES_EVERY:
            return
        self._named_at = elapsed
        await self._namer.look_up()

    # --- the schedule file ----------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        if await self._watcher.settled(self._versions.standing.seen, self._clock.elapsed()) is not None:
            await self.reload(note="the file changed")

    def reload_soon(self) -> None:
        """SIGHUP: read the file, as soon as nothing else is at it."""
        self._reloading = asyncio.get_running_loop().create_task(self.reload(note="SIGHUP"))

    async def reload(
        self, *, expect: str | None = None, accept: bool = False, who: str | None = None, note: str | None = None
    ) -> Outcome:
        """Read the file and bring it into force where that is right; see ``Versions.consider``."""
        outcome = await self._versions.consider(expect=expect, accept=accept, who=who, note=note)
        self._log.info("schedules.read", outcome=str(outcome.verdict), message=outcome.message, hash=outcome.hash)
        if outcome.verdict is Verdict.ACCEPTED:
            self._learn_names()
            self._set_alarm()
            await self._look_up_names()
        self._notifier.status(self.line())
        return outcome
