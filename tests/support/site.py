"""A simulated cloud over real HTTP, and the daemon beside it: in this process, or as the installed command."""

# ruff: noqa: ASYNC110 - a process says what it does in files and answers only; files here are small

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import signal
import socket
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.cli.control import Control, DaemonNotReachableError
from daemon.execution.clocks import SystemClock
from daemon.service.daemon import serve as serve_daemon
from daemon.settings.model import Settings
from daemon.workspace.sandbox import Identity, KeyPair, Timing, World, create_app, serve
from daemon.workspace.sandbox.examples import numbered_pool
from daemon.workspace.sandbox.identity import EXAMPLE_PROJECT
from tests.support.house import Events

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable

    from daemon.workspace.sandbox.journal import Entry

COMMAND = shlex.split(os.environ.get("POOLPOWER_COMMAND", "")) or [sys.executable, "-m", "daemon"]
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30.0
STEP = 0.02
QUICK = {
    "request_timeout": 1.5,
    "poll_first": 0.2,
    "poll_every": 0.3,
    "backoff_first": 0.2,
    "backoff_max": 0.5,
    "follow_for": 60.0,
}
"""Settings with which a run takes a second or two."""
POOLS = {"a": "a-pool-id", "b": "b-pool-id"}


def schedule(*, a: str = "stop at 03:00", b: str = "stop at 03:00", head: str = "") -> str:
    """A schedule file of two pools."""
    pools = "".join(
        f'[pools.{key}]\nid = "{POOLS[key]}"\npolicies = ["{policy}"]\n' for key, policy in (("a", a), ("b", b))
    )
    return f'timezone = "UTC"\n{head}{pools}'


