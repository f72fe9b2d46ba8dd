"""An engine on a real ledger with clouds in memory and a clock moved by hand; it can be killed and started again."""

from __future__ import annotations

import asyncio
import traceback
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog
from sqlalchemy import select

from daemon.execution.accepting import Candidate
from daemon.execution.engine import Engine
from daemon.execution.tuning import Tuning
from daemon.ledger import pools, runs, schema, versions
from daemon.ledger.book import Book
from daemon.ledger.claims import Asked
from daemon.ledger.ledger import open_ledger
from daemon.ledger.versions import Version
from daemon.timetable.actions import Action, ActionType
from daemon.timetable.schedulefile import parse_schedule
from daemon.workspace.memory import MemoryWorkspace
from daemon.workspace.port import Call
from tests.support.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Row

    from daemon.execution.accepting import Accepted
    from daemon.execution.lanes import Lane
    from daemon.ledger.runs import Run
    from daemon.workspace.memory import Recorded

QUIET_ROUNDS = 3


def schedule(*, head: str = 'timezone = "UTC"\n', **policies: list[str]) -> str:
    """A schedule file with these pools; pool `a` has the cloud's id `p-a`."""
    parts = [head]
    for key, sentences in policies.items():
        listed = ", ".join(f'"{sentence}"' for sentence in sentences)
        parts.append(f'[pools.{key}]\nid = "p-{key}"\npolicies = [{listed}]\n')
    return "\n".join(parts)


