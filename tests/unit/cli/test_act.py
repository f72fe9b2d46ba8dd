"""``now``, ``retry``, ``cancel``: what makes the daemon act."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click
import pytest

from daemon.cli import waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WHOM = [
    {"project": "default", "pool": "engineering", "pool_id": "i", "desktops": 12, "connected": 3, "disconnected": 1},
    {"project": "shanghai", "pool": "design", "pool_id": "j", "desktops": 2, "connected": 0, "disconnected": 0},
]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Answer yes to every question, and give the questions."""
    asked: list[tuple[str, bool]] = []

    def confirm(question: str, *, err: bool) -> bool:
        asked.append((question, err))
        return True

    monkeypatch.setattr(click, "confirm", confirm)
    return asked


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once."""
    monkeypatch.setattr(waiting, "EVERY", 0)


def test_now_asks_the_daemon_for_a_run(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]]
) -> None:
    """Action, pools, type, reason and a request id; without a terminal nobody is asked."""
    server.answer("POST /v1/now", {"runs": [row(state="pending", reason=None, job_id=None)]})
    done = poolpower("now", "STOP", "engineering", "des*", "--type", "hard", "--reason", "CHG1")
    assert (done.code, done.out) == (0, "run 7  engineering  stop SOFT  pending\n")
    ((_, _, body),) = server.requests
    assert uuid.UUID(body.pop("request"))
    assert body == {"action": "stop", "pools": ["engineering", "des*"], "type": "HARD", "reason": "CHG1"}


def test_restart_is_a_reboot(poolpower: Callable[..., Any], server: Any) -> None:
    """The word of the language works here too; nothing to do is said."""
    server.answer("POST /v1/now", {"runs": []})
    assert poolpower("now", "restart", "engineering").out == "no run to do\n"
    assert server.requests[0][2]["action"] == "reboot"


def test_refusal_of_the_daemon_is_a_failure_with_its_reason(poolpower: Callable[..., Any], server: Any) -> None:
    """A reboot of a pool that is to be off is refused at once, with that reason (protocol 2.2)."""
    server.answer("POST /v1/now", (409, {"error": "pool is to be off", "hint": "start it first"}))
    done = poolpower("now", "reboot", "engineering")
    assert (done.code, done.err) == (1, "error: pool is to be off\nmend: start it first\n")


def test_now_on_a_terminal_shows_whom_it_hits_and_asks(
    poolpower: Callable[..., Any],
    server: Any,
    row: Callable[..., dict[str, Any]],
    on_terminal: None,
    answers: list[tuple[str, bool]],
) -> None:
    """Pools that two patterns mean are shown once; the question goes to standard error."""
    del on_terminal
    server.answer("GET /v1/whom", WHOM, WHOM[:1])
    server.answer("POST /v1/now", {"runs": [row()]})
    done = poolpower("now", "stop", "*", "engineering")
    assert done.code == 0
    assert "engineering: 12 desktops, 3 with a user on it now, 1 with a session left open" in done.err
    assert "shanghai/design: 2 desktops" in done.err
    assert answers == [("stop these 2 pools now (SOFT)?", True)]


def test_now_that_is_not_wanted_does_nothing(
    poolpower: Callable[..., Any], server: Any, monkeypatch: pytest.MonkeyPatch, on_terminal: None
) -> None:
    """No is the answer to be safe with: exit code 1, no request sent."""
    del on_terminal
    questions: list[str] = []
    monkeypatch.setattr(click, "confirm", lambda question, **_: questions.append(question))
    server.answer("GET /v1/whom", WHOM[:1])
    done = poolpower("now", "stop", "engineering", "--type", "HARD")
    assert (done.code, questions) == (1, ["stop this pool now (HARD)?"])
    assert "nothing was done" in done.err
    assert server.asked("POST") == []


def test_yes_asks_nobody(
    poolpower: Callable[..., Any], server: Any, on_terminal: None, answers: list[tuple[str, bool]]
) -> None:
    """--yes is for those who know."""
    del on_terminal
    server.answer("POST /v1/now", {"runs": []})
    assert poolpower("now", "stop", "engineering", "--yes").code == 0
    assert (answers, server.asked("GET")) == ([], [])


def test_name_that_no_pool_has_is_told_before_the_question(
    poolpower: Callable[..., Any], server: Any, on_terminal: None, answers: list[tuple[str, bool]]
) -> None:
    """The daemon's refusal ends it, as wrong use."""
    del on_terminal
    server.answer("GET /v1/whom", (404, {"error": "no pool is called 'x'", "hint": "did you mean 'y'?"}))
    done = poolpower("now", "stop", "x")
    assert (done.code, answers) == (2, [])
    assert "did you mean 'y'?" in done.err


