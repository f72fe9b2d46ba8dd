"""What `demo` tells: the acts, the lines, the frame, the commands to look beside."""

from __future__ import annotations

import io
import sys
import sysconfig
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from rich.console import Console

from daemon.cli.demo import acts, beside, story
from daemon.cli.demo.acts import ACTS
from daemon.cli.demo.localzone import local_zone
from daemon.cli.demo.screen import Screen
from daemon.cli.demo.watching import Scene
from daemon.timetable.schedulefile import parse_schedule

if TYPE_CHECKING:
    from collections.abc import Callable

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
ON_ALL = dict.fromkeys(("ENG-01", "ENG-02", "ENG-03"), "ACTIVE")


@pytest.fixture
def shown(row: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Make a run as ``show --json`` has it."""

    def make(**fields: Any) -> dict[str, Any]:
        return {**row(), "attempts_detail": [], "jobs": [], "desktops": [], **fields}

    return make


@pytest.fixture
def ended(shown: Callable[..., dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Make the four runs as they are announced."""
    desktop = {"computer_name": acts.NEVER_STARTS, "error_code": acts.NO_UNIT}
    return {
        number: shown(
            run=number,
            pool=act.pool,
            state=act.state,
            attempts=act.attempts,
            error_code=act.error_code,
            desktops=[desktop] if act.named else [],
            job_id=f"00000001-0b5e-4000-8000-{number:012}",
            reason="a reason of some length, as the ledger has them, which goes on and on and on and on and on and on",
        )
        for number, act in enumerate(ACTS, start=1)
    }


def attempt(number: int, fate: str | None, **fields: Any) -> dict[str, Any]:
    """Make an attempt as ``show --json`` has it."""
    plain = {"status": None, "error_code": None, "job_id": None, "answered_at": "2026-11-23T21:30:01Z"}
    return {"number": number, "fate": fate, **plain, **fields}


def test_schedule_of_the_demonstration_is_valid_without_a_warning() -> None:
    """Before the acts and with them, at whatever hour, in a zone that is not UTC."""
    zone = ZoneInfo("Europe/Berlin")
    for now in (NOW + timedelta(hours=hours) for hours in range(24)):
        for due in (None, acts.times(now)):
            loaded = parse_schedule([("schedules.toml", acts.schedule(zone, now, due))], now=now)
            assert (len(loaded.timetable.pools), loaded.warnings) == (4, ())


def test_acts_are_due_at_their_instants() -> None:
    """The sentences of the file name the second at which each act is announced."""
    due = acts.times(NOW)
    loaded = parse_schedule([("schedules.toml", acts.schedule(ZoneInfo("Asia/Shanghai"), NOW, due))])
    occurrences = list(loaded.timetable.between(NOW - timedelta(seconds=1), NOW + timedelta(minutes=1)))
    assert [(o.pool.key, o.scheduled_at, o.action) for o in occurrences] == [
        (act.pool, due[act.pool], act.action) for act in ACTS
    ]


def test_runs_as_announced_have_no_shortfall(ended: dict[int, dict[str, Any]]) -> None:
    """All four ended, each with its state, attempts, code and desktop."""
    scene = Scene(NOW, ended)
    assert (scene.is_over, scene.shortfalls()) == (True, [])


def test_shortfall_says_what_was_found_and_what_was_announced(ended: dict[int, dict[str, Any]]) -> None:
    """A run that ended otherwise, and one that never was; the latter only where everything should be over."""
    del ended[4]
    ended[1]["state"] = "unknown"
    scene = Scene(NOW, ended)
    assert not scene.is_over
    assert scene.shortfalls() == [
        "engineering: state 'unknown', announced 'succeeded'",
        "training-room: no run was claimed",
    ]
    assert len(scene.shortfalls(ended_only=True)) == 1


def test_a_second_run_of_a_pool_does_not_change_its_act(ended: dict[int, dict[str, Any]]) -> None:
    """Who types `retry` beside it sees it in the lines; the act stays as it ended."""
    again = {**ended[4], "run": 5, "state": "pending"}
    assert Scene(NOW, {**ended, 5: again}).run_of(ACTS[3]) == ended[4]


def test_story_tells_a_run_from_its_claim_to_its_end(shown: Callable[..., dict[str, Any]]) -> None:
    """Claim, each answer, end: each once, in the order of their times, with the ledger's times."""
    fields = {"scheduled_at": "2026-11-23T21:30:00Z", "finished_at": "2026-11-23T21:30:09Z", "reason": "all off"}
    refused = attempt(1, "refused for now", status=409, error_code="WKS.00010032")
    accepted = attempt(2, "accepted", status=200, job_id="job-1", answered_at="2026-11-23T21:30:03Z")
    scenes = [
        Scene(NOW),
        Scene(NOW, {7: shown(state="pending", attempts_detail=[refused, attempt(2, None)], **fields)}),
        Scene(NOW, {7: shown(state="accepted", attempts_detail=[refused, accepted], **fields)}),
        Scene(NOW, {7: shown(state="succeeded", attempts_detail=[refused, accepted], **fields)}),
    ]
    told = [line.shown(UTC_ZONE) for a, b in pairwise(scenes) for line in story.tell(a, b)]
    assert told == [
        "21:30:00 +0000  engineering    run 7 is due: stop at 20:00 SOFT",
        "21:30:01 +0000  engineering    attempt 1 refused for now: 409 WKS.00010032; backs off",
        "21:30:03 +0000  engineering    attempt 2 accepted: job job-1",
        "21:30:09 +0000  engineering    run 7 succeeded: all off",
    ]
    assert story.tell(scenes[3], scenes[3]) == []


def test_story_tells_refusals_for_good_and_runs_asked_for(shown: Callable[..., dict[str, Any]]) -> None:
    """A permanent error has its code; a manual run says who asked."""
    refused = attempt(1, "refused for good", status=400, error_code="WKS.0001")
    run = shown(policy=None, who="root", attempts_detail=[refused], state="pending")
    texts = [line.text for line in story.tell(Scene(NOW), Scene(NOW, {7: run}))]
    assert sorted(texts) == ["attempt 1 refused for good: 400 WKS.0001", "run 7 asked for by root: stop"]


def test_story_tells_each_desktop_that_changes() -> None:
    """By name, with how many are there; what was so from the beginning is not told."""
    first, second = (
        Scene(NOW, {}, {"engineering": ON_ALL}),
        Scene(NOW, {}, {"engineering": {**ON_ALL, "ENG-02": "ODD"}}),
    )
    third = Scene(NOW, {}, {"engineering": {**ON_ALL, "ENG-01": "SHUTOFF", "ENG-02": "SHUTOFF"}})
    assert story.tell(Scene(NOW), first) == []
    assert [line.text for line in story.tell(first, second)] == ["ENG-02 is ODD, 1 of 3"]
    assert [line.text for line in story.tell(second, third)] == ["ENG-01 is off, 2 of 3", "ENG-02 is off, 2 of 3"]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (60, 12)])
