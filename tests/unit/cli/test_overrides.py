"""``pause``, ``skip``, ``hold``, ``resume``, ``overrides`` and ``ensure``."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
import pytest

from daemon.cli.moments import coming, moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STOP = {"project": "default", "pool": "engineering", "action": "stop", "at": "2026-11-23T19:00:00Z"}


def override(**fields: Any) -> dict[str, Any]:
    """An override as ``overrides --json`` has it."""
    plain: dict[str, Any] = {
        "override": 7,
        "project": "default",
        "pool": "engineering",
        "kind": "pause",
        "action": None,
        "from": "2026-11-23T12:00:00Z",
        "until": "2026-11-24T07:00:00Z",
        "in_force": True,
        "then": None,
        "reason": "CHG1",
        "who": "ann",
        "ended_at": None,
        "ended_who": None,
        "ended_why": None,
        "skipped": 0,
        "runs": [],
        "enforced": [],
    }
    return {**plain, **fields}


def put(**fields: Any) -> dict[str, Any]:
    """The same in the answer to the call that put it on."""
    return override(**{"will_skip": [STOP], "more": False, "will_not_skip": [], "ended": [], "goes_on": [], **fields})


def answer(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An answer of the daemon."""
    return {"timezone": "Europe/Berlin", "overrides": list(rows), **more}


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer no to every question, and give the questions."""
    asked: list[str] = []

    def confirm(question: str, *, err: bool) -> bool:
        assert err
        asked.append(question)
        return False

    monkeypatch.setattr(click, "confirm", confirm)
    return asked


@pytest.mark.parametrize(
    ("instant", "told"),
    [
        ("2026-11-23T19:00:00Z", "Mon 2026-11-23 20:00 +0100 (19:00 UTC)"),
        ("2026-11-23T23:30:05Z", "Tue 2026-11-24 00:30:05 +0100 (2026-11-23 23:30:05 UTC)"),
        (None, "resumed"),
    ],
)
def test_an_instant_is_told_in_the_files_zone_and_in_utc(instant: str | None, told: str) -> None:
    """With the date of UTC where it is another one, and with seconds where there are any."""
    assert moment(instant, BERLIN) == told


@pytest.mark.parametrize(("days", "day"), [(-1, " yesterday"), (0, " today"), (1, " tomorrow"), (2, "")])
def test_what_comes_is_told_by_its_day(days: int, day: str) -> None:
    """As one would say it, and exactly."""
    at = (NOON + timedelta(days=days, hours=7)).isoformat()
    assert coming({"action": "stop", "at": at}, BERLIN, NOON).startswith(f"stop 20:00{day}, ")


def test_pause_asks_the_daemon_for_an_override(poolpower: Callable[..., Any], server: Any, schedule: Path) -> None:
    """Pools, end in UTC by the file's zone, reason and a request id; a day is included (protocol 4.10)."""
    del schedule
    server.answer("POST /v1/override", answer(put()))
    done = poolpower("pause", "engineering", "des*", "--until", "2026-12-01", "--reason", "CHG1")
    assert done.code == 0
    ((_, _, body),) = server.requests
    assert uuid.UUID(body.pop("request"))
    assert body == {
        "kind": "pause",
        "pools": ["engineering", "des*"],
        "until": "2026-12-01T23:00:00Z",
        "reason": "CHG1",
        "dry_run": False,
    }


def test_pause_tells_what_it_does_and_what_not(poolpower: Callable[..., Any], server: Any) -> None:
    """What it skips, what ended, what goes on, and that hands are free (protocol 4.10)."""
    ended = {"run": 12, "pool": "engineering", "action": "stop"}
    server.answer("POST /v1/override", answer(put(more=True, ended=[ended])))
    lines = poolpower("pause", "engineering", "--until", "2h").out.splitlines()
    until = "Tue 2026-11-24 08:00 +0100 (07:00 UTC)"
    assert lines[0] == f"override 7  engineering  pause until {until}, by ann: CHG1"
    assert lines[1].startswith("  skips         stop 20:00")
    assert "Mon 2026-11-23 20:00 +0100 (19:00 UTC)" in lines[1]
    assert lines[2:] == [
        "  skips         what comes later",
        "  ended         run 12  engineering  stop, which was waiting",
        "what is asked for by hand (`poolpower now`) is done all the same",
    ]


