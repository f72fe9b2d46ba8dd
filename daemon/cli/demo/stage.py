"""The stage: a temporary folder, the simulated cloud in this process, the real daemon in another one.

The daemon is told everything by its environment and inherits no setting, so that nothing of the user's own schedule,
ledger or credentials is ever touched. It has a session of its own: a Ctrl-C reaches the demonstration only, which ends
it in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.cli.control import Control, DaemonNotReachableError
from daemon.cli.demo import acts
from daemon.cli.demo.localzone import local_zone
from daemon.errors import PoolpowerError
from daemon.settings.fields import SOCKET_PATH_BYTES
from daemon.workspace.sandbox import World, create_app, serve

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Iterator, Mapping
    from zoneinfo import ZoneInfo

PREFIX = "poolpower-"
SCHEDULES, SOCKET, LOG, NO_SETTINGS = "schedules.toml", "control.sock", "daemon.log", "no-settings.env"
UP_WITHIN = 45.0
"""Seconds; a loaded machine of two cores takes about five."""
DOWN_WITHIN = 12.0
"""Seconds from SIGTERM to SIGKILL: what the daemon gives its last requests, and a little."""
ENDS_WITHIN = 2.0
"""Seconds that a daemon which has closed its socket is given to have ended."""
LEADS = (3, 10, 30)
"""Seconds ahead that the acts are scheduled; more where the daemon was too slow to take them up."""
ASK_EVERY = 0.1
LAST_LINES = 15


class StageError(PoolpowerError):
    """The daemon did not come up, or went away."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is there while the demonstration runs.

    Attributes:
        folder: everything that is written lies here.
        world: the simulated cloud.
        process: the daemon.
        control: its control API.
        zone: of the schedule file.
    """

    folder: Path
    world: World
    process: Process
    control: Control
    zone: ZoneInfo

    async def ask(self, path: str, **query: Any) -> Any:
        """Ask the daemon something.

        Raises:
            StageError: the daemon has ended; its last log lines.
            PoolpowerError: it does not answer.
        """
        try:
            return await asyncio.to_thread(self.control.get, path, **query)
        except DaemonNotReachableError:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), ENDS_WITHIN)
            self.fail_if_ended()
            raise

    def fail_if_ended(self) -> None:
        """Raise StageError where the daemon has ended, with its last log lines."""
        if self.process.returncode is not None:
            raise StageError(f"the daemon ended with exit code {self.process.returncode}{self.last_lines()}")

    def last_lines(self) -> str:
        """The end of the daemon's log, to be put after a message."""
        text = (self.folder / LOG).read_text(errors="replace")
        lines = text.splitlines()[-LAST_LINES:]
        return "; its last lines:\n  " + "\n  ".join(lines) if lines else "; it has logged nothing"

    async def schedule_acts(self) -> dict[str, datetime]:
        """Write the acts into the schedule file, for a few seconds from now, and let the daemon take them up.

        Returns:
            When each pool's act is due.

        Raises:
            StageError: the daemon does not take them.
        """
        for lead in LEADS:
            now = datetime.now(UTC)
            first = now.replace(microsecond=0) + timedelta(seconds=lead)
            due = acts.times(first)
            _write(self.folder / SCHEDULES, acts.schedule(self.zone, now, due))
            outcome = await asyncio.to_thread(self.control.post, "/v1/reload", {"accept": True, "note": "demo"})
            if outcome["outcome"] != "accepted":
                raise StageError(f"the daemon did not take the schedule file: {outcome['message']}{self.last_lines()}")
            if datetime.now(UTC) < first:
                return due
        raise StageError(f"the daemon takes longer than {LEADS[-1]} seconds to read a schedule file{self.last_lines()}")


@contextlib.asynccontextmanager
async def set_up() -> AsyncIterator[Stage]:
    """Start the cloud and the daemon; end both and remove the folder when the context is left.

    Raises:
        StageError: the daemon does not come up.
        ServingError: no port to be had.
    """
    zone = local_zone(datetime.now(UTC))
    world = acts.world()
    with _folder() as folder:
        _write(folder / SCHEDULES, acts.schedule(zone, datetime.now(UTC)))
        _write(folder / NO_SETTINGS, "")
        async with (
            serve(create_app(world)) as served,
            _daemon(folder, environment(folder, served.url, world)) as process,
        ):
            stage = Stage(folder, world, process, Control(folder / SOCKET, timeout=10), zone)
            await _come_up(stage)
            yield stage


def environment(folder: Path, url: str, world: World) -> dict[str, str]:
    """Everything that the daemon is told, and what of this process's environment does it no harm."""
    key = next(iter(world.identity.keys.values()))
    project, region = next(iter(world.identity.projects.items()))
    settings = {
        "ENV_FILE": str(folder / NO_SETTINGS),
        "SCHEDULES": str(folder / SCHEDULES),
        "DATABASE_URL": f"sqlite:///{folder / 'ledger.db'}",
        "SOCKET": str(folder / SOCKET),
        "LISTEN": "off",
        "LOG_FORMAT": "console",
        "ENDPOINT": url,
        "IAM_ENDPOINT": url,
        "REGION": region,
        "PROJECT_ID": project,
        "ACCESS_KEY": key.access_key,
        "SECRET_KEY": key.secret_key,
        "REQUEST_TIMEOUT": "15",
        "POLL_FIRST": "1.5",
        "POLL_EVERY": "1.5",
        "BACKOFF_FIRST": "3",
        "BACKOFF_MAX": "6",
    }
    return {
        **_harmless(os.environ),
        # What is imported here is imported there, whatever folder it is started in.
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
        "HOME": str(folder),
        "NO_COLOR": "1",
        **{f"POOLPOWER_{name}": value for name, value in settings.items()},
    }


def _harmless(inherited: Mapping[str, str]) -> dict[str, str]:
    """Without settings, credentials, systemd's folders and sockets, and proxies that know nothing of this machine."""
    unwanted = ("POOLPOWER_", "HUAWEICLOUD_", "NOTIFY_", "WATCHDOG_", "XDG_")
    ends = ("_DIRECTORY", "_PROXY")
    return {
        name: value
        for name, value in inherited.items()
        if not name.upper().startswith(unwanted) and not name.upper().endswith(ends)
    }


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A new folder of this user alone; in /tmp where the usual place would make the socket's path too long."""
    usual = tempfile.gettempdir()
    room = SOCKET_PATH_BYTES - len(f"/{PREFIX}12345678/{SOCKET}")
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=usual if len(os.fsencode(usual)) <= room else "/tmp"))  # noqa: S108 - mkdtemp makes it ours alone
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def _daemon(folder: Path, env: Mapping[str, str]) -> AsyncIterator[Process]:
    command = (sys.executable, "-m", "daemon.cli.demo.bound", str(os.getpid()))
    with (folder / LOG).open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=env,
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    """In order; by force where that takes too long."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), DOWN_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _come_up(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    patience = loop.time() + UP_WITHIN
    while not await asyncio.to_thread(_is_up, stage.control):
        stage.fail_if_ended()
        if loop.time() > patience:
            raise StageError(f"the daemon was not ready within {UP_WITHIN:.0f} seconds{stage.last_lines()}")
        await asyncio.sleep(ASK_EVERY)


def _is_up(control: Control) -> bool:
    """Whether its gates are open; not whether it is without trouble: a pool that the cloud does not have is one act."""
    try:
        _, health = control.ask("GET", "/v1/health")
    except DaemonNotReachableError:
        return False
    return isinstance(health, dict) and health.get("line") not in (None, "starting")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
