"""Runs `poolpower demo` as a newcomer does, once where nobody watches and once on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil
import pytest

import daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = (sys.executable, "-m", "daemon", "demo")
ON_TERMINAL = 'tty=$1; shift; exec "$@" <>"$tty" >&0 2>&0'
"""A session leader's first terminal becomes its controlling one, which makes a signal of Ctrl-C."""
PATIENCE = 100.0
"""Seconds; it takes about twenty-five."""


@pytest.fixture
def newcomer(tmp_path: Path) -> dict[str, str]:
    """Give the environment of somebody whose own settings would break everything that took them up."""
    home = tmp_path / "home"
    home.mkdir()
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    unwanted = ("POOLPOWER_", "HUAWEICLOUD_", "COLUMNS", "LINES")
    others = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    own = ("SCHEDULES", "SOCKET", "CA_FILE", "ENV_FILE")
    return others | {
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "TERM": "xterm-256color",
        "PYTHONPATH": str(Path(daemon.__file__).parent.parent),
        "POOLPOWER_DATABASE_URL": f"sqlite:///{home}/ledger.db",
        "HTTP_PROXY": "http://127.0.0.1:9",
        **{f"POOLPOWER_{name}": str(home / name) for name in own},
    }


def test_demo_where_nobody_watches_tells_its_story_and_ends(newcomer: dict[str, str], tmp_path: Path) -> None:
    """Four acts, each told to its end, exit code 0; nothing is left behind, and nothing of the user's was touched."""
    done = subprocess.run(
        COMMAND,
        env=newcomer | {"CI": "true"},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for told in (
        r"engineering +run 1 is due: stop at [0-9:]+ SOFT",
        r"engineering +ENG-05 is off, 5 of 5",
        r"engineering +run 1 succeeded: all 5 desktops are SHUTOFF",
        r"call-centre +attempt 2 refused for now: 409 WKS\.00010032; backs off",
        r"call-centre +attempt 3 accepted: job \S+",
        r"call-centre +run 2 succeeded",
        r"archive +run 3 failed: .*400 WKS\.0001: .* does not exist",
        r"training-room +run 4 partial: 1 of 4 .*ROOM-03 WKS\.0202",
    ):
        assert re.search(told, done.stdout), (told, done.stdout)
    assert done.stdout.splitlines()[-1].startswith("All four ended as announced")
    _nothing_is_left(tmp_path)


def test_demo_on_a_terminal_shows_all_four_until_ctrl_c(newcomer: dict[str, str], tmp_path: Path) -> None:
    """Drawn live; the printed commands work beside it; Ctrl-C ends it with 0, without a trace, and nothing is left."""
    with _Terminal(newcomer | {"CI": ""}, tmp_path) as terminal:
        terminal.wait_for("In another terminal")
        begun = psutil.Process(terminal.process.pid).children()
        terminal.wait_for("all four ended as announced")
        socket = re.search(r"POOLPOWER_SOCKET=(\S+/control\.sock)", terminal.seen)
        assert socket is not None, terminal.seen[:3000]
        beside = subprocess.run(
            [*COMMAND[:-1], "show", "4"],
            env=newcomer | {"POOLPOWER_ENV_FILE": os.devnull, "POOLPOWER_SOCKET": socket[1]},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert beside.returncode == 0, beside.stderr
        assert "training-room  start  partial" in beside.stdout
        assert "ROOM-03" in beside.stdout
        terminal.type("\x03")
        assert terminal.process.wait(PATIENCE) == 0, terminal.seen
        terminal.wait_for("the daemon has stopped and its files are removed")
        assert "Traceback" not in terminal.seen
    assert begun
    assert not any(child.is_running() for child in begun)
    _nothing_is_left(tmp_path)


def test_demo_that_is_killed_takes_the_daemon_with_it(newcomer: dict[str, str], tmp_path: Path) -> None:
    """SIGKILL leaves no chance to clean up; the daemon is told by the kernel."""
    with _Terminal(newcomer | {"CI": ""}, tmp_path) as terminal:
        terminal.wait_for("In another terminal")
        (begun,) = psutil.Process(terminal.process.pid).children()
        terminal.process.send_signal(signal.SIGKILL)
        terminal.process.wait(PATIENCE)
        begun.wait(PATIENCE)


def _nothing_is_left(tmp_path: Path) -> None:
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list((tmp_path / "home").iterdir()) == []


class _Terminal:
    """The command on a terminal of 120 columns and 40 rows."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            ["sh", "-c", ON_TERMINAL, "sh", os.ttyname(theirs), *COMMAND],
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._theirs = theirs  # kept open: what was drawn can be read although the command has ended
        self.seen = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)
        os.close(self._theirs)
        os.close(self._ours)

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def wait_for(self, text: str) -> None:
        """Read what the command draws until the text is among it."""
        until = time.monotonic() + PATIENCE
        for drawn in self._drawn(until):
            self.seen += drawn
            if text in self.seen:
                return
        pytest.fail(f"{text!r} did not appear in: {self.seen}")

    def _drawn(self, until: float) -> Iterator[str]:
        yield ""
        while select.select([self._ours], [], [], max(0.0, until - time.monotonic()))[0]:
            yield os.read(self._ours, 65536).decode(errors="replace")