def test_pause_without_an_end_has_to_be_meant(poolpower: Callable[..., Any], server: Any) -> None:
    """--indefinitely says so (protocol 4.10)."""
    server.answer("POST /v1/override", answer(put(until=None, will_skip=[], more=True, who=None, reason=None)))
    done = poolpower("pause", "--all", "--indefinitely")
    assert "override 7  engineering  pause until resumed\n" in done.out
    assert "skips         what comes later than in a week" in done.out
    body = server.requests[0][2]
    assert (body["until"], body["all"], "pools" in body) == (None, True, False)


@pytest.mark.parametrize(
    ("arguments", "body"),
    [
        (("engineering",), {"next": 1, "action": None}),
        (("engineering", "--action", "STOP", "--next", "3"), {"next": 3, "action": "stop"}),
        (("engineering", "--until", "2026-11-23T20:00Z"), {"until": "2026-11-23T20:00:00Z", "action": None}),
    ],
)
def test_skip_is_of_the_next_unless_said(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]], arguments: Any, body: Any
) -> None:
    """And tells what it leaves alone, with the mend (protocol 4.10)."""
    waits = row(run=9, state="pending", reason=None, job_id=None)
    server.answer("POST /v1/override", answer(put(kind="skip", action="stop", will_not_skip=[STOP], goes_on=[waits])))
    done = poolpower("skip", *arguments)
    assert body.items() <= server.requests[0][2].items()
    assert ("next" in server.requests[0][2]) == ("next" in body)
    assert "override 7  engineering  skip stop until " in done.out
    assert "  does not skip stop 20:00" in done.out
    assert "  goes on       run 9  engineering  stop SOFT  pending" in done.out
    assert "a skip leaves alone what waits already: `poolpower cancel RUN` calls it off" in done.out


@pytest.mark.parametrize(
    ("state", "then", "said"),
    [
        ("on", (), "nothing is switched now: `poolpower now start engineering` does"),
        ("OFF", (), "nothing is switched now: `poolpower now stop engineering` does"),
        ("on", ("--then-nothing",), "at its end nothing is done"),
    ],
)
def test_hold_says_what_it_does_not_do(
    poolpower: Callable[..., Any], server: Any, state: str, then: tuple[str, ...], said: str
) -> None:
    """It switches nothing; at its end the schedule's word is brought about, unless said (protocol 4.10)."""
    kind = f"hold-{state.lower()}"
    row = put(kind=kind, then="nothing" if then else "schedule", will_skip=[])
    server.answer("POST /v1/override", answer(row))
    done = poolpower("hold", "engineering", state, "--until", "2h", *then)
    assert said in done.out
    assert "skips         nothing: nothing of the kind is due in that time" in done.out
    assert ("at its end the pool is brought to what its schedule calls for then" in done.out) is (not then)
    assert server.requests[0][2]["kind"] == kind
    assert server.requests[0][2].get("then") == ("nothing" if then else None)


def test_override_of_all_pools_names_the_pool_of_each_action(poolpower: Callable[..., Any], server: Any) -> None:
    """Who pauses everything sees whose stop it is."""
    server.answer("POST /v1/override", answer(put(pool=None, project=None)))
    out = poolpower("pause", "--all", "--until", "2h").out
    assert "override 7  all pools  pause until " in out
    assert "  skips         engineering: stop 20:00" in out


def test_overrides_of_many_pools_are_told_in_part(poolpower: Callable[..., Any], server: Any) -> None:
    """The list has them all; as JSON so has the answer."""
    rows = [put(override=number, pool=f"p{number}", kind="hold-on") for number in range(30)]
    server.answer("POST /v1/override", answer(*rows))
    out = poolpower("hold", "p*", "on", "--until", "2h").out
    assert "and 10 more: `poolpower overrides` lists them" in out
    assert "`poolpower now start POOL` does" in out
    assert poolpower("hold", "p*", "on", "--until", "2h", "--json").json == rows


def test_many_pools_are_asked_about_on_a_terminal(
    poolpower: Callable[..., Any], server: Any, on_terminal: None, questions: list[str]
) -> None:
    """What it would do is shown first; no is no (protocol 4.10)."""
    del on_terminal
    rows = [put(override=None, pool=f"p{number}", who=None, reason=None) for number in range(12)]
    server.answer("POST /v1/override", answer(*rows))
    done = poolpower("pause", "p*", "--until", "2h")
    assert (done.code, questions) == (1, ["pause 12 pools?"])
    assert "p0  pause until Tue 2026-11-24" in done.err
    assert "and 2 more" in done.err
    assert "nothing was done" in done.err
    assert [body["dry_run"] for _, _, body in server.requests] == [True]


