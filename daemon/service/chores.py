"""What the daemon does besides running pools: the heartbeat, and the chores that the alarm clock wakes it for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.ledger import heartbeat, upkeep
from daemon.ledger.errors import LedgerUnavailable
from daemon.ledger.overrides import on_record
from daemon.service.alarm import AlarmClock
from daemon.service.calendarnotices import CalendarNotices
from daemon.service.localtime import in_words
from daemon.service.longpauses import LONG_PAUSE, long_pauses
from daemon.service.naming import Namer
from daemon.service.versions import Verdict
from daemon.service.watching import Watcher
from daemon.settings.fields import Reload
from daemon.workspace.answers import CREDENTIALS_MEND, CREDENTIALS_REFUSED

if TYPE_CHECKING:
    from datetime import datetime

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.conditions import Halt
    from daemon.execution.engine import Engine
    from daemon.ledger.ledger import Ledger
    from daemon.ledger.overrides import Override
    from daemon.service.notify import Notifier
    from daemon.service.reading import PatientReader
    from daemon.service.trouble import Troubles
    from daemon.service.versions import Outcome, Versions
    from daemon.settings.model import Settings

HEARTBEAT_EVERY = 10.0
"""Seconds; at most 15 (protocol 1.1)."""
WATCH_EVERY = 1.0
NAMES_AGAIN_EVERY = 30.0
NAMES_EVERY = 600.0
TEND_EVERY = 60.0
PRUNE_EVERY = 3600.0
CALENDARS_EVERY = 3600.0
STALE_AFTER = 45.0
"""Seconds without a completed heartbeat from which on we are not well, and the watchdog is not fed."""
LEDGER, MOVED, SECOND_NAME = "ledger.unavailable", "ledger.moved", "ledger.second-name"


class Chores:
    """Keeps the daemon ticking."""

    def __init__(
        self,
        *,
        settings: Settings,
        ledger: Ledger,
        engine: Engine,
        versions: Versions,
        reader: PatientReader,
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
        self._watcher = Watcher(reader)
        self._namer = Namer(engine, troubles)
        self._notices = CalendarNotices(troubles, log)
        self._beat_at = clock.elapsed()
        self._named_at = float("-inf")
        self._naming = asyncio.Lock()
        self._vouched = (clock.now(), clock.elapsed())
        self._is_started = False
        self._is_reload_wanted = False

    @property
    def next_at(self) -> datetime | None:
        """When something is due next."""
        return self._engine.next_after(self._clock.now()) if self._engine.has_version else None

    @property
    def is_fresh(self) -> bool:
        """Whether tick and ledger answered lately."""
        return self._clock.elapsed() - self._beat_at < STALE_AFTER

    @property
    def is_alive(self) -> bool:
        """Whether this process is worth keeping: false where tick, ledger or gates stopped answering since the start.

        A start and an end take the time that they take: whoever waits for them has limits of its own.
        """
        return not self._is_started or (self.is_fresh and self._engine.is_running)

    def line(self) -> str:
        """One line about how we are, for the service manager and ``health``."""
        troubles = self._troubles.all()
        if troubles:
            more = f" (and {len(troubles) - 1} more)" if len(troubles) > 1 else ""
            return f"trouble: {troubles[0].message}{more}"
        upcoming = self.next_at
        line = f"next action at {in_words(upcoming)}" if upcoming else "nothing is scheduled"
        return "; ".join([line, *(f"warning: {warning.message}" for warning in self._troubles.warnings()[:1])])

    async def start(self) -> None:
        """Beat once, look up names, and wake up from now on."""
        self._learn_names()
        before = await self._ledger.writer.do(heartbeat.last)
        if before is not None:
            self._vouched = (min(before.at, self._clock.now()), self._clock.elapsed())
        await self.beat()
        await self.tell_overrides()
        await self._tell_calendars()
        self._alarm.every(HEARTBEAT_EVERY, "heartbeat", self.beat)
        self._alarm.every(NAMES_AGAIN_EVERY, "names", self._look_up_names)
        self._alarm.every(TEND_EVERY, "ledger", self._tend)
        self._alarm.every(PRUNE_EVERY, "prune", self._prune)
        self._alarm.every(CALENDARS_EVERY, "calendars", self._tell_calendars)
        if self._settings.reload is Reload.AUTO:
            self._alarm.every(WATCH_EVERY, "watch", self._watch)
        self._alarm.start()
        self._alarm.soon("names", self._look_up_names)
        self._is_started = True
        if self._is_reload_wanted:
            self.reload_soon()

    def stop(self) -> None:
        """Wake up no more."""
        self._alarm.stop()
        self._is_started = False

    async def wake(self) -> None:
        """Something is due: claim it, and set the alarm for what comes next."""
        begun = self._clock.now()
        try:
            await self._engine.tick()
        except LedgerUnavailable as error:
            self._troubles.begin(LEDGER, error.message, error.hint)
        self.set_alarm(begun)

    def set_alarm(self, after: datetime) -> None:
        """Wake for what comes after an instant up to which everything is claimed: not after now, which is later."""
        self._alarm.at(self._engine.next_after(after), self.wake)

    async def beat(self) -> None:
        """The heartbeat: tick, sweep, write it down, tell the service manager (1.1, 5.3, 5.5)."""
        begun = self._clock.now()
        try:
            await self._engine.tick()
            await self._engine.sweep()
            if self._ledger.is_in_place() is None:  # else it would be written where another ledger may stand by now
                await heartbeat.beat(self._ledger.writer, self._ledger.path, self._clock.now())
        except (LedgerUnavailable, OSError) as error:
            hint = error.hint if isinstance(error, LedgerUnavailable) else "see that the disk has room"
            self._troubles.begin(LEDGER, str(error), hint)
        else:
            self._beat_at = self._clock.elapsed()
            self._troubles.end(LEDGER)
        self.set_alarm(begun)
        self._see_the_ledger()
        self.tell_projects()
        if self.is_fresh and self._engine.is_running:
            self._notifier.alive()
        self._notifier.status(self.line())

    def _see_the_ledger(self) -> None:
        """A ledger that was moved or deleted under us still takes commits, and keeps none of them (5.2)."""
        moved = self._ledger.is_in_place()
        if moved is None:
            self._troubles.end(MOVED)
        else:
            self._troubles.begin(MOVED, *moved.rsplit(": ", 1))
        linked = self._ledger.has_second_name()
        if linked is None:
            self._troubles.end(SECOND_NAME)
        else:
            self._troubles.begin(SECOND_NAME, *linked)

    def tell_projects(self) -> None:
        """Which projects are halted at this moment."""
        if not self._engine.has_version:
            return
        halted: dict[str, tuple[str, str | None]] = {
            name: (f"project {name} is halted: {lane.condition.halt.reason}", _mend_of(lane.condition.halt))
            for name, lane in self._engine.lanes.items()
            if lane.condition.halt is not None and (name in self._engine.book.timetable.projects or len(lane.waiting))
        }
        self._troubles.only("project.trouble", halted)

    async def tell_overrides(self) -> None:
        """Which pauses last so long that somebody is to be reminded of them."""
        if not self._engine.has_version:
            return
        now = self._clock.now()
        standing = await asyncio.to_thread(self._overrides_in_force, now)
        self._troubles.only(LONG_PAUSE, long_pauses(standing, self._engine.book), warning=True)

    async def _tell_calendars(self) -> None:
        """Of which years official dates of a country are missing."""
        if self._engine.has_version:
            await self._notices.tell(self._engine.book.timetable, self._clock.now())

    def _overrides_in_force(self, now: datetime) -> list[Override]:
        with self._ledger.reader() as conn:
            return on_record(conn, now, now)

    async def _tend(self) -> None:
        try:
            await self.tell_overrides()
            await self._ledger.tend()
        except LedgerUnavailable as error:
            self._troubles.begin(LEDGER, error.message, error.hint)

    async def _prune(self) -> None:
        """Take away what is older than the ledger keeps (6.3).

        Not by the wall clock alone, because what is taken away is gone: by no more than the last heartbeat of the time
        before and what has passed since vouch for.
        """
        vouched_at, elapsed = self._vouched
        vouched = vouched_at + timedelta(seconds=self._clock.elapsed() - elapsed)
        before = min(self._clock.now(), vouched) - timedelta(days=self._settings.retention_days)
        try:
            done = await upkeep.prune(self._ledger.writer, before)
        except LedgerUnavailable as error:
            self._troubles.begin(LEDGER, error.message, error.hint)
            return
        if done != upkeep.Pruned():
            self._log.info("ledger.pruned", before=before, runs=done.runs, versions=done.versions)

    def _learn_names(self) -> None:
        if self._versions.standing.timetable is not None:
            self._namer.learn(self._versions.standing.timetable)
            self._named_at = float("-inf")

    async def _look_up_names(self) -> None:
        async with self._naming:
            elapsed = self._clock.elapsed()
            if self._namer.is_complete and elapsed - self._named_at < NAMES_EVERY:
                return
            self._named_at = elapsed
            try:
                await self._namer.look_up()
            except LedgerUnavailable as error:
                self._troubles.begin(LEDGER, error.message, error.hint)
                self._named_at = float("-inf")

    # --- the schedule file ----------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        if await self._watcher.settled(self._versions.standing.seen, self._clock.elapsed()) is not None:
            await self.reload(note="the file changed")

    def reload_soon(self) -> None:
        """SIGHUP: read the file, as soon as nothing else is at it; during the start, right after it.

        A file must not be accepted before the ledger's version was taken up and has claimed its share (5.1).
        """
        self._is_reload_wanted = not self._is_started
        if self._is_started:
            self._alarm.soon("reload", self._reload_as_signalled)

    async def _reload_as_signalled(self) -> None:
        await self.reload(note="SIGHUP")

    async def reload(
        self, *, expect: str | None = None, accept: bool = False, who: str | None = None, note: str | None = None
    ) -> Outcome:
        """Read the file and bring it into force where that is right; see ``Versions.consider``."""
        outcome = await self._versions.consider(expect=expect, accept=accept, who=who, note=note)
        self._log.info("schedules.read", outcome=str(outcome.verdict), message=outcome.message, hash=outcome.hash)
        if outcome.verdict is Verdict.ACCEPTED:
            self._learn_names()
            self.set_alarm(self._engine.book.accepted_at)
            self._alarm.soon("names", self._look_up_names)
            self._alarm.soon("calendars", self._tell_calendars)
        self._notifier.status(self.line())
        return outcome


def _mend_of(halt: Halt) -> str:
    waits = "its runs wait; poolpower status shows them"
    return f"{CREDENTIALS_MEND}; {waits}" if CREDENTIALS_REFUSED in halt.reason else waits
