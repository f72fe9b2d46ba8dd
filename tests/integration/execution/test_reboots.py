"""Reboots: judged by their job, repeated per desktop only, looked for where lost (protocol 4.5, 5.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.execution.timing import Timing
from daemon.ledger import schema
from daemon.timetable.actions import Action
from daemon.workspace.answers import WorkspaceError
from daemon.workspace.port import Call
from tests.support.runs import CONFLICT, FORBIDDEN_TO_READ, GONE, LOST, NEVER_SENT, UNREADABLE
from tests.support.world import a_world, schedule

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.world import World


async def rebooted(world: World, **pools: int) -> None:
    """Have the pool's reboot sent and accepted."""
    for key, desktops in pools.items():
        world.cloud().add_pool(f"p-{key}", desktops=desktops)
    await world.begin(schedule(a=["reboot at 12:05"]))
    await world.advance(300)


async def test_a_reboot_is_judged_by_its_job_and_its_parts(world: World) -> None:
    """A reboot has succeeded when all parts of its job have (protocol 4.5)."""
    await rebooted(world)
    await world.advance(15)
    assert world.states() == ["accepted"]
    world.cloud().finish_all()
    await world.advance(20)
    assert world.ends() == ["reboot succeeded: all 2 desktops were rebooted"]


async def test_a_complete_reboot_of_which_parts_were_refused_is_partial(world: World) -> None:
    """COMPLETE is not success: what was refused for good is named (protocol 4.5)."""
    await rebooted(world)
    world.cloud().finish("job-1", failing={"p-a-2": "WKS.0001"})
    await world.advance(15)
    assert world.ends() == ["reboot partial: 1 desktops were not rebooted: P-A-2 WKS.0001"]
    assert len(world.sent()) == 1


async def test_a_reboot_of_which_every_part_was_refused_has_failed(world: World) -> None:
    """Where nothing was rebooted the run has failed (protocol 4.5)."""
    await rebooted(world)
    world.cloud().finish("job-1", failing={"p-a-1": "WKS.0001", "p-a-2": "WKS.0001"})
    await world.advance(15)
    assert world.states() == ["failed"]


async def test_a_reboot_of_which_every_part_stays_busy_has_failed_at_its_deadline(world: World) -> None:
    """Tried again in vain it has failed as well: partial would say that some were rebooted (protocol 4.5)."""
    await rebooted(world)
    for _ in range(60):
        for job in world.cloud().open_jobs:
            world.cloud().finish(job.job_id, failing=["p-a-1", "p-a-2"])
        await world.advance(20)
    assert [call.call for call in world.sent()][:2] == [Call.ACT_ON_POOL, Call.ACT_ON_DESKTOPS]
    assert world.states() == ["failed"]


async def test_a_reboot_that_never_rebooted_anything_expires(world: World) -> None:
    """Every part was refused, and so is every call after it: none of its attempts was executed (protocol 4.11)."""
    await rebooted(world)
    world.cloud().script(Call.ACT_ON_DESKTOPS, *[CONFLICT] * 60)
    world.cloud().finish("job-1", failing=["p-a-1", "p-a-2"])
    await world.advance(1200)
    assert [call.call for call in world.sent()][:2] == [Call.ACT_ON_POOL, Call.ACT_ON_DESKTOPS]
    assert world.states() == ["expired"]


async def test_busy_desktops_are_rebooted_again_by_the_per_desktop_call_only(world: World) -> None:
    """Desktops whose parts failed as busy are tried again alone, their list stored (protocol 4.5)."""
    await rebooted(world, a=3)
    world.cloud().finish("job-1", failing=["p-a-2"])
    await world.advance(15)
    assert world.run(1).desktops == ["p-a-2"]
    await world.advance(10)
    (_, again) = world.sent()
    assert (again.call, again.desktop_ids, again.action) == (Call.ACT_ON_DESKTOPS, ("p-a-2",), Action.REBOOT)
    world.cloud().finish_all()
    await world.advance(20)
    assert world.ends() == ["reboot succeeded: all 1 desktops were rebooted"]


async def test_what_an_earlier_job_was_refused_for_good_is_not_forgotten(world: World) -> None:
    """A reboot whose rest succeeds is partial where an earlier part was refused for good (protocol 4.5)."""
    await rebooted(world, a=3)
    world.cloud().finish("job-1", failing={"p-a-1": "WKS.0001", "p-a-2": "WKS.00010032"})
    await world.advance(15)
    assert world.run(1).desktops == ["p-a-2"]
    await world.advance(10)
    world.cloud().finish_all()
    await world.advance(20)
    assert world.ends() == ["reboot partial: 1 desktops were not rebooted: P-A-1 WKS.0001"]
    assert [row.desktop_id for row in world.rows(schema.job_desktops)] == ["p-a-1"]


