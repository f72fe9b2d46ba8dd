"""Carries out a scenario with real processes and hands over the three records: plan, ledger, the cloud's journal."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from daemon.cli.control import Control, DaemonNotReachableError
from daemon.workspace.sandbox.identity import EXAMPLE_PROJECT, KeyPair

if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from tests.chaos.scenario import Scenario

COMMAND = shlex.split(os.environ.get("POOLPOWER_COMMAND", "")) or [sys.executable, "-m", "daemon"]
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 420.0
"""Seconds from the last start of the daemon until nothing may be open: a search for a lost reboot takes two minutes."""
ASK_EVERY = 1.0
"""Seconds without a line of the daemon's log after which it is asked all the same."""


@dataclass(frozen=True, slots=True)
class Records:
    """What is to be reconciled, as JSON.

    Attributes:
        plan: what `poolpower plan` named for the window.
        runs: every run with its attempts and jobs, the oldest first.
        requests: the cloud's journal.
        pools: each pool with its desktops, by id.
        finished: whether all was over in time.
    """

    plan: list[dict[str, Any]]
    runs: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    pools: dict[str, dict[str, Any]]
    finished: bool


class Storm:
    """A folder, a cloud, and the daemon as often as it is started."""

    def __init__(self, folder: Path, scenario: Scenario, cloud: str) -> None:
        """Write the schedule file."""
        self._folder = folder
        self._scenario = scenario
        self._cloud = cloud
        self._control = Control(folder / "control.sock", timeout=30)
        self._log = folder / "daemon.log"
        self._log.touch()
        self._line = asyncio.Event()
        (folder / "schedules.toml").write_text(scenario.schedule)
        (folder / "empty.env").touch()

    async def carry_out(self) -> Records:
        """Everything, until nothing is open."""
        plan = json.loads(
            await self._command(
                "plan", "--json", "--from", _at(self._scenario.begin), "--until", _at(self._scenario.end)
            )
        )
        async with httpx.AsyncClient(base_url=self._cloud) as cloud:
            for call, faults in self._scenario.scripts.items():
                (await cloud.post("/sandbox/script", json={"call": call, "faults": faults})).raise_for_status()
            async with self._daemon():
                await self._until_accepted()
            for seconds in self._scenario.kills:
                async with self._daemon():
                    await self._lived(seconds)
            async with self._daemon():
                finished = await self._until_over(len(plan))
                runs = await asyncio.to_thread(self._runs)
            requests = (await cloud.get("/sandbox/requests")).json()["requests"]
            ids = [pool["id"] for pool in self._scenario.world["pools"]]
            pools = {id_: (await cloud.get(f"/sandbox/pools/{id_}")).json() for id_ in ids}
        return Records(plan, runs, requests, pools, finished)

    @asynccontextmanager
    async def _daemon(self) -> AsyncIterator[None]:
        """A daemon that is killed at the end, whatever it is doing."""
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            "run",
            env=self._environment(),
            cwd=self._folder,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert process.stdout is not None
        reading = asyncio.create_task(self._read(process.stdout))
        try:
            yield
            assert process.returncode is None, self._log.read_text()[-3000:]
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await reading

    async def _read(self, stream: StreamReader) -> None:
        with self._log.open("ab", buffering=0) as log:
            async for line in stream:
                log.write(line)
                self._line.set()

    async def _until_accepted(self) -> None:
        """What was due before the first version came into force is nobody's (protocol 1.7)."""
        while b'"version.accepted"' not in self._log.read_bytes():
            await self._word(ASK_EVERY)
        assert datetime.now(UTC) < self._scenario.begin, "this machine is too slow: the first version came too late"

    async def _lived(self, seconds: float) -> None:
        """So long, and then until its next word: deaths fall where something happens."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            await self._word(until - loop.time())
        await self._word(0.3)

    async def _word(self, seconds: float) -> None:
        self._line.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._line.wait(), seconds)

    async def _until_over(self, count: int) -> bool:
        """Wait until every occurrence has a run and none is open; False where that takes too long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        while loop.time() < until:
            with contextlib.suppress(DaemonNotReachableError):
                rows = await asyncio.to_thread(self._control.get, "/v1/history", limit=100_000)
                if len(rows) >= count and all(row["finished_at"] for row in rows):
                    return True
            await self._word(ASK_EVERY)
        return False

    def _runs(self) -> list[dict[str, Any]]:
        rows = self._control.get("/v1/history", limit=100_000)
        return [self._control.get(f"/v1/runs/{row['run']}") for row in sorted(rows, key=lambda row: row["run"])]

    async def _command(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, *arguments, env=self._environment(), cwd=self._folder, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    def _environment(self) -> dict[str, str]:
        key = KeyPair()
        said = {
            "schedules": self._folder / "schedules.toml",
            "database_url": f"sqlite:///{self._folder / 'ledger.db'}",
            "socket": self._folder / "control.sock",
            "env_file": self._folder / "empty.env",
            "listen": "off",
            "region": "sandbox-1",
            "project_id": EXAMPLE_PROJECT,
            "endpoint": self._cloud,
            "iam_endpoint": self._cloud,
            "access_key": key.access_key,
            "secret_key": key.secret_key,
            "log_format": "json",
            **self._scenario.settings,
        }
        return {
            **clean_environment(self._folder),
            **{f"POOLPOWER_{name.upper()}": str(value) for name, value in said.items()},
        }


@asynccontextmanager
async def a_cloud(folder: Path, scenario: Scenario) -> AsyncIterator[str]:
    """The sandbox as a process; its URL."""
    world = folder / "world.json"
    world.write_text(json.dumps(scenario.world))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("cloud.py")),
        str(world),
        env=clean_environment(folder),
        stdin=DEVNULL,
        stdout=PIPE,
    )
    try:
        yield await _first_line(process)
    finally:
        process.kill()
        await process.wait()


def clean_environment(folder: Path) -> dict[str, str]:
    """This process's, without what would tell poolpower anything."""
    unwanted = ("POOLPOWER_", "HUAWEICLOUD_", "NOTIFY_", "WATCHDOG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    if "TEST_INSTALLED" not in os.environ:
        kept["PYTHONPATH"] = str(ROOT)
    return {**kept, "HOME": str(folder)}


async def _first_line(process: Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()


def _at(instant: Any) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
