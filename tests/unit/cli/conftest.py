"""What the command line's tests share: an empty machine, the command in this process, a control API of our own."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest

from daemon.cli import output
from daemon.cli.main import run_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CUT = object()
"""An answer that never comes: the connection is closed instead."""


@dataclass
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set nothing, and stand in an empty folder."""
    for name in list(os.environ):
        if name.startswith(("POOLPOWER_", "HUAWEICLOUD_", "XDG_")) or name.endswith("_DIRECTORY"):
            monkeypatch.delenv(name)
    (tmp_path / "empty.env").write_text("")
    monkeypatch.setenv("POOLPOWER_ENV_FILE", str(tmp_path / "empty.env"))
    monkeypatch.setenv("POOLPOWER_SOCKET", str(tmp_path / "control.sock"))
    monkeypatch.setenv("POOLPOWER_DATABASE_URL", f"sqlite:///{tmp_path}/ledger.db")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def poolpower(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Give the command, run in this process."""

    def run(*arguments: str) -> Done:
        code = run_command(arguments)
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return run


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the command believe that somebody sits there."""
    monkeypatch.setattr(output, "is_terminal", lambda stream: stream is not None)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


@dataclass
class Server:
    """A control API that answers what a test says, and remembers what it was asked."""

    path: Path
    answers: dict[str, list[Any]] = field(default_factory=dict)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)

    def answer(self, what: str, *bodies: Any) -> None:
        """Answer ``GET /v1/status`` and the like with these bodies in turn, the last for good.

        A body may be ``(status, body)``, bytes as they are, or CUT.
        """
        self.answers[what] = list(bodies)

    def asked(self, method: str = "") -> list[tuple[str, str, Any]]:
        """The requests so far, of one method or all."""
        return [request for request in self.requests if request[0].startswith(method)]

    def respond(self, method: str, target: str) -> Any:
        """The next answer."""
        queue = self.answers.get(f"{method} {target}") or self.answers.get(f"{method} {target.partition('?')[0]}")
        if not queue:
            return 404, {"error": f"nothing at {target}", "hint": None}
        return queue.pop(0) if len(queue) > 1 else queue[0]


@pytest.fixture
def server(machine: Path) -> Iterator[Server]:
    """Serve a control API at the socket that the settings name."""
    api = Server(machine / "control.sock")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            api.requests.append((self.command, self.path, body))
            answer = api.respond(self.command, self.path)
            if answer is CUT:
                self.close_connection = True
                return
            status, content = answer if isinstance(answer, tuple) else (200, answer)
            raw = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = handle_any  # noqa: N815 - http.server's names

        def address_string(self) -> str:
            return "unix"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
            """Say nothing."""

    class UnixServer(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing: a client that went away is part of the tests."""

    with UnixServer(str(api.path), Handler) as unix:
        thread = threading.Thread(target=unix.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield api
        unix.shutdown()
        thread.join()


@pytest.fixture
def cut() -> object:
    """Give the answer that never comes."""
    return CUT


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    """Make a run as ``history --json`` has it."""

    def make(**fields: Any) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "run": 7,
            "project": "default",
            "pool": "engineering",
            "pool_id": "a130ab3a",
            "origin": "schedule",
            "action": "stop",
            "type": "SOFT",
            "policy": "stop at 20:00 SOFT",
            "scheduled_at": "2026-11-23T19:00:00Z",
            "due_at": "2026-11-23T19:00:00Z",
            "first_attempt_at": "2026-11-23T19:00:00.020Z",
            "finished_at": "2026-11-23T19:01:00Z",
            "state": "succeeded",
            "reason": "all desktops are off",
            "attempts": 2,
            "job_id": "job-1",
            "error_code": None,
            "who": None,
            "override": None,
            "version": 3,
        }
        return {**plain, **fields}

    return make


SCHEDULE = """\
timezone = "Europe/Berlin"

[schedules.office-hours]
policies = ["start weekdays 07:30", "stop at 20:00 SOFT"]

[pools.engineering]
id       = "a130ab3a-72bf-4b71-baa9-af4987c8e338"
schedule = "office-hours"

[pools."设计部"]
schedule = "office-hours"
policies = ["hibernate mon 12:00", "reboot sundays 04:00"]
"""


@pytest.fixture
def schedule(machine: Path) -> Path:
    """Write a schedule file with two pools, one of them of wide characters."""
    path = machine / "schedules.toml"
    path.write_text(SCHEDULE)
    return path