def test_frame_fits_the_terminal(ended: dict[int, dict[str, Any]], width: int, height: int) -> None:
    """No row is wider than the terminal; from 80 x 24 on none is missing; below the newest line is what to do now."""
    screen = _screen()
    lines = _drawn(screen, Scene(NOW, ended, {"engineering": ON_ALL}), width, height)
    assert all(cell_len(line) <= width for line in lines)
    if width >= 80:
        assert len(lines) <= height
        assert lines[-1] == "finished: look around beside it, or press Ctrl-C"
        assert lines[-2].startswith("21:30:00 +0000  engineering    a long")


def test_frame_says_everything_about_each_act(ended: dict[int, dict[str, Any]]) -> None:
    """Pool, state, attempts, job, code, desktops and reason; the job in full where there is room."""
    ended[2]["error_code"] = None
    ended[2]["attempts_detail"] = [attempt(1, "refused for now", error_code="WKS.00010032")]
    scene = Scene(NOW, ended, {"engineering": {**ON_ALL, "ENG-01": "SHUTOFF"}})
    narrow, wide = "\n".join(_drawn(_screen(), scene, 80, 40)), "\n".join(_drawn(_screen(), scene, 120, 40))
    for told in ("all four ended as announced", "1/3 off", "no such pool", "WKS.00010032", "WKS.0202", "a reason of"):
        assert told in narrow
    assert "…00000000001 " in narrow
    assert "00000001-0b5e-4000-8000-000000000001" in wide
    assert "   poolpower history\n" in narrow


def test_frame_before_anything_is_due_shows_the_sentences() -> None:
    """What is coming, in the zone of the file."""
    text = "\n".join(_drawn(_screen(), Scene(NOW), 80, 40))
    assert "hibernate at 21:30:03 SOFT" in text
    assert text.count("not yet due") == 4


def test_frame_offers_another_try_once_there_is_a_run_to_try_again(ended: dict[int, dict[str, Any]]) -> None:
    """Typed before, `retry` would find no run, or one that has not failed yet; nothing moves when it comes."""
    over = _drawn(_screen(), Scene(NOW, ended), 80, 40)
    ended[4]["state"] = "accepted"
    before = _drawn(_screen(), Scene(NOW, ended), 80, 40)
    assert ("   poolpower retry 4" in over, "   poolpower retry 4" in before) == (True, False)
    assert "   (one more command, once 4 has ended)" in before
    assert len(over) == len(before)