@pytest.mark.parametrize("command", ["cancel", "retry"])
def test_run_that_there_is_not_is_wrong_use(poolpower: Callable[..., Any], server: Any, command: str) -> None:
    """As it is for show."""
    server.answer(f"POST /v1/{command}", (404, {"error": "there is no run 99", "hint": None}))
    assert poolpower(command, "99").code == 2


def test_question_is_asked_even_where_the_cloud_does_not_say_whom(
    poolpower: Callable[..., Any], server: Any, on_terminal: None, answers: list[tuple[str, bool]]
) -> None:
    """An outage of the cloud does not take the administrator's hands away."""
    del on_terminal
    server.answer("GET /v1/whom", (502, {"error": "the cloud does not answer", "hint": None}))
    server.answer("POST /v1/now", {"runs": []})
    done = poolpower("now", "stop", "engineering")
    assert done.code == 0
    assert "whom it will hit in engineering cannot be told: the cloud does not answer" in done.err
    assert answers == [("stop engineering now (SOFT)?", True)]


@pytest.mark.parametrize(("final", "code"), [("succeeded", 0), ("partial", 1), ("failed", 1), ("superseded", 1)])
def test_wait_follows_the_run_to_its_end(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]], final: str, code: int
) -> None:
    """Each change of state is told, the last one once, as the answer; only success is success."""
    pending = row(state="pending", reason=None, job_id=None)
    server.answer("POST /v1/now", {"runs": [pending]})
    server.answer("GET /v1/runs/7", pending, row(state="accepted", reason=None), row(state=final))
    done = poolpower("now", "stop", "engineering", "--wait")
    assert done.code == code
    assert [line.split()[5].rstrip(":,") for line in done.err.splitlines()] == ["accepted"]
    assert [line.split()[5].rstrip(":,") for line in done.out.splitlines()] == [final]


def test_wait_as_json_gives_the_runs_as_they_ended(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]]
) -> None:
    """Programs get the final rows in the order asked."""
    server.answer("POST /v1/now", {"runs": [row(run=8, state="pending"), row(run=7)]})
    server.answer("GET /v1/runs/8", row(run=8))
    done = poolpower("now", "stop", "*", "--wait", "--json")
    assert (done.code, done.json) == (0, [row(run=8), row(run=7)])
    assert [line.split()[:2] for line in done.err.splitlines()] == [["run", "7"], ["run", "8"]]


@pytest.mark.parametrize("command", [("now", "stop", "engineering"), ("retry", "7")])
def test_answer_of_a_daemon_that_observes_says_that_nothing_is_sent(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]], command: tuple[str, ...]
) -> None:
    """Beside the answer, as JSON too: the run looks like every other."""
    for path in ("now", "retry"):
        server.answer(f"POST /v1/{path}", {"runs": [row(state="pending")], "mode": "observe"})
    assert poolpower(*command).err == "the daemon only observes: nothing is sent\n"
    done = poolpower(*command, "--json")
    assert (done.json, "only observes" in done.err) == ([row(state="pending")], True)


