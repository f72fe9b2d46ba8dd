"""A condition of a project: its runs wait, one alarm is raised, one probe at a time is sent (protocol 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon.ledger import schema
from daemon.workspace.answers import Answer, WorkspaceError
from daemon.workspace.port import Call
from tests.support.runs import CLOCK_OFF, CONFLICT, FORBIDDEN, GONE, LOST, NEVER_SENT, UNAUTHORISED, UNREADABLE
from tests.support.world import schedule

if TYPE_CHECKING:
    from daemon.execution.conditions import Halt
    from tests.support.world import World


def halt(world: World) -> Halt | None:
    """Why the project is halted, or None."""
    return world.engine.lanes["default"].condition.halt


@pytest.mark.parametrize("answer", [NEVER_SENT, CLOCK_OFF, FORBIDDEN], ids=["never sent", "clock", "permission"])
async def test_a_condition_halts_the_project_with_one_alarm(world: World, answer: Answer) -> None:
    """The project halts, its runs stay pending, and it is said once (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:05"], c=["stop at 12:05:10"]))
    world.cloud().script(Call.ACT_ON_POOL, *[answer] * 99)
    await world.advance(400)
    assert halt(world) is not None
    assert world.states() == ["pending"] * 3
    assert len(world.said("project.halted")) == 1


async def test_the_probe_is_another_waiting_runs_attempt_every_30_s(world: World) -> None:
    """While halted, one request every 30 s is sent, each for another run, until it answers (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05"], c=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, *[NEVER_SENT] * 5)
    await world.advance(300)
    assert len(world.sent()) == 3
    for _ in range(6):
        await world.advance(10)
    assert len(world.sent()) == 5
    assert len({call.target for call in world.sent()[-2:]}) == 2
    assert world.states() == ["pending"] * 3
    await world.advance(60, longest=10)
    assert world.states() == ["accepted"] * 3
    assert halt(world) is None
    assert len(world.said("project.resumed")) == 1


async def test_a_halted_project_in_which_nothing_waits_is_probed_by_a_look(world: World) -> None:
    """The probe is a look where no run waits (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05 retry for 10s catch up 10s"]))
    world.cloud().script(Call.ACT_ON_POOL, *[NEVER_SENT] * 99)
    down = WorkspaceError("connection refused", NEVER_SENT)
    world.cloud().script(Call.LIST_POOLS, down, down)
    await world.advance(300 + 60, longest=10)
    assert world.states() == ["missed"]
    assert halt(world) is not None
    await world.advance(120, longest=10)
    assert halt(world) is None
    assert len(world.cloud().calls_of(Call.LIST_POOLS)) == 3


async def test_a_401_is_sent_again_once_after_a_refresh_that_all_share(world: World) -> None:
    """All in flight share one refresh, and each re-send is a new attempt through the gate (protocol 4.2, 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05"], c=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, UNAUTHORISED, UNAUTHORISED, UNAUTHORISED)
    await world.advance(300)
    assert world.cloud().refreshes == 1
    assert world.states() == ["accepted"] * 3
    assert halt(world) is None
    assert [row.fate for row in world.rows(schema.attempts)] == ["unauthorised"] * 3 + ["accepted"] * 3


async def test_a_401_after_the_refresh_halts_the_project(world: World) -> None:
    """401 in spite of new credentials is a condition; the next probe refreshes again (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, UNAUTHORISED, UNAUTHORISED)
    await world.advance(300)
    assert halt(world) is not None
    assert len(world.sent()) == 2
    await world.advance(29)
    assert len(world.sent()) == 2
    await world.advance(2)
    assert world.states() == ["accepted"]
    assert halt(world) is None


async def test_no_credentials_to_be_had_halt_the_project(world: World) -> None:
    """No token to be had is a condition of the project, not the end of a run (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, UNAUTHORISED)
    world.cloud().refresh_error = WorkspaceError("no token", CLOCK_OFF)
    await world.advance(300)
    reason = halt(world)
    assert reason is not None
    assert reason.reason == "no token"
    assert world.states() == ["pending"]
    world.cloud().refresh_error = None
    await world.advance(40, longest=10)
    assert world.states() == ["accepted"]


async def test_a_probe_that_finds_expired_credentials_does_not_halt_the_project_for_good(world: World) -> None:
    """A halted project whose probe gets a first 401 is refreshed and probed again (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, NEVER_SENT, UNAUTHORISED)
    await world.advance(300)
    await world.advance(70, longest=10)
    assert world.states() == ["accepted"]
    assert halt(world) is None


async def test_nothing_is_sent_while_credentials_are_refreshed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs whose turn comes during a refresh wait for it (protocol 4.4)."""
    import asyncio

    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:05"]))
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def refresh() -> None:
        under_way.set()
        await go_on.wait()

    monkeypatch.setattr(world.cloud(), "refresh", refresh)
    world.cloud().script(Call.ACT_ON_POOL, UNAUTHORISED)
    await world.advance(300)
    await under_way.wait()
    await world.advance(10)
    assert len(world.sent()) == 1
    go_on.set()
    await world.settle()
    assert world.states() == ["accepted", "accepted"]


async def test_a_permission_refused_once_another_pool_was_accepted_is_for_good(world: World) -> None:
    """A 403 halts the project for the first pools tried only; later it fails its own run (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:06"]))
    world.cloud().script(Call.ACT_ON_POOL, FORBIDDEN, target="p-b")
    await world.advance(360)
    assert world.ends() == [
        "stop accepted",
        "stop failed: refused for good: 403 APIGW.0302: not authorised",
    ]
    assert halt(world) is None
    assert len(world.sent()) == 2


async def test_one_pool_without_permission_does_not_hold_up_the_others(world: World) -> None:
    """The probe is another run's attempt, which proves the permission; the refused pool then fails (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:05"]))
    world.cloud().script(Call.ACT_ON_POOL, FORBIDDEN, FORBIDDEN, target="p-a")
    await world.advance(300)
    await world.advance(90, longest=10)
    assert world.states() == ["failed", "accepted"]
    assert halt(world) is None


async def test_a_condition_seen_by_a_look_halts_the_project_too(world: World) -> None:
    """Whatever request finds it, a condition is the project's: no looks are made either (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:40"]))
    world.cloud().script(Call.SHOW_JOB, WorkspaceError("refused", UNAUTHORISED))
    await world.advance(300)
    await world.advance(30, longest=11)
    assert halt(world) is not None
    world.cloud().finish_all()
    looks = len(world.cloud().calls_of(Call.SHOW_JOB))
    await world.advance(9)
    assert len(world.cloud().calls_of(Call.SHOW_JOB)) == looks
    await world.advance(70, longest=10)
    assert halt(world) is None
    world.cloud().finish_all()
    await world.advance(60, longest=10)
    assert world.states() == ["succeeded", "succeeded"]


async def test_a_condition_that_only_a_refused_connection_of_a_look_shows(world: World) -> None:
    """A look that cannot connect halts the project like an action that cannot (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.SHOW_JOB, WorkspaceError("refused", NEVER_SENT))
    await world.advance(300)
    await world.advance(15)
    assert halt(world) is not None


async def test_a_probe_that_is_answered_badly_is_answered_all_the_same(world: World) -> None:
    """A probe's 5xx or 409 means that the project answers (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, NEVER_SENT, CONFLICT)
    await world.advance(300)
    await world.advance(31)
    assert halt(world) is None
    assert world.states() == ["pending"]
    world.cloud().script(Call.LIST_POOLS, UNREADABLE)
    lane = world.engine.lanes["default"]
    lane.halt("a test says so", world.engine._log)
    await world.engine.pump._looker.probe(lane)
    assert halt(world) is None
    assert GONE.gone


async def test_a_401_to_a_request_older_than_the_refresh_asks_for_no_other(world: World) -> None:
    """A late 401 to a request from before the refresh is simply sent again (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05"]))
    held = world.cloud().hold(Call.ACT_ON_POOL, UNAUTHORISED, target="p-a")
    world.cloud().script(Call.ACT_ON_POOL, UNAUTHORISED, target="p-b")
    await world.advance(300)
    await held.arrived.wait()
    world.clock.advance(1)
    lane = world.engine.lanes["default"]
    lane.condition.refreshed(world.clock.elapsed())
    held.released.set()
    await world.settle()
    assert world.cloud().refreshes == 1
    assert world.states() == ["accepted", "accepted"]


async def test_a_probe_that_times_out_is_no_answer(world: World) -> None:
    """A project is halted until it answers: a lost probe, an action or a look, says nothing (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:05"]))
    world.cloud().script(Call.ACT_ON_POOL, NEVER_SENT, LOST)
    await world.advance(300)
    await world.advance(35, longest=5)
    assert len(world.sent()) == 2
    assert halt(world) is not None
    assert world.said("project.resumed") == []
    world.cloud().script(Call.LIST_POOLS, WorkspaceError("timed out", LOST))
    await world.engine.pump._looker.probe(world.engine.lanes["default"])
    assert halt(world) is not None
    await world.advance(60, longest=5)
    assert halt(world) is None
    assert world.states() == ["accepted"] * 2