def test_story_stays_when_the_frame_is_gone() -> None:
    """Every line that was told, in order."""
    told = [text.plain for text in _screen().story()]
    assert (len(told), "line 0" in told[0], "line 99" in told[-1]) == (100, True, True)


def test_frame_says_what_is_not_as_announced(ended: dict[int, dict[str, Any]]) -> None:
    """In the title, where it cannot be missed."""
    ended[3]["state"] = "succeeded"
    assert "not as announced: archive: state 'succeeded'" in _drawn(_screen(), Scene(NOW, ended), 120, 40)[0]


def test_commands_beside_are_what_was_typed_here(tmp_path: Path) -> None:
    """Below the folder that one stands in: go there first and type the same; elsewhere: the whole path."""
    assert beside.invocation(tmp_path / ".venv/bin/poolpower", tmp_path) == (tmp_path, ".venv/bin/poolpower")
    assert beside.invocation(tmp_path / "poolpower", tmp_path) == (tmp_path, "./poolpower")
    assert beside.invocation(Path("/opt/my tools/poolpower"), tmp_path) == (None, "'/opt/my tools/poolpower'")


def test_commands_beside_of_a_module_name_the_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a source tree one has to stand in it; an installed package is found from anywhere."""
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    monkeypatch.setattr(beside.daemon, "__file__", str(tmp_path / "daemon" / "__init__.py"))
    assert beside.invocation(tmp_path / "daemon/__main__.py", Path("/")) == (tmp_path, "/usr/bin/python3 -m daemon")
    monkeypatch.setattr(sysconfig, "get_path", lambda _name: str(tmp_path))
    assert beside.invocation(tmp_path / "daemon/__main__.py", Path("/x")) == (None, "/usr/bin/python3 -m daemon")


def test_commands_beside_name_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready to be copied, whatever the user's own settings say."""
    monkeypatch.setattr(sys, "argv", ["/usr/bin/poolpower"])
    assert beside.commands(Path("/tmp/pp/control.sock"), run=2, again=4) == (  # noqa: S108 - a name only
        [
            "export POOLPOWER_SOCKET=/tmp/pp/control.sock",
            "/usr/bin/poolpower status",
            "/usr/bin/poolpower history",
            "/usr/bin/poolpower show 2",
        ],
        "/usr/bin/poolpower retry 4",
    )
    monkeypatch.setattr(sys, "argv", [str(Path.cwd() / "bin" / "poolpower")])
    assert beside.commands(Path("/s"), run=2, again=4).now[0] == f"cd {Path.cwd()}"


@pytest.mark.parametrize(
    ("tz", "now", "zone"),
    [
        ("Europe/Berlin", NOW, "Europe/Berlin"),
        (":Asia/Shanghai", NOW, "Asia/Shanghai"),
        ("Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "UTC"),
        ("CET-1CEST", NOW, "UTC"),
        ("CET", NOW, "UTC"),
        ("/etc/passwd", NOW, "UTC"),
    ],
)
def test_local_zone_is_the_machines(tz: str, now: datetime, zone: str, local_time: Callable[[str], None]) -> None:
    """By its name; UTC where it has none, and on a night on which the clocks change."""
    local_time(tz)
    assert local_zone(now).key == zone


def test_local_zone_without_a_variable_is_where_localtime_leads(
    local_time: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """localtime(5) is a link into the zone data; a copy of the data has no name."""
    local_time("UTC0")
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Etc/UTC")
    monkeypatch.delenv("TZ")
    assert local_zone(NOW, link).key in ("Etc/UTC", "UTC")
    assert local_zone(NOW, tmp_path / "none").key == "UTC"


@pytest.fixture
def local_time(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the machine's zone, and put it back."""
    import time

    def put(tz: str) -> None:
        monkeypatch.setenv("TZ", tz)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


def _screen() -> Screen:
    commands = beside.Beside(["export POOLPOWER_SOCKET=/tmp/x", "poolpower history"], "poolpower retry 4")
    screen = Screen(acts.times(NOW), UTC_ZONE, commands)
    screen.lines.extend(story.Line(NOW, "engineering", f"{'a long ' * (n % 20)}line {n}") for n in range(100))
    return screen


def _drawn(screen: Screen, scene: Scene, width: int, height: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False, highlight=False)
    with console.capture() as captured:
        console.print(screen.frame(scene, width, height), end="")
    return captured.get().splitlines()
