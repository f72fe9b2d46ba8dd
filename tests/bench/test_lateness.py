"""How late the first request of an instant is, with 10,000 policies loaded, against a bare APScheduler date job."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from httpx_aiohttp import HttpxAiohttpClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    import httpx
    from conftest import StartDaemon

POOLS = 2_500
"""With four policies each."""
ROUNDS = 15
EVERY = timedelta(seconds=2)
CANDIDATES = 90
"""Instants at which some pool is due; the first `ROUNDS` after the daemon is ready count."""
ALLOWED = 0.020
PROJECT = "0" * 32


@pytest.fixture
def witness() -> Iterator[tuple[str, IO[str]]]:
    """Give the address of a server in another process, and what it tells."""
    script = Path(__file__).with_name("witness.py")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}", process.stdout
        process.kill()


def schedule(first: datetime) -> str:
    """10,000 policies, no two alike; pool `n` of the first ones stops at the instant of its round."""
    away = (first.hour + 8) % 24
    parts = ['timezone = "UTC"\n']
    for n in range(POOLS):
        hour, clock = (away + n // 360) % 24, f"{n // 6 % 60:02}:{n % 6 * 10:02}"
        stop = f"{first + n * EVERY:%H:%M:%S}" if n < CANDIDATES else f"{(hour + 1) % 24:02}:{clock}"
        policies = (
            f"start weekdays {hour:02}:{clock}",
            f"stop at {stop} SOFT",
            f"reboot sunday {(hour + 2) % 24:02}:{clock}",
            f"hibernate saturday {(hour + 3) % 24:02}:{clock}",
        )
        parts.append(f'[pools.p{n}]\nid = "p{n}"\npolicies = {list(policies)}\n')
    return "".join(parts)


async def post_at(instants: dict[str, datetime], url: str) -> None:
    """The rival: an APScheduler date job for each instant, which does nothing but post."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    posted = asyncio.Event()

    async def post(client: httpx.AsyncClient, name: str) -> None:
        await client.post(f"{url}/v2/{PROJECT}/desktop-pools/{name}/action", json={"op_type": "os-stop"})
        left.discard(name)
        if not left:
            posted.set()

    left = set(instants)
    async with HttpxAiohttpClient() as client:
        for name, instant in instants.items():
            scheduler.add_job(post, "date", (client, name), run_date=instant, misfire_grace_time=None)
        scheduler.start()
        await posted.wait()
        scheduler.shutdown(wait=False)


def arrivals(told: IO[str], wanted: set[str]) -> dict[str, float]:
    """When the request of each of these pools came in, as the witness tells."""
    found: dict[str, float] = {}
    while wanted - found.keys():
        at, name = told.readline().split()
        found.setdefault(name, float(at))
    return found


async def test_lateness_of_the_first_request(start_daemon: StartDaemon, witness: tuple[str, IO[str]]) -> None:
    """Its median lies within 20 ms of a bare date job's, in turns of one second."""
    url, told = witness
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=20)
    due = {f"p{n}": first + n * EVERY for n in range(CANDIDATES)}
    with start_daemon(schedule(first), url):
        soon = datetime.now(UTC) + EVERY
        ours = dict([(name, at) for name, at in due.items() if at > soon][:ROUNDS])
        bare = {f"bare-{name}": at + EVERY / 2 for name, at in ours.items()}
        assert len(ours) == ROUNDS, "the daemon was not ready in time"
        await post_at(bare, url)
        came = arrivals(told, {*ours, *bare})
    late = {
        who: [came[name] - at.timestamp() for name, at in instants.items()]
        for who, instants in (("poolpower", ours), ("bare date job", bare))
    }
    print()
    for who, found in late.items():
        low, middle, high = (1000 * value for value in (min(found), statistics.median(found), max(found)))
        print(f"{who:15} {middle:8.1f} ms late   {low:.1f}..{high:.1f}")
    more = statistics.median(late["poolpower"]) - statistics.median(late["bare date job"])
    print(f"poolpower - bare date job {1000 * more:.1f} ms   (wanted: at most 20)")
    assert min(late["poolpower"]) >= 0, "before its time"
    assert more <= ALLOWED