@pytest.mark.usefixtures("on_terminal")
@pytest.mark.parametrize(
    ("rows", "arguments", "asked"),
    [
        ([put()], ("engineering",), []),
        ([put(), put()], ("engineering", "design", "--yes"), []),
        ([put(pool=None)], ("--all", "--dry-run"), []),
        ([put(pool=None)], ("--all",), ["pause all pools?"]),
    ],
)
def test_one_pool_is_not_asked_about(
    poolpower: Callable[..., Any],
    server: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    rows: list[dict[str, Any]],
    arguments: tuple[str, ...],
    asked: list[str],
) -> None:
    """Nor is anybody with --yes, or for a rehearsal; all pools always are."""
    questions: list[str] = []
    monkeypatch.setattr(click, "confirm", lambda question, **_: questions.append(question) or True)
    server.answer("POST /v1/override", answer(*rows))
    assert poolpower("pause", *arguments, "--until", "2h").code == 0
    assert questions == asked
    assert server.requests[-1][2]["dry_run"] is ("--dry-run" in arguments)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("pause", "engineering"), "how long is it to be?"),
        (("pause", "engineering", "--until", "2h", "--indefinitely"), "how long is it to be?"),
        (("pause", "--until", "2h"), "which pools are meant?"),
        (("pause", "engineering", "--all", "--until", "2h"), "which pools are meant?"),
        (("skip", "engineering", "--next", "2", "--until", "2h"), "so many, or until an instant?"),
        (("skip", "engineering", "--next", "0"), "--next"),
        (("hold", "engineering", "on"), "how long is it to be?"),
        (("hold", "engineering", "--until", "2h"), "is not one of 'on', 'off'"),
        (("resume",), "which pools are meant?"),
        (("ensure",), "which pools are meant?"),
        (("ensure", "--all", "engineering"), "which pools are meant?"),
    ],
)
def test_what_makes_no_sense_is_wrong_use(poolpower: Callable[..., Any], arguments: tuple[str, ...], told: str) -> None:
    """Exit code 2, with what is missing."""
    done = poolpower(*arguments)
    assert (done.code, told in done.err) == (2, True), done.err


def test_resume_takes_pools_and_numbers(poolpower: Callable[..., Any], server: Any) -> None:
    """One call for the pools, and one for each number; it tells what is left to do (protocol 4.10)."""
    ended = override(
        in_force=False, ended_at="2026-11-23T13:00:00Z", ended_who="bob", ended_why="done", then="schedule"
    )
    server.answer("POST /v1/resume", answer(ended, still=[override(override=9, pool=None, project=None)]))
    done = poolpower("resume", "7", "engineering", "design", "--reason", "done")
    bodies = [body for _, _, body in server.requests]
    assert [(body.get("override"), body.get("pools")) for body in bodies] == [
        (7, None),
        (None, ["engineering", "design"]),
    ]
    assert "  resumed       Mon 2026-11-23 14:00 +0100 (13:00 UTC), by bob: done" in done.out
    assert "  at its end    nothing, as it was resumed" in done.out
    assert "still in force: override 9  all pools  pause until" in done.out
    assert "nothing that was skipped is done now: `poolpower ensure POOL`" in done.out
    assert len(poolpower("resume", "7", "--json").json) == 1


def test_resume_of_nothing_says_so(poolpower: Callable[..., Any], server: Any) -> None:
    """It is no error: the pool is as it should be."""
    server.answer("POST /v1/resume", answer(still=[]))
    done = poolpower("resume", "engineering")
    assert (done.code, done.out) == (0, "nothing is paused, skipped or held there\n")


def test_resume_of_all_is_asked_about_on_a_terminal(
    poolpower: Callable[..., Any], server: Any, on_terminal: None, questions: list[str]
) -> None:
    """It ends what others put on, too."""
    del on_terminal
    server.answer("GET /v1/overrides", answer(override(), override(override=8)))
    done = poolpower("resume", "--all")
    assert (done.code, questions, server.asked("POST")) == (1, ["end 2 overrides now?"], [])
    server.answer("POST /v1/resume", answer(override(), still=[]))
    assert poolpower("resume", "--all", "--yes").code == 0
    assert server.asked("POST")[0][2]["all"] is True


