"""What benchmarks share: a real daemon of its own for each, and how it is asked."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    StartDaemon = Callable[[str, str], AbstractContextManager["Running"]]

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 120.0
"""Seconds; a start beside other benchmarks of a busy machine takes its time."""


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon that is ready.

    Attributes:
        pid: of its process.
        socket: its control socket.
        log: where its log goes.
    """

    pid: int
    socket: Path
    log: Path

    def status(self) -> bytes:
        """What its control API answers about itself and every pool."""
        connection = http.client.HTTPConnection("daemon")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.socket))
        connection.request("GET", "/v1/status")
        answer = connection.getresponse().read()
        connection.close()
        return answer


@pytest.fixture(scope="session")
def poolpower() -> list[str]:
    """Give the command: the installed one, else the source tree's."""
    script = shutil.which("poolpower", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "daemon"]


@pytest.fixture
def start_daemon(poolpower: list[str], tmp_path_factory: pytest.TempPathFactory) -> StartDaemon:
    """Give what starts ``poolpower run`` with the text of a schedule file against a server."""

    @contextmanager
    def start(text: str, endpoint: str) -> Iterator[Running]:
        folder = tmp_path_factory.mktemp("d")
        (folder / "s.toml").write_text(text, encoding="utf-8")
        log = folder / "log"
        with (
            log.open("wb") as stream,
            subprocess.Popen(
                [*poolpower, "run"], env=_environment(folder, endpoint), stderr=stream, cwd=ROOT
            ) as process,
        ):
            try:
                _wait_until_ready(process, log)
                yield Running(process.pid, folder / "c", log)
            finally:
                process.terminate()

    return start


def _environment(folder: Path, endpoint: str) -> dict[str, str]:
    return {
        **os.environ,
        "POOLPOWER_SCHEDULES": str(folder / "s.toml"),
        "POOLPOWER_DATABASE_URL": f"sqlite:///{folder}/ledger.sqlite",
        "POOLPOWER_SOCKET": str(folder / "c"),
        "POOLPOWER_LISTEN": "off",
        "POOLPOWER_LOG_FORMAT": "json",
        "POOLPOWER_ENDPOINT": endpoint,
        "POOLPOWER_REGION": "bench-1",
        "POOLPOWER_PROJECT_ID": "0" * 32,
        "POOLPOWER_ACCESS_KEY": "AK",
        "POOLPOWER_SECRET_KEY": "SK" * 10,
        "POOLPOWER_POLL_FIRST": "600",
    }


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while b'"daemon.ready"' not in log.read_bytes():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)  # a process of its own has no event to wait for
