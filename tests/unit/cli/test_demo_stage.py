"""The stage of `demo`: what the daemon is told, how it comes up and goes away; and both ways to show it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import signal
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from daemon.cli.control import DaemonNotReachableError
from daemon.cli.demo import acts, bound, lines, live, performance, stage
from daemon.cli.demo.acts import ACTS
from daemon.cli.demo.stage import Stage, StageError
from daemon.cli.demo.watching import Scene, look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

NOW = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)


class _Process:
    """A daemon that is not there."""

    def __init__(self, returncode: int | None = None, *, obeys: bool = True) -> None:
        self.returncode = returncode
        self.signals: list[str] = []
        self._obeys = obeys
        self._ended = asyncio.Event()

    def terminate(self) -> None:
        self.signals.append("TERM")
        if self._obeys:
            self._ended.set()

    def kill(self) -> None:
        self.signals.append("KILL")
        self._ended.set()

    async def wait(self) -> int:
        await self._ended.wait()
        return 0


class _Control:
    """A control API that answers what a test says."""

    def __init__(self, *answers: Any) -> None:
        self.path = Path("/run/control.sock")
        self.posted: list[Any] = []
        self._answers = list(answers)

    def _next(self) -> Any:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def get(self, path: str, **_query: Any) -> Any:
        del path
        return self._next()

    def ask(self, _method: str, _path: str) -> Any:
        return self._next()

    def post(self, _path: str, body: Any) -> Any:
        self.posted.append(body)
        return self._next()


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Any]:
    """Make a stage without a daemon."""

    def make(control: Any, process: Any = None) -> Any:
        (tmp_path / stage.LOG).write_text("first\nlast line\n")
        return Stage(tmp_path, acts.world(), process or _Process(), control, ZoneInfo("UTC"))

    return make


# --- what the daemon is told


def test_daemon_inherits_no_setting_and_no_credential(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the user's leaks in: settings, the SDK's names, systemd's folders, proxies, the home folder."""
    for name in ("POOLPOWER_IAM_USER", "poolpower_mode", "HUAWEICLOUD_SDK_AK", "STATE_DIRECTORY", "https_proxy"):
        monkeypatch.setenv(name, "the user's")
    monkeypatch.setenv("HARMLESS", "kept")
    env = stage.environment(tmp_path, "http://127.0.0.1:1", acts.world())
    assert "the user's" not in env.values()
    assert (env["HARMLESS"], env["HOME"]) == ("kept", str(tmp_path))
    ours = {name: value for name, value in env.items() if name.startswith("POOLPOWER_")}
    assert ours["POOLPOWER_LISTEN"] == "off"
    for name in ("SCHEDULES", "DATABASE_URL", "SOCKET", "ENV_FILE"):
        assert str(tmp_path) in ours[f"POOLPOWER_{name}"]


def test_folder_is_in_tmp_where_the_usual_place_is_too_deep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A socket's path has 107 bytes; the folder is gone afterwards either way."""
    for usual, parent in ((tmp_path, tmp_path), (tmp_path / ("deep" * 30), Path("/tmp"))):  # noqa: S108 - as documented
        monkeypatch.setattr(tempfile, "gettempdir", lambda usual=usual: str(usual))
        with stage._folder() as folder:
            assert (folder.parent, folder.stat().st_mode & 0o777) == (parent, 0o700)
        assert not folder.exists()


# --- coming up and going away


async def test_daemon_that_does_not_come_up_is_shown_with_its_last_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own words, exit code and all; and nothing is left behind."""
    told = stage.environment
    folders: list[Path] = []

    def misled(folder: Path, url: str, world: Any) -> dict[str, str]:
        folders.append(folder)
        return told(folder, url, world) | {"POOLPOWER_REGION": "NO REGION"}

    monkeypatch.setattr(stage, "environment", misled)
    with pytest.raises(StageError) as raised:
        async with stage.set_up():
            pytest.fail("it came up")
    assert "the daemon ended with exit code 2; its last lines:" in raised.value.message
    assert "POOLPOWER_REGION" in raised.value.message
    assert not folders[0].exists()


async def test_daemon_that_is_never_ready_is_given_up(
    made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs, nobody answers, or it answers that it is starting."""
    monkeypatch.setattr(stage, "UP_WITHIN", -1.0)
    for answer in (DaemonNotReachableError("nobody"), (503, {"line": "starting"})):
        with pytest.raises(StageError, match="was not ready within"):
            await stage._come_up(made(_Control(answer)))