def soon(seconds: float) -> datetime:
    """A whole second from now."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds + 1)


class Site:
    """A cloud with two pools of two desktops, and a folder with everything that a daemon needs.

    Attributes:
        world: the cloud.
        folder: where file, ledger and socket are.
        file: the schedule file.
        events: what daemons in this process logged.
        control: the control API.
    """

    def __init__(self, folder: Path, world: World, url: str, key: KeyPair) -> None:
        """Write a schedule file in which nothing is due soon."""
        self.world = world
        self.folder = folder
        self.file = folder / "schedules.toml"
        self.file.write_text(schedule())
        self.ledger = folder / "ledger.db"
        self.url = f"sqlite:///{self.ledger}"
        self.socket = folder / "control.sock"
        self.control = Control(self.socket, timeout=PATIENCE)
        self.events = Events()
        self.page = ("127.0.0.1", _free_port())
        self._endpoint = url
        self._key = key

    # --- settings -------------------------------------------------------------------------------------------------

    def said(self, **changes: Any) -> dict[str, Any]:
        """Every setting."""
        return {
            "schedules": self.file,
            "database_url": self.url,
            "socket": self.socket,
            "listen": "off",
            "region": "sandbox-1",
            "project_id": EXAMPLE_PROJECT,
            "endpoint": self._endpoint,
            "iam_endpoint": self._endpoint,
            "access_key": self._key.access_key,
            "secret_key": self._key.secret_key,
            "log_format": "json",
            **QUICK,
            **changes,
        }

    def environment(self, **changes: Any) -> dict[str, str]:
        """The same for a process of its own."""
        unwanted = ("POOLPOWER_", "HUAWEICLOUD_", "NOTIFY_", "WATCHDOG_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        if "TEST_INSTALLED" not in os.environ:
            kept["PYTHONPATH"] = str(ROOT)
        (self.folder / "empty.env").touch()
        given = {f"POOLPOWER_{name.upper()}": str(value) for name, value in self.said(**changes).items()}
        return {**kept, "HOME": str(self.folder), "POOLPOWER_ENV_FILE": str(self.folder / "empty.env"), **given}

    # --- a daemon in this process ---------------------------------------------------------------------------------

    def begin(self, **changes: Any) -> Life:
        """Start a daemon in this process."""
        return Life(self, Settings(**self.said(**changes)))

    @asynccontextmanager
    async def living(self, **changes: Any) -> AsyncIterator[Life]:
        """A daemon in this process that is ready, and is ended by SIGTERM at the latest when the block is left."""
        life = self.begin(**changes)
        try:
            await life.until_ready()
            yield life
        finally:
            await life.end()

    # --- a daemon as a process ------------------------------------------------------------------------------------

    @asynccontextmanager
    async def process(self, *options: str, **changes: Any) -> AsyncIterator[Process]:
        """The installed command, ready; killed where it has not ended when the block is left."""
        process = await self.run(*options, **changes)
        try:
            await self.until_healthy(process)
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def run(self, *options: str, **changes: Any) -> Process:
        """Start the installed command; its log is added to ``daemon.log``."""
        with (self.folder / "daemon.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *COMMAND,
                "run",
                *options,
                env=self.environment(**changes),
                cwd=self.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def until_healthy(self, process: Process) -> None:
        """Wait until the daemon says that it does its work."""

        def is_up() -> bool:
            assert process.returncode is None, self.log()
            with contextlib.suppress(DaemonNotReachableError):
                return self.control.ask("GET", "/v1/health")[0] == 200
            return False

        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(is_up):
                await asyncio.sleep(STEP)

    def log(self) -> str:
        """What daemons in processes of their own logged."""
        return (self.folder / "daemon.log").read_text(errors="replace")

    async def cli(self, *arguments: str, **changes: Any) -> tuple[int, str, str]:
        """Run a command to its end: exit code, standard output, standard error."""
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *arguments,
            env=self.environment(**changes),
            cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def answer(self, *arguments: str) -> Any:
        """What a command reports as JSON."""
        code, out, err = await self.cli(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    # --- asking and waiting ---------------------------------------------------------------------------------------

    async def get(self, path: str, **query: Any) -> Any:
        """Ask the daemon."""
        return await asyncio.to_thread(self.control.get, path, **query)

    async def post(self, path: str, **body: Any) -> Any:
        """Tell the daemon."""
        return await asyncio.to_thread(self.control.post, path, body)

    async def order(self, action: str, pool: str, request: str = "") -> dict[str, Any]:
        """Ask for a manual run."""
        made = await self.post("/v1/now", action=action, pools=[pool], request=request or f"{action} {pool}")
        return made["runs"][0]

    async def until_run(self, condition: Callable[[dict[str, Any]], bool], pool: str) -> dict[str, Any]:
        """Wait until the newest run of a pool is so."""
        async with asyncio.timeout(PATIENCE):
            while True:
                rows = await self.get("/v1/history", pool=pool, limit=1)
                if rows and condition(rows[0]):
                    return rows[0]
                await asyncio.sleep(STEP)

    async def until_over(self, pool: str) -> dict[str, Any]:
        """Wait until the newest run of a pool is over."""
        return await self.until_run(lambda row: row["finished_at"] is not None, pool)

    async def until_status(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until the daemon's status is so."""
        async with asyncio.timeout(PATIENCE):
            while not condition(await self.get("/v1/status")):
                await asyncio.sleep(STEP)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that another task or process brings about."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(STEP)

    def actions(self, pool: str) -> list[Entry]:
        """Every action that reached the cloud for a pool, the per-desktop ones too."""
        id_ = POOLS[pool]
        desktops = {desktop.desktop_id for desktop in self.world.any_pool(id_).desktops}
        return [
            entry
            for entry in self.world.journal.entries()
            if entry.method == "POST"
            and entry.action is not None
            and (entry.pool_id == id_ or desktops & set(entry.desktop_ids))
        ]

    def states(self, pool: str) -> set[str]:
        """States of the pool's desktops."""
        return {desktop.status for desktop in self.world.any_pool(POOLS[pool]).desktops}


class Life:
    """A daemon in this process."""

    def __init__(self, site: Site, settings: Settings) -> None:
        """Begin."""
        self._site = site
        self.ready = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(
            serve_daemon(settings, SystemClock(), site.events.log, on_ready=self.ready.set)
        )

    async def until_ready(self) -> None:
        """Wait until the gates are open; what keeps it from that is raised."""
        waiting = asyncio.get_running_loop().create_task(self.ready.wait())
        await asyncio.wait({waiting, self.task}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self.task.done():
            self.task.result()

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        """As the service manager sends it."""
        os.kill(os.getpid(), number)

    async def end(self) -> int:
        """SIGTERM, unless it has ended; gives the exit code."""
        if not self.task.done():
            self.signal()
        return await asyncio.wait_for(self.task, PATIENCE)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@asynccontextmanager
async def a_site(folder: Path, *, seconds: float = 0.5, key: KeyPair | None = None) -> AsyncIterator[Site]:
    """A site whose desktops take so many seconds for an action."""
    key = key or KeyPair()
    world = World(
        [numbered_pool(id_, name, name.upper(), 2) for name, id_ in POOLS.items()],
        timing=Timing.uniform(seconds),
        identity=Identity(keys=(key,)),
        tells_action=True,
    )
    async with serve(create_app(world)) as served:
        yield Site(folder, world, served.url, key)
