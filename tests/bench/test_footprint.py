"""What poolpower costs to have: the start of a command, the check of a large file, an idle daemon.

BENCH_IDLE_SECONDS sets how long the idle daemons are watched; the wanted figure is meant for the default of 300.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Running, StartDaemon

POOLS = 10_000
SCHEDULES = 48
STARTS, CHECKS = 15, 5
IDLE_SECONDS = float(os.environ.get("BENCH_IDLE_SECONDS", "300"))
NOWHERE = "http://127.0.0.1:9"


def shared() -> str:
    """10,000 pools that share 48 schedules of four policies."""
    schedules = (f"[schedules.s{n}]\npolicies = {_four(n)}\n" for n in range(SCHEDULES))
    pools = (f'[pools.p{n}]\nid = "{n:036}"\nschedule = "s{n % SCHEDULES}"\n' for n in range(POOLS))
    return 'timezone = "UTC"\n' + "".join((*schedules, *pools))


def own() -> str:
    """10,000 pools with four policies of their own each."""
    return 'timezone = "UTC"\n' + "".join(
        f'[pools.p{n}]\nid = "{n:036}"\npolicies = {_four(n % 360)}\n' for n in range(POOLS)
    )


def _four(minutes: int) -> list[str]:
    """Four policies of which none is due in the next hours."""
    hour, minute = (datetime.now(UTC).hour + 6 + minutes // 60) % 24, minutes % 60
    return [
        f"start weekdays {hour:02}:{minute:02}",
        f"stop at {(hour + 3) % 24:02}:{minute:02} SOFT",
        f"stop weekends {(hour + 1) % 24:02}:{minute:02}",
        f"reboot sundays {(hour + 2) % 24:02}:{minute:02}",
    ]


def seconds_of(command: list[str], folder: Path) -> float:
    """Wall time of a command."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def test_start_of_a_command(poolpower: list[str], root: Path) -> None:
    """`poolpower --help` takes less than twice what importing click takes, in turns."""
    pairs = [
        (seconds_of([*poolpower, "--help"], root), seconds_of([sys.executable, "-c", "import click"], root))
        for _ in range(STARTS)
    ]
    ours, click = (statistics.median(each) for each in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print()
    print(f"import click     {1000 * click:6.0f} ms")
    print(f"poolpower --help {1000 * ours:6.0f} ms")
    print(f"poolpower --help / import click {ratio:.2f}   (wanted: under 2)")
    assert ratio < 2


@pytest.mark.parametrize("text_of", [shared, own])
def test_check_of_10000_pools(text_of: Callable[[], str], poolpower: list[str], root: Path, tmp_path: Path) -> None:
    """`poolpower check` of 10,000 pools takes less than three seconds."""
    file = tmp_path / "s.toml"
    file.write_text(text_of(), encoding="utf-8")
    found = [seconds_of([*poolpower, "check", str(file)], root) for _ in range(CHECKS)]
    middle = statistics.median(found)
    print()
    print(
        f"check, policies {text_of.__name__}: {middle:.2f} s   {min(found):.2f}..{max(found):.2f}   (wanted: under 3)"
    )
    assert middle < 3


def test_idle_daemon_with_10000_pools(start_daemon: StartDaemon) -> None:
    """It has less than 150 MB, before and after a status call, and takes less than 0.2 % of a CPU."""
    print()
    with ExitStack() as stack:
        daemons = {text_of.__name__: stack.enter_context(start_daemon(text_of(), NOWHERE)) for text_of in (shared, own)}
        resident = {name: _resident(running) for name, running in daemons.items()}
        idle = _idle({name: psutil.Process(running.pid) for name, running in daemons.items()})
    for name, (ready, asked) in resident.items():
        print(f"policies {name:6}  {ready:4.0f} MB ready   {asked:4.0f} MB after a status call   (wanted: under 150)")
    for name, share in idle.items():
        print(f"policies {name:6}  {share:.3f} % of a CPU over {IDLE_SECONDS:.0f} s   (wanted: under 0.2)")
    assert max(asked for _, asked in resident.values()) < 150
    assert max(idle.values()) < 0.2


def _resident(running: Running) -> tuple[float, float]:
    """Resident memory in MB when it is ready, and after a status call."""
    process = psutil.Process(running.pid)
    ready = process.memory_info().rss
    assert running.status().count(b'"pool_id"') >= POOLS
    return ready / 1e6, process.memory_info().rss / 1e6


def _idle(processes: dict[str, psutil.Process]) -> dict[str, float]:
    """Percent of a CPU that each takes while nothing happens."""
    time.sleep(5)  # what followed the status call is no idling
    before = {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}
    time.sleep(IDLE_SECONDS)
    return {
        name: 100 * (sum(process.cpu_times()[:2]) - before[name]) / IDLE_SECONDS for name, process in processes.items()
    }