class World:
    """What an engine lives in.

    Attributes:
        clock: moved by hand; `advance` does, and lets happen what is due.
        ledger: a real one.
        clouds: the cloud of each project.
        engine: the one alive now.
        events: every line that was logged, as (event, facts).
    """

    def __init__(self, path: Path, tuning: Tuning, draw: Callable[[], float]) -> None:
        """Make the ledger; no engine lives yet."""
        self.clock = ManualClock()
        self.ledger = open_ledger(f"sqlite:///{path / 'ledger.db'}", now=self.clock.now(), gather=0.0)
        self.tuning = tuning
        self.draw = draw
        self.clouds: dict[str, MemoryWorkspace] = {}
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.texts: tuple[tuple[str, str], ...] = ()
        self.zone_data = "2026b"
        self.engine: Engine
        self._own_orders = 0

    # --- lives ---------------------------------------------------------------------------------------------------

    def cloud(self, project: str = "default") -> MemoryWorkspace:
        """The cloud of a project."""
        if project not in self.clouds:
            self.clouds[project] = MemoryWorkspace(self.clock.now, credential=f"key of {project}")
        return self.clouds[project]

    def make_engine(self) -> Engine:
        """A new engine on the same ledger: a new process, as far as anything in memory goes."""
        self.engine = Engine(
            writer=self.ledger.writer,
            clock=self.clock,
            open_workspace=self._open,
            log=structlog.wrap_logger(None, processors=[self._note], wrapper_class=structlog.BoundLogger),
            tuning=self.tuning,
            draw=self.draw,
        )
        return self.engine

    def _open(self, project: str, lane: Lane) -> MemoryWorkspace:
        cloud = self.cloud(project)
        cloud._admit = lane.admit
        return cloud

    def _note(self, _logger: object, method: str, facts: dict[str, Any]) -> dict[str, Any]:
        if method == "exception":
            facts["trace"] = traceback.format_exc()
        self.events.append((facts["event"], {**facts, "level": method}))
        raise structlog.DropEvent

    async def begin(self, text: str) -> Engine:
        """A first life: accept this schedule, start, and let happen what is due."""
        self.make_engine()
        await self.accept(text)
        await self.engine.start()
        await self.settle()
        return self.engine

    async def accept(self, text: str, *, moved_since: datetime | None = None) -> Accepted:
        """Bring a schedule into force in the engine that lives."""
        self.texts = (("schedules.toml", text),)
        return await self.engine.accept(self.candidate(text), moved_since=moved_since)

    def candidate(self, text: str) -> Candidate:
        """A version with this text."""
        loaded = parse_schedule([("schedules.toml", text)])
        version = Version(0, self.clock.now(), loaded.hash, loaded.timetable.meaning, self.texts, self.zone_data)
        return Candidate(loaded.timetable, version)

    async def kill(self) -> None:
        """End the engine as SIGKILL does: nothing is said, nothing is written any more."""
        engine = self.engine
        tasks = {engine._pumping, *engine._tasks._attempts, *engine._tasks._others} - {None}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def start_again(self, text: str | None = None) -> Engine:
        """A new life on the same ledger, with the version in force or, where given, a new one."""
        engine = self.make_engine()
        engine.resume(await self.ledger.writer.do(self._book))
        if text is not None:
            await self.accept(text)
        await engine.start()
        await self.settle()
        return engine

    def _book(self, conn: Any) -> Book:
        newest = versions.newest(conn)
        assert newest is not None
        timetable = parse_schedule(list(newest.texts)).timetable
        numbers = pools.register(conn, timetable.pools)
        return Book(timetable.with_pool_ids(pools.ids(conn)), newest.id, newest.accepted_at, numbers)

    # --- time ----------------------------------------------------------------------------------------------------

    async def advance(self, seconds: float, *, longest: float = 30.0) -> None:
        """Let time pass in steps short enough not to look like a suspend, ticking after each."""
        while seconds > 0:
            step = min(seconds, longest)
            seconds -= step
            self.clock.advance(step)
            await self.engine.tick()
            await self.settle()

    async def idle(self, seconds: float) -> None:
        """Let time in which nothing is due pass at once, as if the daemon had been awake all along."""
        self.clock.advance(seconds)
        self.engine.pump._last_awake = self.clock.elapsed()
        await self.engine.tick()
        await self.settle()

    async def sleep_through(self, seconds: float) -> None:
        """Suspend the machine: time passes and nothing happens until it wakes up."""
        self.clock.advance(seconds)
        self.engine._wake.set()
        await self.settle()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that a real timer of some milliseconds brings about."""
        async with asyncio.timeout(5):
            while not condition():
                self.engine._wake.set()
                await asyncio.sleep(0.002)

    async def settle(self) -> None:
        """Wait until nothing happens any more without time passing or a held answer being released."""
        quiet, before = 0, None
        while quiet < QUIET_ROUNDS:
            self._own_orders += 1
            await self.ledger.writer.do(lambda _conn: None)
            for _ in range(4):
                await asyncio.sleep(0)
            now = self._fingerprint()
            quiet = quiet + 1 if now == before and not self.engine._wake.is_set() else 0
            before = now

    def _fingerprint(self) -> tuple[int, ...]:
        orders = self.ledger.writer.committed.orders - self._own_orders
        tasks = len(self.engine._tasks._attempts), len(self.engine._tasks._others)
        return (orders, len(self.events), *tasks, *(len(cloud.calls) for cloud in self.clouds.values()))

    # --- what people do ------------------------------------------------------------------------------------------

    async def now(
        self, action: str, key: str = "a", *, request: str | None = None, project: str = "default", type_: str = "SOFT"
    ) -> Run:
        """Ask for a manual run, and let happen what is due."""
        (made,) = await self.engine.ask([self.asked(action, key, request=request, project=project, type_=type_)])
        await self.settle()
        return made

    def asked(
        self, action: str, key: str = "a", *, request: str | None = None, project: str = "default", type_: str = "SOFT"
    ) -> Asked:
        """A manual run as asked for."""
        from datetime import timedelta

        return Asked(
            pool_no=self.engine.book.numbers[project, key],
            project=project,
            pool=key,
            pool_id=f"p-{key}",
            action=Action(action),
            type=ActionType(type_),
            request=request or uuid4().hex,
            retry_for=timedelta(hours=2),
            catch_up=timedelta(hours=2),
            who="root",
        )

    async def override(self, kind: str, key: str | None = "a", *, until: datetime | None = None, **more: Any) -> None:
        """Put a pause, skip or hold on a pool from now on."""
        number = None if key is None else self.engine.book.numbers["default", key]
        now = self.clock.now()
        row = {"pool_no": number, "kind": kind, "starts_at": now, "created_at": now, "ends_at": until, "who": "ann"}
        await self.ledger.writer.do(
            lambda conn: conn.execute(schema.overrides.insert().values({**row, **more})) and None
        )

    # --- what is on record ---------------------------------------------------------------------------------------

    def runs(self) -> list[Run]:
        """Every run, in order of id."""
        with self.ledger.reader() as conn:
            return runs.read(conn, conn.execute(select(schema.runs.c.id)).scalars().all())

    def run(self, id_: int) -> Row[Any]:
        """A run's row."""
        with self.ledger.reader() as conn:
            return conn.execute(select(schema.runs).where(schema.runs.c.id == id_)).one()

    def ends(self) -> list[str]:
        """`action state: reason` of every run, in order of id."""
        with self.ledger.reader() as conn:
            rows = conn.execute(select(schema.runs).order_by(schema.runs.c.id)).all()
        return [f"{row.action} {row.state}" + (f": {row.reason}" if row.reason else "") for row in rows]

    def states(self) -> list[str]:
        """The state of every run, in order of id."""
        return [str(run.state) for run in self.runs()]

    def rows(self, table: Any) -> list[Row[Any]]:
        """Every row of a table."""
        with self.ledger.reader() as conn:
            return list(conn.execute(select(table).order_by(*table.primary_key.columns)))

    async def write(self, statement: Any) -> None:
        """Change the ledger behind the engine's back."""
        await self.ledger.writer.do(lambda conn: conn.execute(statement) and None)

    def sent(self, project: str = "default") -> list[Recorded]:
        """Every action that reached the cloud, in order."""
        calls = self.cloud(project).calls
        return [one for one in calls if one.call in (Call.ACT_ON_POOL, Call.ACT_ON_DESKTOPS)]

    def said(self, event: str) -> list[dict[str, Any]]:
        """The facts of every line of this event."""
        return [facts for name, facts in self.events if name == event]


@asynccontextmanager
async def a_world(path: Path, *, draw: Callable[[], float] = lambda: 0.5, **tuning: Any) -> AsyncIterator[World]:
    """A world that is torn down at the end, whatever lives in it."""
    world = World(path, replace(Tuning(writes_per_minute=0, reads_per_minute=0), **tuning), draw)
    try:
        yield world
    finally:
        if hasattr(world, "engine"):
            for cloud in world.clouds.values():
                for scripts in cloud._scripts.values():
                    for held in scripts:
                        held.released.set()
            await world.engine.stop(0.05)
        await world.ledger.aclose()
