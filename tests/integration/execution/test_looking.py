"""Looks at jobs and desktops until a word can be judged (protocol 4.5 to 4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon.ledger import schema
from daemon.workspace.answers import WorkspaceError
from daemon.workspace.port import Call
from tests.support.runs import CONFLICT, FORBIDDEN_TO_READ, GONE, LOST, NEVER_SENT, UNREADABLE
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World


async def test_the_first_look_comes_after_10_s_and_the_next_every_15_to_20(world: World) -> None:
    """A job is looked at 10 s after it was accepted, then every 15 to 20 s (protocol 4.7)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    for _ in range(60):
        await world.advance(1)
    start = world.sent()[0].at
    assert [(one.at - start).total_seconds() for one in world.cloud().calls_of(Call.SHOW_JOB)] == [10, 28, 46]


async def test_a_complete_job_is_not_success(world: World) -> None:
    """Desktops that are not where they are to be after a complete job let the word be sent again (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish("job-1", failing=["p-a-1"])
    await world.advance(15)
    assert world.states() == ["pending"]
    assert world.run(1).reason == "1 of 2 desktops are not where they are to be: P-A-1 WKS.00010032"
    assert world.run(1).error_code == "WKS.00010032"
    (desktop,) = world.rows(schema.job_desktops)
    assert (desktop.desktop_id, desktop.result, desktop.status) == ("p-a-1", "busy", "ACTIVE")
    await world.advance(30)
    world.cloud().finish_all()
    await world.advance(30)
    assert world.ends() == ["stop succeeded: all 2 desktops are SHUTOFF"]
    assert world.rows(schema.job_desktops) == []
    assert len(world.sent()) == 2


async def test_some_refused_for_good_is_partial_and_names_them(world: World) -> None:
    """Some in the end state and the rest refused for good is partial, naming them (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish("job-1", failing={"p-a-1": "WKS.0001"})
    await world.advance(15)
    assert world.ends() == ["stop partial: 1 of 2 desktops are not where they are to be: P-A-1 WKS.0001"]
    assert len(world.sent()) == 1


async def test_a_failed_job_whose_desktops_are_there_succeeded(world: World) -> None:
    """A start of desktops that run already ends as a failed job; the desktops say otherwise (protocol 4.5)."""
    await world.begin(schedule(a=["start at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    world.cloud().set_job("job-1", status="FAIL")
    await world.advance(15)
    assert world.ends() == ["start succeeded: all 2 desktops are ACTIVE"]


async def test_a_state_that_lags_its_job_is_looked_at_twice(world: World) -> None:
    """Desktops away from their end state are seen so twice, idle, before that counts (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    world.cloud().set_desktop("p-a-1", status="ACTIVE")
    await world.advance(12)
    assert world.states() == ["accepted"]
    world.cloud().set_desktop("p-a-1", status="SHUTOFF")
    await world.advance(20)
    assert world.states() == ["succeeded"]
    assert len(world.sent()) == 1


async def test_a_busy_sight_does_not_confirm_an_idle_one(world: World) -> None:
    """Two looks confirm one another only where both saw everything idle (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    world.cloud().set_desktop("p-a-1", status="ACTIVE", task_status="powering-off")
    await world.advance(12)
    world.cloud().set_desktop("p-a-1", task_status=None)
    await world.advance(20)
    assert world.states() == ["accepted"]
    await world.advance(20)
    assert world.states() == ["pending"]


async def test_success_waits_until_an_older_lost_attempt_cannot_act_any_more(world: World) -> None:
    """Twice the request timeout passes since any older lost attempt before a word succeeded (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 12:05:20"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    held = world.cloud().hold(Call.LIST_DESKTOPS)
    await world.advance(300)
    await world.advance(20, longest=10)
    held.released.set()
    world.cloud().finish_all()
    await world.advance(30, longest=10)
    assert world.states() == ["superseded", "accepted"]
    assert len(world.sent()) == 2
    await world.advance(20, longest=5)
    assert world.states() == ["superseded", "succeeded"]


async def test_failure_waits_until_its_own_lost_attempt_cannot_act_any_more(world: World) -> None:
    """A lost request may still be on its way: what the desktops show too early is no verdict (protocol 4.5, 4.11)."""
    await world.begin(schedule(a=["stop at 12:05 retry for 1s"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    await world.advance(300)
    await world.advance(55, longest=5)
    assert world.states() == ["accepted"]
    world.cloud().set_desktop("p-a-1", status="SHUTOFF")
    world.cloud().set_desktop("p-a-2", status="SHUTOFF")
    await world.advance(30, longest=5)
    assert world.states() == ["succeeded"]


async def test_the_jobs_of_overtaken_runs_are_followed_to_their_end(world: World) -> None:
    """A word has not succeeded while a known job of its pool is open, whoever began it (protocol 4.5, 4.6)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 12:06"]))
    await world.advance(300)
    for number in (1, 2):
        world.cloud().set_desktop(f"p-a-{number}", task_status=None, status="ACTIVE")
    await world.advance(60)
    assert world.states() == ["superseded", "accepted"]
    world.cloud().finish("job-4")
    await world.advance(60)
    assert world.states() == ["superseded", "accepted"]
    assert world.cloud().calls_of(Call.SHOW_JOB, "job-1")
    world.cloud().set_job("job-1", status="FAIL")
    await world.advance(20)
    assert world.states() == ["superseded", "succeeded"]
    assert [row.closed for row in world.rows(schema.jobs)] == [True, True]


async def test_a_job_that_is_gone_leaves_the_desktops_to_judge(world: World) -> None:
    """A job that the cloud does not know any more is over (protocol 4.5, 5.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    world.cloud().forget_job("job-1")
    await world.advance(15)
    assert world.states() == ["succeeded"]


async def test_parts_that_are_gone_are_no_reason_to_give_up(world: World) -> None:
    """Where only the parts of a job are gone, the desktops still judge (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish("job-1", failing=["p-a-1"])
    world.cloud().script(Call.LIST_SUB_JOBS, GONE, GONE)
    await world.advance(60, longest=10)
    assert world.run(1).reason is None or "not where they are to be: P-A-1 ACTIVE" in world.run(1).reason
    assert len(world.sent()) == 2


async def test_parts_that_cannot_be_read_are_read_again(world: World) -> None:
    """Where reading fails nothing is concluded and the look comes again (protocol 4.7)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish("job-1", failing=["p-a-1"])
    world.cloud().script(Call.LIST_SUB_JOBS, UNREADABLE)
    await world.advance(15)
    assert world.states() == ["accepted"]
    assert world.said("look.failed")
    await world.advance(20)
    assert world.states() == ["pending"]


async def test_a_job_is_given_up_after_follow_for(world: World) -> None:
    """Given up while something still runs is unknown, naming what (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    await world.advance(1190)
    assert world.states() == ["accepted"]
    await world.advance(40)
    assert world.ends() == [
        "stop unknown: given up: 2 desktops still busy (P-A-1 ACTIVE, P-A-2 ACTIVE)",
    ]
    assert [row.closed for row in world.rows(schema.jobs)] == [True]


async def test_an_overdue_job_whose_desktops_are_there_succeeded(world: World) -> None:
    """Overdue means by the desktops (protocol 4.5, 5.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    for number in (1, 2):
        world.cloud().set_desktop(f"p-a-{number}", task_status=None, status="SHUTOFF")
    await world.advance(1100)
    assert world.states() == ["accepted"]
    await world.advance(140)
    assert world.states() == ["succeeded"]


async def test_a_pool_that_is_gone_ends_as_unknown(world: World) -> None:
    """What cannot be seen any more is unknown, with the cloud's words (protocol 4.5, 4.13)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    world.cloud().remove_pool("p-a")
    await world.advance(15)
    assert world.ends() == ["stop unknown: its end could not be seen: no such pool"]


async def test_a_pool_that_may_not_be_read_ends_as_unknown_after_follow_for(world: World) -> None:
    """What may not be read is followed until follow_for has passed, then unknown (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    world.cloud().script(Call.LIST_DESKTOPS, *[FORBIDDEN_TO_READ] * 200)
    await world.advance(1100)
    assert world.states() == ["accepted"]
    await world.advance(140)
    assert world.ends() == ["stop unknown: its end could not be seen: may not be read"]


async def test_many_open_jobs_are_looked_at_through_one_listing(world: World) -> None:
    """Many due looks become one listing of pools; those steady again are looked at (protocol 4.7)."""
    keys = [f"m{number}" for number in range(6)]
    for key in keys:
        world.cloud().add_pool(f"p-{key}")
    await world.begin(schedule(**{key: ["stop at 12:05"] for key in keys}))
    await world.advance(300)
    world.cloud().finish("job-1")
    await world.advance(11)
    assert len(world.cloud().calls_of(Call.LIST_POOLS)) == 1
    assert len(world.cloud().calls_of(Call.SHOW_JOB)) == 1
    assert sorted(world.states()) == ["accepted"] * 5 + ["succeeded"]
    world.cloud().finish_all()
    await world.advance(30)
    assert world.states() == ["succeeded"] * 6


@pytest.mark.parametrize("error", [UNREADABLE, FORBIDDEN_TO_READ], ids=["unreadable", "forbidden"])
async def test_a_listing_that_fails_does_not_stop_the_looks(world: World, error: WorkspaceError) -> None:
    """Where the listing fails the looks come later, where it may not be read they come at once (protocol 4.7)."""
    keys = [f"m{number}" for number in range(5)]
    for key in keys:
        world.cloud().add_pool(f"p-{key}")
    await world.begin(schedule(**{key: ["stop at 12:05"] for key in keys}))
    await world.advance(300)
    world.cloud().finish_all()
    world.cloud().script(Call.LIST_POOLS, error)
    await world.advance(11)
    assert world.states() == (["succeeded"] * 5 if error.permanent else ["accepted"] * 5)
    await world.advance(30)
    assert world.states() == ["succeeded"] * 5


async def test_a_listing_that_breaks_inside_us_loses_no_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the listing is logged, and its runs are looked at later (protocol 4.13)."""
    keys = [f"m{number}" for number in range(5)]
    for key in keys:
        world.cloud().add_pool(f"p-{key}")
    await world.begin(schedule(**{key: ["stop at 12:05"] for key in keys}))
    await world.advance(300)
    world.cloud().finish_all()
    inner = world.cloud().list_pools
    monkeypatch.setattr(world.cloud(), "list_pools", lambda: 1 / 0)
    await world.advance(11)
    assert len(world.said("internal.fault")) == 1
    monkeypatch.setattr(world.cloud(), "list_pools", inner)
    await world.advance(30)
    assert world.states() == ["succeeded"] * 5


async def test_a_look_at_a_run_that_was_overtaken_meanwhile_changes_nothing(world: World) -> None:
    """What ended during a look stays as it ended, and the look's owner lets go of it (protocol 4.6)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    held = world.cloud().hold(Call.LIST_DESKTOPS)
    await world.advance(15)
    await held.arrived.wait()
    await world.now("start")
    assert world.states() == ["superseded", "accepted"]
    held.released.set()
    await world.settle()
    world.cloud().finish_all()
    await world.advance(30)
    assert world.states() == ["superseded", "succeeded"]
    assert [line["run"] for line in world.said("run.ended")] == [1, 2]


async def test_a_look_that_closes_a_job_of_an_overtaken_run_lets_go_of_it_too(world: World) -> None:
    """Writing down that a job is over finds out that its run has ended meanwhile (protocol 4.6)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish("job-1")
    world.cloud().set_desktop("p-a-1", task_status="powering-off")
    held = world.cloud().hold(Call.LIST_DESKTOPS)
    await world.advance(15)
    await held.arrived.wait()
    await world.now("start")
    held.released.set()
    await world.settle()
    assert world.states()[0] == "superseded"
    assert 1 not in world.engine.roster.looks


async def test_a_look_before_sending_finds_that_its_run_was_superseded(world: World) -> None:
    """A newer word that comes during the look before a re-send ends the run, whatever the look says (protocol 2.1)."""
    await world.begin(schedule(a=["start at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT)
    await world.advance(300)
    held = world.cloud().hold(Call.LIST_DESKTOPS)
    await world.advance(5)
    await held.arrived.wait()
    await world.now("stop")
    held.released.set()
    await world.settle()
    assert world.ends() == ["start superseded: superseded by run 2", "stop accepted"]
    assert [line["run"] for line in world.said("run.ended")] == [1]


async def test_a_halted_project_is_not_given_up(world: World) -> None:
    """While the project is halted nothing is concluded from not being able to look (protocol 4.4, 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().script(Call.SHOW_JOB, *[WorkspaceError("down", NEVER_SENT)] * 500)
    world.cloud().script(Call.LIST_POOLS, *[WorkspaceError("down", NEVER_SENT)] * 500)
    await world.advance(1400)
    assert world.states() == ["accepted"]


async def test_a_pool_without_desktops_has_nothing_left_to_do(world: World) -> None:
    """A word to an empty pool succeeds (protocol 4.5)."""
    world.cloud().add_pool("p-a", desktops=0)
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    await world.advance(15)
    assert world.ends() == ["stop succeeded: the pool has no desktops"]


@pytest.mark.parametrize(
    ("status", "end"),
    [
        ("ACTIVE", "stop unknown: given up: job job-1 still runs"),
        ("SHUTOFF", "stop succeeded: all 2 desktops are SHUTOFF"),
    ],
)
async def test_a_job_that_never_ends_is_given_up_and_nothing_is_sent_beside_it(
    world: World, status: str, end: str
) -> None:
    """After follow_for a running job is unknown, unless its desktops are idle where they are to be (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    for number in (1, 2):
        world.cloud().set_desktop(f"p-a-{number}", status=status, task_status=None)
    await world.advance(1190)
    assert world.states() == ["accepted"]
    await world.advance(60)
    assert world.ends() == [end]
    assert len(world.sent()) == 1
    (job,) = world.rows(schema.jobs)
    assert (job.status, job.closed) == ("RUNNING", True)


async def test_a_run_that_is_overtaken_during_its_look_is_not_followed_again(world: World) -> None:
    """What a newer word ended is not looked at any more, whatever a look under way saw (protocol 4.6)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 12:06"]))
    await world.advance(300)
    held = world.cloud().hold(Call.SHOW_JOB)
    await world.advance(15)
    await held.arrived.wait()
    await world.advance(45)
    assert world.states()[0] == "superseded"
    held.released.set()
    await world.settle()
    assert 1 not in world.engine.roster.looks
    assert 1 not in world.engine.roster.seen_away