async def test_more_than_a_hundred_desktops_are_rebooted_in_several_calls(world: World) -> None:
    """The per-desktop call takes a hundred; the rest follows at once (protocol 4.5)."""
    await rebooted(world, a=230)
    busy = [f"p-a-{number}" for number in range(1, 231)]
    world.cloud().finish("job-1", failing=busy)
    for _ in range(4):
        await world.advance(20, longest=10)
        world.cloud().finish_all()
    await world.advance(30, longest=10)
    assert [len(call.desktop_ids) for call in world.sent()[1:]] == [100, 100, 30]
    assert world.states() == ["succeeded"]


async def test_a_reboot_by_desktops_waits_for_the_limiter_of_its_own_call(world: World) -> None:
    """Each API call has a log of its own (protocol 4.9)."""
    world.tuning = type(world.tuning)(timing=world.tuning.timing, writes_per_minute=1, reads_per_minute=0)
    await rebooted(world, a=230)
    world.cloud().finish("job-1", failing=[f"p-a-{number}" for number in range(1, 231)])
    await world.advance(90, longest=5)
    world.cloud().finish_all()
    await world.advance(20, longest=5)
    assert len(world.sent()) == 2
    await world.advance(61, longest=5)
    assert len(world.sent()) == 3


async def test_a_reboot_whose_job_is_gone_is_unknown(world: World) -> None:
    """A reboot leaves no trace but its job: gone is unknown (protocol 5.2)."""
    await rebooted(world)
    world.cloud().forget_job("job-1")
    await world.advance(15)
    assert world.ends() == ["reboot unknown: job job-1 is gone"]


async def test_a_reboot_whose_job_never_ends_is_given_up(world: World) -> None:
    """Given up after follow_for while its job runs is unknown (protocol 4.5)."""
    await rebooted(world)
    await world.advance(1240)
    assert world.ends() == ["reboot unknown: given up: job job-1 still RUNNING"]


async def test_a_conflict_lets_a_reboot_be_sent_again(world: World) -> None:
    """Refused for now was not executed: a reboot too is sent again (protocol 4.4)."""
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT)
    await rebooted(world)
    await world.advance(10)
    assert [call.call for call in world.sent()] == [Call.ACT_ON_POOL, Call.ACT_ON_POOL]


async def test_a_lost_reboot_is_never_sent_again_blindly(world: World) -> None:
    """Without any sign of it the run is unknown after two minutes, and nothing else was sent (protocol 4.4, 5.4)."""
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    await rebooted(world)
    assert world.states() == ["attempting"]
    await world.advance(110)
    assert world.states() == ["attempting"]
    await world.advance(20)
    assert world.ends() == [
        "reboot unknown: its request was lost and no job of it was found: it may or may not have been carried out"
    ]
    assert len(world.sent()) == 1


async def test_the_job_of_a_lost_reboot_is_found_and_adopted(world: World) -> None:
    """A job of the same action, begun since, known to no other attempt, is adopted (protocol 5.4)."""
    world.cloud().script_executed(Call.ACT_ON_POOL, LOST)
    await rebooted(world)
    assert world.states() == ["accepted"]
    assert world.run(1).job_id == "job-1"
    world.cloud().finish_all()
    await world.advance(20)
    assert world.states() == ["succeeded"]
    assert len(world.sent()) == 1


async def test_a_job_is_compared_by_the_servers_date(world: World) -> None:
    """Whether a job began since is judged by the server's clock, not ours (protocol 5.4)."""
    world.cloud().script_executed(Call.ACT_ON_POOL, LOST)
    world.cloud().server_ahead = timedelta(hours=1)
    await rebooted(world)
    assert world.states() == ["attempting"]  # by that clock the job is an hour older than the attempt


async def test_a_job_whose_action_cannot_be_told_is_not_adopted(world: World) -> None:
    """Where its action cannot be told none is adopted; a rebooting desktop keeps the search going (protocol 5.4)."""
    world.cloud().script_executed(Call.ACT_ON_POOL, LOST)
    held = world.cloud().hold(Call.LIST_SUB_JOBS)
    await rebooted(world)
    await held.arrived.wait()
    world.cloud().set_sub_jobs("job-1", action=None)
    held.released.set()
    await world.advance(200)
    assert world.states() == ["attempting"]
    for number in (1, 2):
        world.cloud().set_desktop(f"p-a-{number}", task_status=None)
    await world.advance(30)
    assert world.states() == ["unknown"]


async def lost_with_a_rebooting_desktop(world: World, task: str) -> None:
    """A lost reboot of which nothing shows but what one desktop does."""
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    world.cloud().set_desktop("p-a-1", task_status=task)
    await rebooted(world)


async def test_a_desktop_whose_reboot_is_forced_keeps_the_search_going(world: World) -> None:
    """`rebooting_hard` is rebooting (protocol 5.2)."""
    await lost_with_a_rebooting_desktop(world, "rebooting_hard")
    await world.advance(200)
    assert world.states() == ["attempting"]


async def test_a_desktop_that_reboots_for_ever_does_not_hold_its_pool_for_ever(world: World) -> None:
    """After `follow_for` the run is unknown, and what waited behind it has its turn (protocol 5.2)."""
    await lost_with_a_rebooting_desktop(world, "rebooting")
    await world.advance(1190)
    assert world.states() == ["attempting"]
    await world.advance(30)
    assert world.states() == ["unknown"]