async def test_stage_waits_until_the_daemon_is_ready(made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again until it says so."""
    monkeypatch.setattr(stage, "ASK_EVERY", 0)
    starting, troubled = (503, {"line": "starting"}), (503, {"line": "trouble: a pool is missing"})
    await stage._come_up(made(_Control(DaemonNotReachableError("nobody"), starting, troubled)))


async def test_daemon_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """First in order, then by force; one that has ended is left alone."""
    monkeypatch.setattr(stage, "DOWN_WITHIN", 0.01)
    for process, signals in (
        (_Process(), ["TERM"]),
        (_Process(obeys=False), ["TERM", "KILL"]),
        (_Process(returncode=0), []),
    ):
        await stage._end(process)
        assert process.signals == signals


async def test_daemon_that_goes_away_is_told_with_its_last_lines(
    made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it has ended; where it merely does not answer, that is said."""
    gone = _Process()
    gone.terminate()
    gone.returncode = -9
    control = _Control(DaemonNotReachableError("nobody"))
    with pytest.raises(StageError, match="exit code -9; its last lines:\n  first\n  last line"):
        await made(control, gone).ask("/v1/status")
    monkeypatch.setattr(stage, "ENDS_WITHIN", 0.01)
    with pytest.raises(DaemonNotReachableError):
        await made(control).ask("/v1/status")


def test_daemon_without_a_word_has_logged_nothing(made: Callable[..., Any]) -> None:
    """Said, rather than an empty list."""
    empty = made(_Control(None), SimpleNamespace(returncode=1))
    (empty.folder / stage.LOG).write_text("")
    assert empty.last_lines() == "; it has logged nothing"


# --- scheduling the acts


async def test_acts_are_scheduled_for_a_few_seconds_from_now(made: Callable[..., Any]) -> None:
    """Written into the file, then taken up by a reload."""
    control = _Control({"outcome": "accepted"})
    prepared = made(control)
    due = await prepared.schedule_acts()
    assert control.posted[0]["accept"] is True
    assert timedelta() < due["engineering"] - datetime.now(UTC) < timedelta(seconds=4)
    assert acts.sentence(ACTS[0].action, due["engineering"]) in (prepared.folder / stage.SCHEDULES).read_text()


async def test_acts_are_put_off_where_the_daemon_is_too_slow(
    made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence whose second has passed would never be due; after the last lead it is said."""
    control = _Control({"outcome": "accepted"})
    monkeypatch.setattr(stage, "LEADS", (-2, 30))
    assert (await made(control).schedule_acts())["engineering"] > datetime.now(UTC)
    assert len(control.posted) == 2
    monkeypatch.setattr(stage, "LEADS", (-2,))
    with pytest.raises(StageError, match="takes longer than"):
        await made(control).schedule_acts()


async def test_schedule_that_is_not_taken_is_told(made: Callable[..., Any]) -> None:
    """In the daemon's words."""
    with pytest.raises(StageError, match="did not take the schedule file: held back"):
        await made(_Control({"outcome": "held", "message": "held back"})).schedule_acts()


# --- looking


async def test_look_asks_for_new_and_open_runs_only(
    made: Callable[..., Any], row: Callable[..., dict[str, Any]]
) -> None:
    """A run that has ended does not change any more; the cloud's desktops are seen beside."""
    over, open_ = row(run=1), row(run=2, state="accepted")
    before = Scene(NOW, {1: over, 2: open_})
    scene = await look(made(_Control([over, open_], row(run=2, state="succeeded", reason="now"))), before)
    assert (scene.runs[1], scene.runs[2]["reason"]) == (over, "now")
    assert set(scene.desktops) == {"engineering", "call-centre", "training-room"}
    with pytest.raises(StageError):
        await look(made(_Control([]), SimpleNamespace(returncode=1)), before)


# --- both ways to show it


@pytest.fixture
def staged(made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the shows see scripted scenes, the last one for good."""

    def put(*scenes: Scene) -> None:
        queue = list(scenes)

        @contextlib.asynccontextmanager
        async def set_up() -> AsyncIterator[Any]:
            yield made(_Control({"outcome": "accepted"}))

        async def look_(_stage: Any, _before: Scene) -> Scene:
            return queue.pop(0) if len(queue) > 1 else queue[0]

        monkeypatch.setattr(stage, "set_up", set_up)
        for module in (lines, live):
            monkeypatch.setattr(module, "look", look_)
            monkeypatch.setattr(module, "LOOK_EVERY", 0)

    return put


@pytest.fixture
def over(row: Callable[..., dict[str, Any]]) -> Scene:
    """Make the scene in which all four ended as announced."""
    desktop = {"computer_name": acts.NEVER_STARTS, "error_code": acts.NO_UNIT}
    fields = [
        {"pool": act.pool, "state": act.state, "attempts": act.attempts, "error_code": act.error_code} for act in ACTS
    ]
    runs = [row(run=n, attempts_detail=[], desktops=[], **each) for n, each in enumerate(fields, start=1)]
    runs[3]["desktops"] = [desktop]
    return Scene(NOW, {run["run"]: run for run in runs})


def test_story_in_lines_ends_with_its_verdict(
    staged: Callable[..., None], over: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 where all four ended as announced; each act is announced first."""
    staged(Scene(NOW), over)
    assert performance.play() == 0
    told = capsys.readouterr().out
    assert "  3  archive        a refusal for good" in told
    assert "run 4 partial" in told
    assert told.splitlines()[-1].startswith("All four ended as announced")


def test_story_in_lines_says_what_is_not_as_announced(
    staged: Callable[..., None], over: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 with the reason, where an act ended otherwise, and where one never ended."""
    staged(Scene(NOW, over.runs | {1: over.runs[1] | {"state": "unknown"}}))
    assert performance.play() == 1
    assert "not as announced: engineering: state 'unknown'" in capsys.readouterr().out
    monkeypatch.setattr(lines, "ALL_WITHIN", 0.0)
    staged(Scene(NOW))
    assert performance.play() == 1
    assert "archive: no run was claimed" in capsys.readouterr().out


def test_signal_ends_the_story_in_lines(staged: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    """The stage is left in order, without a trace; a second signal changes nothing."""
    staged(Scene(NOW))

    class Told(lines.InLines):
        async def play(self) -> int:
            asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
            try:
                return await super().play()
            finally:
                os.kill(os.getpid(), signal.SIGINT)

    assert asyncio.run(performance.perform(Told())) == 130
    assert "interrupted; the daemon has stopped" in capsys.readouterr().err


def test_ctrl_c_is_the_ordinary_end_on_a_terminal(
    staged: Callable[..., None], over: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """0, and what was seen last stays on the terminal."""
    staged(over)
    assert (_shown(over), "succeeded" in capsys.readouterr().err) == ((0, True), False)


def test_ctrl_c_after_an_act_ended_otherwise_is_a_failure(
    staged: Callable[..., None], over: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """1 with the reason."""
    wrong = Scene(NOW, over.runs | {3: over.runs[3] | {"state": "succeeded"}})
    staged(wrong)
    assert _shown(wrong) == (1, True)
    assert "not as announced: archive" in capsys.readouterr().out


def test_cancelled_from_outside_is_no_signal(staged: Callable[..., None]) -> None:
    """Whoever embeds it gets its cancellation back."""
    staged(Scene(NOW))

    async def cancelled() -> None:
        task = asyncio.ensure_future(performance.perform(lines.InLines()))
        asyncio.get_running_loop().call_soon(task.cancel)
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


@pytest.mark.parametrize(
    ("ci", "term", "terminal", "audience"),
    [
        ("", "xterm", True, True),
        ("false", "xterm", True, True),
        ("true", "xterm", True, False),
        ("", "dumb", True, False),
        ("", "xterm", False, False),
    ],
)
def test_live_only_where_a_person_watches(
    monkeypatch: pytest.MonkeyPatch, ci: str, term: str, *, terminal: bool, audience: bool
) -> None:
    """A terminal that can be redrawn, and no CI."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(performance.output, "is_terminal", lambda _stream: terminal)
    assert performance._has_an_audience() is audience


# --- bound to the demonstration


def test_daemon_whose_parent_is_gone_already_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal of the parent's death would never come: it is asked for too late."""
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(bound.ctypes, "CDLL", lambda _name: SimpleNamespace(prctl=lambda *a: asked.append(a)))
    bound.bind(os.getppid())
    assert asked == [(1, signal.SIGTERM)]
    with pytest.raises(SystemExit) as ended:
        bound.bind(os.getppid() + 1)
    assert ended.value.code == 143


def test_daemon_on_a_system_without_prctl_is_not_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs all the same."""
    monkeypatch.setattr(bound.ctypes, "CDLL", lambda _name: SimpleNamespace())
    bound.bind(os.getppid())


def _shown(scene: Scene) -> tuple[int, bool]:
    """Play on a terminal until all that is to be seen was drawn, then press Ctrl-C."""
    console = Console(file=io.StringIO(), width=100, height=35, force_terminal=True, color_system=None)

    class Shown(live.OnTerminal):
        async def play(self) -> int:
            asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)
            return await super().play()

    code = asyncio.run(performance.perform(Shown(console)))
    left = console.file.getvalue().partition("\x1b[?1049l")[2]  # after the alternate screen
    return code, str(scene.runs[1]["state"]) in left