def test_daemon_that_goes_away_while_waiting_is_exit_3(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]], cut: object
) -> None:
    """The run goes on when the daemon comes back; the command cannot."""
    server.answer("POST /v1/now", {"runs": [row(state="pending")]})
    server.answer("GET /v1/runs/7", cut)
    assert poolpower("now", "stop", "engineering", "--wait").code == 3


def test_who_waits_no_longer_is_told_that_the_run_goes_on(
    poolpower: Callable[..., Any],
    server: Any,
    row: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C ends the waiting, not the run: how to follow it and how to call it off is said."""

    def press(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(waiting, "Event", lambda: SimpleNamespace(wait=press))
    server.answer("POST /v1/now", {"runs": [row(state="pending"), row(run=8, state="pending")]})
    done = poolpower("now", "stop", "*", "--wait")
    assert done.code == 130
    assert "2 runs, 7 and so on, go on: `poolpower show 7` tells how it ends, `poolpower cancel 7`" in done.err
    server.answer("POST /v1/now", {"runs": [row(state="pending")]})
    assert "run 7 goes on" in poolpower("now", "stop", "engineering", "--wait").err


def test_ctrl_c_behind_the_last_answer_says_that_all_has_ended(row: Callable[..., dict[str, Any]]) -> None:
    """Whatever the moment, what is said is true."""
    told: list[str] = []

    class Last:
        def get(self, _path: str) -> dict[str, Any]:
            return row()

    def tell(line: str) -> None:
        told.append(line)
        if len(told) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        waiting.wait_for(Last(), [row(state="pending")], tell=tell, over=tell, pause=lambda _seconds: None)  # type: ignore[arg-type]
    assert told[1].startswith("no longer waited for; ")


def test_retry_names_a_run_or_a_time(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]]
) -> None:
    """A failed run again, or all that failed since."""
    server.answer("POST /v1/retry", {"runs": [row(run=9, origin="manual")]})
    assert poolpower("retry", "7", "--reason", "CHG1").out.startswith("run 9")
    assert poolpower("retry", "--since", "2026-11-23T20:00Z", "--json").json[0]["run"] == 9
    (first, second) = (body for _, _, body in server.requests)
    assert (first["run"], first["reason"], "since" in first) == (7, "CHG1", False)
    assert (second["since"], "run" in second) == ("2026-11-23T20:00:00Z", False)


def test_retry_since_a_wall_time_is_in_the_files_zone(
    poolpower: Callable[..., Any], server: Any, schedule: Path
) -> None:
    """The same words as everywhere."""
    del schedule
    server.answer("POST /v1/retry", {"runs": []})
    poolpower("retry", "--since", "2026-11-23 20:00")
    assert server.requests[0][2]["since"] == "2026-11-23T19:00:00Z"


@pytest.mark.parametrize("arguments", [(), ("7", "--since", "2h")])
def test_retry_of_nothing_or_of_both_is_wrong_use(poolpower: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    """Which run is meant must be said, once."""
    done = poolpower("retry", *arguments)
    assert (done.code, "which run is it to be?" in done.err) == (2, True)


def test_cancel_calls_a_run_off(poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]]) -> None:
    """The run as it ended is shown."""
    ended = row(state="skipped", reason="cancelled by root", job_id=None)
    server.answer("POST /v1/cancel", {"run": ended})
    assert poolpower("cancel", "7").out == "run 7  engineering  stop SOFT  skipped: cancelled by root\n"
    assert poolpower("cancel", "7", "--json").json == ended
    assert server.requests[0][2]["run"] == 7


@pytest.mark.parametrize("arguments", [("explode", "x"), ("stop",), ("stop", "x", "--type", "MEDIUM")])
def test_now_that_makes_no_sense_is_wrong_use(poolpower: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    """Unknown action, no pool, unknown type."""
    assert poolpower("now", *arguments).code == 2
