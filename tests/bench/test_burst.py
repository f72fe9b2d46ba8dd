"""2,000 pools due in the same second, 50 at a time, everything durable, against two loops that keep no record."""

from __future__ import annotations

import asyncio
import logging
import random
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import structlog
from httpx_aiohttp import HttpxAiohttpClient
from pydantic import SecretStr

from daemon.execution.accepting import Candidate
from daemon.execution.clocks import SystemClock
from daemon.execution.engine import Engine
from daemon.execution.timing import Timing
from daemon.execution.tuning import Tuning
from daemon.ledger.ledger import open_ledger
from daemon.ledger.versions import Version
from daemon.service.daemon import SWITCH_EVERY
from daemon.timetable.schedulefile import parse_schedule
from daemon.workspace.client import open_workspace
from daemon.workspace.connection import Connection
from daemon.workspace.credentials import AccessKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from daemon.execution.lanes import Lane
    from daemon.workspace.port import Workspace

POOLS = 2_000
AT_ONCE = 50
ROUNDS = 5
PROJECT = "0" * 32
BODY = {"op_type": "os-stop", "type": "SOFT"}


@pytest.fixture
def url() -> Iterator[str]:
    """Give the address of the server, in another process."""
    server = Path(__file__).with_name("server.py")
    with subprocess.Popen([sys.executable, str(server)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


async def bare(make: Callable[[], httpx.AsyncClient], url: str) -> float:
    """Actions a second of a plain loop: no signature, no ledger, no retry."""
    waiting = iter(range(POOLS))

    async def worker(client: httpx.AsyncClient) -> None:
        for number in waiting:
            answer = await client.post(f"{url}/v2/{PROJECT}/desktop-pools/{number}/action", json=BODY)
            answer.json()["job_id"]

    async with make() as client:
        began = time.perf_counter()
        await asyncio.gather(*(worker(client) for _ in range(AT_ONCE)))
        return POOLS / (time.perf_counter() - began)


async def poolpower(url: str, folder: Path) -> float:
    """Actions a second from the tick that claims them to the last answer on the disk."""
    clock = SystemClock()
    ledger = open_ledger(f"sqlite:///{folder}/ledger.sqlite", now=clock.now())
    connection = Connection("bench-1", PROJECT, AccessKey("AK", SecretStr("SK" * 10)), endpoint=url)

    def opened(_project: str, lane: Lane) -> Workspace:
        return open_workspace(connection, admit=lane.admit)

    engine = Engine(
        writer=ledger.writer,
        clock=clock,
        open_workspace=opened,
        log=structlog.get_logger(),
        tuning=Tuning(timing=Timing(poll_first=600), concurrency=AT_ONCE, writes_per_minute=0, reads_per_minute=0),
        draw=random.random,
    )
    due = (clock.now() + timedelta(seconds=3)).replace(microsecond=0)
    pools = "".join(f'[pools.p{n}]\nid = "pool-{n}"\nschedule = "s"\n' for n in range(POOLS))
    text = f'timezone = "UTC"\n[schedules.s]\npolicies = ["stop at {due:%H:%M:%S} SOFT"]\n{pools}'
    loaded = parse_schedule([("s.toml", text)])
    version = Version(0, clock.now(), loaded.hash, loaded.timetable.meaning, (("s.toml", text),), "x")
    await engine.accept(Candidate(loaded.timetable, version))
    await engine.start()
    await asyncio.sleep(max(0.0, (due - clock.now()).total_seconds()))
    began = time.perf_counter()
    await engine.tick()
    while len(engine.roster.looks) < POOLS:  # noqa: ASYNC110 - watched from outside: nothing in it waits for a bench
        await asyncio.sleep(0.002)
    seconds = time.perf_counter() - began
    await engine.stop(1)
    await ledger.aclose()
    return POOLS / seconds


async def test_burst_of_2000_actions(url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """At least 4 times a loop over stock httpx, and half of a loop over httpx-aiohttp, with everything on the disk."""
    _quiet()
    sys.setswitchinterval(SWITCH_EVERY)  # as `poolpower run` does, for all rivals alike
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    rates: dict[str, list[float]] = {"stock httpx": [], "httpx-aiohttp": [], "poolpower": []}
    for round_ in range(ROUNDS + 1):
        stock = await bare(lambda: httpx.AsyncClient(limits=limits, timeout=30), url)
        aio = await bare(lambda: HttpxAiohttpClient(limits=limits, timeout=30), url)
        ours = await poolpower(url, tmp_path_factory.mktemp("b"))
        if round_:
            for name, rate in (("stock httpx", stock), ("httpx-aiohttp", aio), ("poolpower", ours)):
                rates[name].append(rate)
    for name, found in rates.items():
        print(f"{name:15} {statistics.median(found):8.0f} actions/s   {min(found):.0f}..{max(found):.0f}")
    to_stock = statistics.median(o / s for o, s in zip(rates["poolpower"], rates["stock httpx"], strict=True))
    to_aio = statistics.median(o / a for o, a in zip(rates["poolpower"], rates["httpx-aiohttp"], strict=True))
    print(f"poolpower / stock httpx   {to_stock:.2f}   (wanted: 4)")
    print(f"poolpower / httpx-aiohttp {to_aio:.2f}   (wanted: 0.5)")
    assert to_stock >= 4
    assert to_aio >= 0.5


def _quiet() -> None:
    import io

    from daemon.logs import configure

    configure("json", "info", io.StringIO())
    logging.getLogger("httpx").setLevel(logging.WARNING)
