"""The long-running process, from settings to exit code.

Order of the start (protocol 5.1): lock and migrate the ledger, bring a version into force and claim up to now, settle
every open row, open the gates; only then is it ready. SIGKILL is an ordinary way to end; SIGTERM and SIGINT let
requests in flight finish, a second one ends at once.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from typing import TYPE_CHECKING

from daemon import __version__
from daemon.execution import restoring
from daemon.execution.clocks import SystemClock
from daemon.execution.engine import Engine
from daemon.execution.timing import Timing
from daemon.execution.tuning import Tuning
from daemon.ledger.ledger import open_ledger
from daemon.logs import get_logger, register_secret
from daemon.service.chores import Chores
from daemon.service.connections import Workspaces
from daemon.service.doors import Doors
from daemon.service.notify import Notifier
from daemon.service.office import Office
from daemon.service.reading import PatientReader
from daemon.service.starting import bring_into_force
from daemon.service.trouble import Troubles
from daemon.service.versions import Versions
from daemon.settings.fields import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.ledger.ledger import Ledger
    from daemon.settings.model import Settings

DRAIN_BEYOND_TIMEOUT = 5.0
"""Seconds beyond the request timeout that requests in flight are given at the end."""
SWITCH_EVERY = 0.0005
"""Seconds after which a busy event loop hands the interpreter over to the ledger's writer, which asks for it about
twenty times a commit; with Python's own 5 ms a commit beside a burst takes several times as long."""
SAME_SIGNAL = 1.0
"""Seconds within which a second signal is the first one heard twice: a shell and a terminal both send it on."""


def run(settings: Settings, *, on_ready: Callable[[], None] | None = None) -> int:
    """Run until a signal ends it.

    Args:
        settings: what is in force.
        on_ready: called once the gates are open.

    Returns:
        The process's exit code: 0 after a signal.

    Raises:
        PoolpowerError: it could not start, with the mend.
    """
    for secret in (settings.secret_key, settings.security_token, settings.iam_password):
        if secret is not None:
            register_secret(secret)
    sys.setswitchinterval(SWITCH_EVERY)
    return asyncio.run(serve(settings, SystemClock(), get_logger(), on_ready=on_ready))


async def serve(settings: Settings, clock: Clock, log: Logger, *, on_ready: Callable[[], None] | None = None) -> int:
    """Open the ledger, serve, close it; see ``run``."""
    workspaces = Workspaces(settings)
    ledger = open_ledger(settings.database_url, now=clock.now())
    try:
        return await Daemon(settings, ledger, workspaces, clock, log).serve(on_ready)
    finally:
        await ledger.aclose()


def tuning_of(settings: Settings) -> Tuning:
    """What the settings say about execution."""
    return Tuning(
        timing=Timing(
            request_timeout=settings.request_timeout,
            poll_first=settings.poll_first,
            poll_every=settings.poll_every,
            follow_for=settings.follow_for,
        ),
        concurrency=settings.concurrency,
        writes_per_minute=settings.writes_per_minute,
        reads_per_minute=settings.reads_per_minute,
        backoff_first=settings.backoff_first,
        backoff_max=settings.backoff_max,
        observes=settings.mode is Mode.OBSERVE,
    )


class Daemon:
    """One run of the process. Everything it holds is made here, once, in the order in which it is needed."""

    def __init__(self, settings: Settings, ledger: Ledger, workspaces: Workspaces, clock: Clock, log: Logger) -> None:
        """Put the parts together; nothing runs yet."""
        self._settings, self._ledger, self._workspaces = settings, ledger, workspaces
        self._clock, self._log = clock, log
        self._stop = asyncio.Event()
        self._stopping_since: float | None = None
        self._notifier = Notifier()
        self._troubles = Troubles(clock.now, log)
        self._engine = Engine(
            writer=ledger.writer,
            clock=clock,
            open_workspace=workspaces.open,
            log=log,
            tuning=tuning_of(settings),
            draw=random.random,
        )
        reader = PatientReader(settings.schedules)
        self._versions = Versions(
            path=settings.schedules,
            reader=reader,
            engine=self._engine,
            workspaces=workspaces,
            troubles=self._troubles,
            clock=clock,
            log=log,
        )
        self._chores = Chores(
            settings=settings,
            ledger=ledger,
            engine=self._engine,
            versions=self._versions,
            reader=reader,
            troubles=self._troubles,
            notifier=self._notifier,
            clock=clock,
            log=log,
        )
        self._office = Office(
            settings=settings,
            ledger=ledger,
            engine=self._engine,
            versions=self._versions,
            troubles=self._troubles,
            chores=self._chores,
            clock=clock,
        )
        self._doors = Doors(settings, self._office, self._troubles)

    async def serve(self, on_ready: Callable[[], None] | None) -> int:
        """Start, serve until a signal comes, end."""
        await self._doors.open()
        try:
            self._listen_to_signals()
            await self._start()
            if not self._stop.is_set():
                self._say_ready(on_ready)
            await self._stop.wait()
        finally:
            await self._end()
        return 0

    async def _start(self) -> None:
        path = self._ledger.path
        restored = await self._ledger.writer.do(lambda conn: restoring.find(conn, path))
        await bring_into_force(
            writer=self._ledger.writer,
            engine=self._engine,
            known=self._versions,
            workspaces=self._workspaces,
            log=self._log,
        )
        await self._engine.start(restored)
        await self._chores.start()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop, number)
        loop.add_signal_handler(signal.SIGHUP, self._chores.reload_soon)

    def _asked_to_stop(self, number: signal.Signals) -> None:
        now = self._clock.elapsed()
        if self._stopping_since is None:
            self._stopping_since = now
            self._log.info("stop.begins", signal=number.name)
            self._notifier.stopping()
            self._stop.set()
        elif now - self._stopping_since >= SAME_SIGNAL:
            self._log.warning("stop.at_once", signal=number.name)
            os._exit(128 + number)

    def _say_ready(self, on_ready: Callable[[], None] | None) -> None:
        self._log.info(
            "daemon.ready",
            version=__version__,
            pid=os.getpid(),
            mode=str(self._settings.mode),
            schedules=str(self._settings.schedules),
            ledger=str(self._ledger.path),
            socket=str(self._settings.socket),
            next_at=self._chores.next_at,
        )
        self._notifier.ready(self._chores.line())
        if on_ready is not None:
            on_ready()

    async def _end(self) -> None:
        self._chores.stop()
        try:
            await self._engine.stop(self._settings.request_timeout + DRAIN_BEYOND_TIMEOUT)
        finally:
            await self._doors.close()
        self._log.info("daemon.ended")
