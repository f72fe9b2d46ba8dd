"""The installed command as a process: exit codes, pipes, signals, locales, and what it does not import."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = shlex.split(os.environ.get("POOLPOWER_COMMAND", "")) or [sys.executable, "-m", "daemon"]
CANARY = "canary-5d3f-secret"
HEAVY = (
    "pydantic",
    "rich",
    "sqlalchemy",
    "httpx",
    "aiohttp",
    "structlog",
    "alembic",
    "apscheduler",
    "uvicorn",
    "cronsim",
)
SCHEDULE = """\
timezone = "Europe/Berlin"
[pools.engineering]
policies = ["start weekdays 07:30", "stop at 20:00 SOFT"]
[pools."设计部"]
policies = ["stop at 20:00 SOFT"]
"""


class Somebody:
    """Somebody who has set nothing but what a test says, in a folder and a home of their own."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("POOLPOWER_", "HUAWEICLOUD_"))
        }
        (folder / "empty.env").write_text("")
        self.environment = kept | {
            "HOME": str(folder),
            "POOLPOWER_ENV_FILE": str(folder / "empty.env"),
            "POOLPOWER_SOCKET": str(folder / "control.sock"),
            "POOLPOWER_DATABASE_URL": f"sqlite:///{folder}/ledger.db",
        }
        # At the end of the path: an installed poolpower comes first, the source tree is there where none is installed.
        if "TEST_INSTALLED" not in os.environ:
            self.environment["PYTHONPATH"] = str(root)
        (folder / "schedules.toml").write_text(SCHEDULE)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @contextlib.contextmanager
    def start(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Start the command; it is killed where it does not end by itself."""
        with subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture
def somebody(tmp_path: Path, root: Path) -> Somebody:
    """Give somebody with a schedule file of two pools."""
    return Somebody(tmp_path, root)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["--help"], 0),
        (["check"], 0),
        (["check", "nowhere.toml"], 2),
        (["statsu"], 2),
        (["plan", "--from", "soon"], 2),
        (["explain", "stop weekdyas 20:00"], 2),
        (["status"], 3),
        (["health"], 3),
        (["now", "stop", "engineering"], 3),
        (["history"], 1),
        (["run"], 2),
    ],
)
def test_exit_codes_are_those_of_the_manual(somebody: Somebody, arguments: list[str], code: int) -> None:
    """0 done, 1 failed, 2 wrong use or invalid file, 3 daemon not reachable; and never a trace."""
    done = somebody.run(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert bool(done.stderr) == (code != 0) or arguments[0] in ("check", "explain")


def test_help_imports_nothing_that_takes_time(root: Path, somebody: Somebody) -> None:
    """--help is the table and click, whatever the commands need."""
    script = "import sys; from daemon.cli.main import run_command as r; r(['--help']); print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=somebody.environment, capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.splitlines()[-1].split())
    assert imported.isdisjoint(HEAVY)
    assert not any(name.startswith("daemon.cli.commands.") for name in imported)


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["check"], ("rich", "sqlalchemy", "httpx", "structlog", "aiohttp")),
        (["plan", "--json"], ("sqlalchemy", "httpx", "structlog", "aiohttp")),
        (["status"], ("rich", "sqlalchemy", "httpx", "structlog", "aiohttp")),
    ],
)
def test_commands_import_only_what_they_need(
    root: Path, somebody: Somebody, arguments: list[str], heavy: tuple[str, ...]
) -> None:
    """A command that asks the daemon opens no database, one that reads the file speaks no HTTP."""
    script = (
        "import os, sys; from daemon.cli.main import run_command as r; os.chdir(sys.argv[1]); "
        f"r({arguments!r}); print(); print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(somebody.folder)],
        cwd=root,
        env=somebody.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.splitlines()[-1].split()).isdisjoint(heavy)


def test_reader_that_goes_away_is_no_error(somebody: Somebody) -> None:
    """`poolpower plan | head -1` says nothing on standard error; the code is the one of SIGPIPE."""
    with somebody.start("plan", "--json", "--until", "1000d") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - in a decorator
@pytest.mark.parametrize("arguments", [["plan"], ["plan", "--json"], ["--help"], ["settings", "--json"]])
def test_answer_that_cannot_be_written_is_a_failure(somebody: Somebody, arguments: list[str]) -> None:
    """A full disk must not look like success."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=somebody.folder,
            env=somebody.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (1, "error: No space left on device\n")


def test_ctrl_c_is_quiet_and_130(somebody: Somebody) -> None:
    """A command that waits for the daemon ends at once, without a word."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(somebody.folder / "control.sock"))
        listener.listen()
        with somebody.start("status") as process:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1024)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")


@pytest.mark.parametrize("command", [["plan", "--until", "3d"], ["plan", "--json"], ["plan", "--week"], ["check"]])
def test_names_survive_a_locale_that_cannot_show_them(somebody: Somebody, command: list[str]) -> None:
    """In an ASCII locale wide characters become codes, and JSON stays JSON."""
    done = somebody.run(*command, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, "")
    if "--json" in command:
        assert {row["pool"] for row in json.loads(done.stdout)} == {"engineering", "设计部"}


def test_json_is_the_only_thing_on_standard_output(somebody: Somebody) -> None:
    """Every command that reports gives one document, and without a terminal no colour."""
    for command in (["check"], ["plan"], ["settings"], ["explain", "stop at 20:00"]):
        done = somebody.run(*command, "--json")
        json.loads(done.stdout)
        assert "\x1b" not in somebody.run(*command).stdout


def test_secrets_show_nowhere(somebody: Somebody) -> None:
    """Neither what is in force nor a refusal shows them."""
    secrets = {"POOLPOWER_SECRET_KEY": CANARY, "POOLPOWER_SECURITY_TOKEN": CANARY}
    for environment in ({"POOLPOWER_ACCESS_KEY": "ABCD1234"}, {}, {"POOLPOWER_ACCESS_KEY": "A", "POOLPOWER_X": CANARY}):
        for command in (
            ["settings"],
            ["settings", "--json"],
            ["status"],
            ["run", "--observe"] if not environment else [],
        ):
            done = somebody.run(*command, **secrets, **environment)
            assert CANARY not in done.stdout + done.stderr


def test_sandbox_serves_until_it_is_told_to_stop(somebody: Somebody) -> None:
    """The environment it prints leads to it, and SIGTERM ends it with 0."""
    with somebody.start("sandbox", "--port", "0") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("export POOLPOWER_ENDPOINT=http://127.0.0.1:")
        port = int(first.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"GET /v2/x/desktop-pools HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert connection.recv(64).startswith(b"HTTP/1.1 401")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def test_port_that_is_taken_is_told_with_the_mend(somebody: Somebody) -> None:
    """The sandbox names the address and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = somebody.run("sandbox", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "error: " in done.stderr
    assert "mend: " in done.stderr
    assert "Traceback" not in done.stderr