def test_overrides_lists_who_why_and_what_was_skipped(poolpower: Callable[..., Any], server: Any) -> None:
    """Newest first, as the daemon gives them (protocol 4.10)."""
    run = {"run": 12, "pool": "engineering", "action": "stop", "scheduled_at": "x", "state": "skipped"}
    rows = [
        override(skipped=7, runs=[run] * 7),
        override(override=6, kind="hold-on", then="schedule", enforced=[13], skipped=1, runs=[run], in_force=False),
        override(override=5, kind="hold-off", then="nothing", ended_at="2026-11-23T13:00:00Z", in_force=False),
        override(override=4, kind="hold-off", then="schedule"),
        override(override=3, kind="hold-off", then="nothing"),
    ]
    server.answer("GET /v1/overrides", answer(*rows))
    out = poolpower("overrides", "engineering", "design", "--all-time").out
    for told in (
        "  from          Mon 2026-11-23 13:00 +0100 (12:00 UTC)",
        "  skipped       7: " + ", ".join(["run 12 (engineering stop)"] * 5) + " and others",
        "  at its end    what the schedule called for: run 13",
        "  skipped       1: run 12 (engineering stop)\n",
        "  at its end    nothing, as it was resumed",
        "  at its end    what the schedule calls for\n",
        "  at its end    nothing\n",
        "  skipped       nothing yet",
        "  skipped       nothing\n",
    ):
        assert told in out
    assert server.requests[0][1] == "/v1/overrides?pool=engineering&pool=design&all_time=true"
    assert poolpower("overrides", "--json").json == rows


def test_no_overrides_is_said(poolpower: Callable[..., Any], server: Any) -> None:
    """Nothing printed would leave one wondering."""
    server.answer("GET /v1/overrides", answer())
    assert poolpower("overrides").out == "nothing is paused, skipped or held\n"
    assert server.requests[0][1] == "/v1/overrides"


def ensured(**fields: Any) -> dict[str, Any]:
    """A pool in the answer to ``ensure``."""
    return {"project": "default", "pool": "engineering", "word": STOP, "run": None, "left": None, **fields}


def test_ensure_tells_of_each_pool_what_is_done(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]]
) -> None:
    """The word, the run, or why there is none (protocol 4.10)."""
    rows = [
        ensured(run=row(state="pending", reason=None, job_id=None)),
        ensured(pool="design", left="pause by ann until resumed (override 7)"),
        ensured(pool="lab", word=None, left="its schedule has called for nothing in 400 days"),
    ]
    server.answer("POST /v1/ensure", {"timezone": "Europe/Berlin", "pools": rows})
    done = poolpower("ensure", "--all", "--reason", "outage")
    when = "Mon 2026-11-23 20:00 +0100 (19:00 UTC)"
    first, second, third = done.out.splitlines()
    assert first.startswith("engineering: stop 20:00")
    assert first.endswith(f"{when}: run 7  engineering  stop SOFT  pending")
    assert second.endswith(f"{when}: left alone, pause by ann until resumed (override 7)")
    assert third == "lab: its schedule has called for nothing in 400 days"
    body = server.requests[0][2]
    assert (body["all"], body["reason"], body["dry_run"]) == (True, "outage", False)
    assert poolpower("ensure", "engineering", "--json").json == rows


def test_ensure_is_asked_about_on_a_terminal(
    poolpower: Callable[..., Any], server: Any, on_terminal: None, questions: list[str]
) -> None:
    """It acts on people's desktops; where there is nothing to do nobody is asked."""
    del on_terminal
    rows = [ensured(), ensured(pool="design"), ensured(pool="lab", left="paused")]
    server.answer("POST /v1/ensure", {"timezone": "Europe/Berlin", "pools": rows})
    done = poolpower("ensure", "--all")
    assert (done.code, questions) == (1, ["act on 2 pools now?"])
    assert ("lab" in done.err, "nothing was done" in done.err) == (False, True)
    server.answer("POST /v1/ensure", {"timezone": "Europe/Berlin", "pools": rows[2:]})
    assert poolpower("ensure", "lab").code == 0
    assert poolpower("ensure", "--all", "--dry-run").code == 0
    server.answer("POST /v1/ensure", {"timezone": "Europe/Berlin", "pools": rows[:1]})
    assert poolpower("ensure", "engineering").code == 1
    assert questions == ["act on 2 pools now?", "act on 1 pool now?"]


def test_now_says_what_it_is_done_in_spite_of(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]]
) -> None:
    """A manual run is exempt from pause and hold, and says so (protocol 4.10)."""
    spite = ["engineering: pause by ann until resumed (override 7)"]
    server.answer("POST /v1/now", {"runs": [row()], "in_spite_of": spite})
    assert (
        poolpower("now", "stop", "engineering").err == f"{spite[0]}; what is asked for by hand is done all the same\n"
    )
