"""A daemon's service room around a real ledger: clouds in memory, a clock moved by hand, an alarm that tests ring."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog

from daemon.execution.engine import Engine
from daemon.execution.tuning import Tuning
from daemon.ledger.errors import LedgerFull
from daemon.ledger.ledger import open_ledger
from daemon.service.chores import Chores
from daemon.service.notify import Notifier
from daemon.service.office import Office
from daemon.service.reading import PatientReader
from daemon.service.starting import bring_into_force
from daemon.service.trouble import Troubles
from daemon.service.versions import Versions
from daemon.settings.model import Settings
from daemon.workspace.memory import MemoryWorkspace
from tests.support.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime
    from pathlib import Path

    from daemon.execution.lanes import Lane
    from daemon.service.versions import Outcome
    from daemon.timetable.pools import Project

EVENING = 'timezone = "UTC"\n[pools.a]\nid = "p-a"\npolicies = ["stop at 20:00"]\n'
"""A schedule file of one pool."""


class FullDisk:
    """Makes every commit of a ledger fail until it is given room."""

    def __init__(self, house: House) -> None:
        """Full from now on."""
        self._commit = house.ledger.writer._commit
        self._inner = self._commit.carry_out
        self._commit.carry_out = self._refuse  # type: ignore[method-assign]

    def make_room(self) -> None:
        """Let commits work again."""
        self._commit.carry_out = self._inner  # type: ignore[method-assign]

    def _refuse(self, orders: object) -> Any:
        del orders
        raise LedgerFull("the disk is full", "make room")


class Events:
    """What was logged, as (event, facts)."""

    def __init__(self) -> None:
        """Begin with none."""
        self.all: list[tuple[str, dict[str, Any]]] = []

    @property
    def log(self) -> Any:
        """A logger that only remembers."""
        return structlog.wrap_logger(None, processors=[self._note], wrapper_class=structlog.BoundLogger)

    def of(self, event: str) -> list[dict[str, Any]]:
        """The facts of every line of this event."""
        return [facts for name, facts in self.all if name == event]

    def _note(self, _logger: object, method: str, facts: dict[str, Any]) -> dict[str, Any]:
        self.all.append((facts["event"], {**facts, "level": method}))
        raise structlog.DropEvent


class Clouds:
    """Stands in for ``connections.Workspaces``: a cloud in memory for each project.

    Attributes:
        refuses: raised by ``learn`` where a test sets it.
    """

    def __init__(self, clock: ManualClock) -> None:
        """Begin without any."""
        self._clock = clock
        self.refuses: Exception | None = None
        self._clouds: dict[str, MemoryWorkspace] = {}

    def learn(self, projects: dict[str, Project]) -> None:
        """Refuse them, or not."""
        del projects
        if self.refuses is not None:
            raise self.refuses

    def open(self, project: str, lane: Lane) -> MemoryWorkspace:
        """The cloud of a project, whose looks the lane admits."""
        cloud = self[project]
        cloud._admit = lane.admit
        return cloud

    def __getitem__(self, project: str) -> MemoryWorkspace:
        """The cloud of a project."""
        return self._clouds.setdefault(project, MemoryWorkspace(self._clock.now))


class RungByHand:
    """Stands in for the alarm clock.

    Attributes:
        intervals: seconds by name.
        next: the instant that it is set to.
        later: what is to be done soon, by name.
    """

    def __init__(self) -> None:
        """Set to nothing."""
        self.intervals: dict[str, float] = {}
        self.works: dict[str, Callable[[], Awaitable[Any]]] = {}
        self.next: datetime | None = None
        self.work: Callable[[], Awaitable[Any]]
        self.later: list[str] = []
        self.is_running = False

    def start(self) -> None:
        """Remember it."""
        self.is_running = True

    def stop(self) -> None:
        """Remember it."""
        self.is_running = False

    def every(self, seconds: float, name: str, work: Callable[[], Awaitable[Any]]) -> None:
        """Remember it."""
        self.intervals[name], self.works[name] = seconds, work

    def at(self, instant: datetime | None, work: Callable[[], Awaitable[Any]]) -> None:
        """Remember it."""
        self.next, self.work = instant, work

    def soon(self, name: str, work: Callable[[], Awaitable[Any]]) -> None:
        """Remember it until ``ring``."""
        self.later.append(name)
        self.works[name] = work

    async def ring(self, name: str) -> None:
        """Do what is to be done under this name."""
        await self.works[name]()


class House:
    """The parts of a daemon but for its doors, signals and real alarm clock."""

    def __init__(self, folder: Path, clock: ManualClock, **settings: Any) -> None:
        """Put them together; nothing runs."""
        self.clock = clock
        self.file = folder / "schedules.toml"
        self.file.write_text(EVENING)
        url = f"sqlite:///{folder / 'ledger.db'}"
        self.settings = Settings(
            **{
                "schedules": self.file,
                "database_url": url,
                "socket": folder / "control.sock",
                "listen": "off",
                "region": "sandbox-1",
                "project_id": "p",
                **settings,
            }
        )
        self.events = Events()
        self.ledger = open_ledger(url, now=clock.now(), gather=0.0)
        self.clouds = Clouds(clock)
        self.alarm = RungByHand()
        self.make()

    def make(self) -> None:
        """New parts on the same ledger: a new process, as far as anything in memory goes."""
        log = self.events.log
        self.troubles = Troubles(self.clock.now, log)
        self.engine = Engine(
            writer=self.ledger.writer,
            clock=self.clock,
            open_workspace=self.clouds.open,
            log=log,
            tuning=Tuning(writes_per_minute=0, reads_per_minute=0),
            draw=lambda: 0.5,
        )
        parts: dict[str, Any] = {"engine": self.engine, "troubles": self.troubles, "clock": self.clock}
        clouds: Any = self.clouds
        self.reader = PatientReader(self.file)
        self.versions = Versions(path=self.file, reader=self.reader, workspaces=clouds, log=log, **parts)
        shared = {"settings": self.settings, "ledger": self.ledger, "versions": self.versions, **parts}
        self.chores = Chores(reader=self.reader, notifier=Notifier({}), log=log, **shared)
        self.chores._alarm = self.alarm  # type: ignore[assignment]
        self.office = Office(chores=self.chores, **shared)

    async def begin(self) -> Outcome:
        """Bring the file into force, open the gates, begin the chores."""
        outcome = await self.bring()
        await self.engine.start()
        await self.chores.start()
        return outcome

    async def bring(self) -> Outcome:
        """Bring the file into force."""
        clouds: Any = self.clouds
        return await bring_into_force(
            writer=self.ledger.writer,
            engine=self.engine,
            known=self.versions,
            workspaces=clouds,
            log=self.events.log,
        )

    def wrong(self) -> dict[str, str]:
        """Message of every trouble, by code; a subject is put after the code."""
        return {f"{t.code} {t.subject}".rstrip(): t.message for t in self.troubles.all()}

    async def aclose(self) -> None:
        """End everything."""
        await self.engine.stop(0.05)
        await self.ledger.aclose()


@asynccontextmanager
async def a_house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """A house that is torn down at the end."""
    house = House(folder, ManualClock(), **settings)
    try:
        yield house
    finally:
        await house.aclose()