async def test_a_job_that_another_attempt_knows_is_not_adopted(world: World) -> None:
    """A job is adopted by one attempt only (protocol 5.4)."""
    await world.begin(schedule(a=["start at 12:05", "reboot at 12:06"]))
    await world.advance(300)
    world.cloud().finish_all()
    await world.advance(30)
    world.cloud().script_executed(Call.ACT_ON_POOL, LOST)
    held = world.cloud().hold(Call.LIST_SUB_JOBS)
    await world.advance(30)
    await held.arrived.wait()
    row = {
        "project": "default",
        "job_id": "job-4",
        "run": 1,
        "pool_no": 1,
        "started_at": world.clock.now(),
        "closed": True,
    }
    await world.write(schema.jobs.insert().values(row))
    held.released.set()
    await world.settle()
    assert world.states() == ["succeeded", "attempting"]


async def test_a_search_that_cannot_read_goes_on(world: World) -> None:
    """Where reading fails the search comes again (protocol 5.4)."""
    world.cloud().script_executed(Call.ACT_ON_POOL, LOST)
    world.cloud().script(Call.LIST_SUB_JOBS, UNREADABLE)
    await rebooted(world)
    assert world.states() == ["attempting"]
    await world.advance(10)
    assert world.states() == ["accepted"]


@pytest.mark.parametrize("by_desktops", [False, True])
async def test_a_reboot_is_never_in_doubt_and_skipped_at_once(world: World, by_desktops: bool) -> None:
    """What may have been executed in part ends as partial, not as skipped, where it may not go on (protocol 4.11)."""
    await rebooted(world, a=3)
    world.cloud().finish("job-1", failing=["p-a-2"] if by_desktops else [])
    world.cloud().script(Call.ACT_ON_DESKTOPS, *[CONFLICT] * 20)
    await world.advance(15)
    await world.override("pause")
    await world.advance(60)
    if by_desktops:
        assert world.ends() == ["reboot partial: pause by ann until resumed"]
    else:
        assert world.states() == ["succeeded"]


async def test_a_search_is_held_while_nobody_can_look(world: World) -> None:
    """Time in which the project is halted is no time in which its job was not found (protocol 4.4, 5.4)."""
    world.cloud().script_executed(Call.ACT_ON_POOL, LOST)
    down = WorkspaceError("name resolution failed", NEVER_SENT)
    world.cloud().script(Call.LIST_SUB_JOBS, down)
    world.cloud().script(Call.LIST_POOLS, *[down] * 8)
    await rebooted(world)
    assert world.engine.lanes["default"].condition.halt is not None
    await world.advance(240, longest=10)
    assert world.states() == ["attempting"]
    assert len(world.cloud().calls_of(Call.LIST_SUB_JOBS)) == 1
    await world.advance(60, longest=10)
    assert world.states() == ["accepted"]
    assert world.run(1).job_id == "job-1"


async def test_a_search_counts_only_the_time_in_which_it_could_have_found_something(world: World) -> None:
    """Two minutes of answers are looked through, however long they take to come (protocol 5.4)."""
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    world.cloud().script(Call.LIST_SUB_JOBS, *[UNREADABLE] * 20)
    await rebooted(world)
    await world.advance(290, longest=10)
    assert world.states() == ["attempting"]
    await world.advance(60, longest=10)
    assert world.states() == ["unknown"]


@pytest.mark.parametrize("error", [UNREADABLE, FORBIDDEN_TO_READ])
async def test_a_search_that_never_gets_an_answer_is_given_up(world: World, error: WorkspaceError) -> None:
    """Where nothing can be read although the project answers, follow_for is the end (protocol 4.5, 5.4)."""
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    world.cloud().script(Call.LIST_SUB_JOBS, *[error] * 500)
    await rebooted(world)
    world.engine.lanes["default"].condition._is_proven = True
    await world.advance(1190, longest=10)
    assert world.states() == ["attempting"]
    await world.advance(60, longest=10)
    (end,) = world.ends()
    assert end == f"reboot unknown: its request was lost and its job could not be looked for: {error.message}"


async def test_a_short_follow_for_does_not_shorten_a_search(tmp_path: Path) -> None:
    """It is looked for two minutes at least: one look that cannot be read ends nothing (protocol 5.2, 5.4)."""
    async with a_world(tmp_path, timing=Timing(follow_for=15)) as world:
        world.cloud().add_pool("p-a")
        world.cloud().script_executed(Call.ACT_ON_POOL, LOST)
        world.cloud().script(Call.LIST_SUB_JOBS, *[UNREADABLE] * 4)
        await rebooted(world)
        await world.advance(60, longest=10)
        assert [run.job_id for run in world.rows(schema.runs)] == ["job-1"]


async def test_a_search_in_a_pool_that_is_gone_is_over(world: World) -> None:
    """A pool that is gone has no job to be found (protocol 5.4)."""
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    world.cloud().script(Call.LIST_SUB_JOBS, GONE)
    await rebooted(world)
    assert world.ends() == ["reboot unknown: its request was lost and its job could not be looked for: no such thing"]
