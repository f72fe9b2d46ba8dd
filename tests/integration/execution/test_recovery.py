"""Starting after a SIGKILL at any moment: every row found open is settled by one table (protocol 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from daemon.errors import PoolpowerError
from daemon.execution import restoring
from daemon.ledger import heartbeat, schema
from daemon.timetable.actions import Action
from daemon.workspace.port import Call
from tests.support.clock import MONDAY_NOON
from tests.support.runs import CONFLICT, LOST
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World


async def killed_while_sending(world: World, *sentences: str, executed: bool) -> None:
    """Kill the daemon at 12:05, its request on the way."""
    await world.begin(schedule(a=list(sentences)))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    await world.kill()
    if executed:
        world.cloud().open_job("p-a", ["p-a-1", "p-a-2"], Action(sentences[0].split()[0]))


async def test_a_pending_run_goes_on_where_it_was(world: World) -> None:
    """A pending run within its catch-up is sent by the next process (protocol 5.2)."""
    await world.begin(schedule(a=["stop at 12:05 spread 3h"]))
    await world.advance(300)
    await world.kill()
    await world.start_again()
    assert world.states() == ["pending"]
    await world.idle(3 * 3600)
    assert world.states() == ["accepted"]


async def test_a_pending_run_later_than_its_catch_up_is_missed(world: World) -> None:
    """First looked at after an outage, later than its catch-up: missed (protocol 2.4, 5.2)."""
    await world.begin(schedule(a=["stop at 12:05 spread 1h catch up 30m"]))
    await world.advance(300)
    await world.kill()
    world.clock.advance(2 * 3600)
    await world.start_again()
    assert world.states() == ["missed"]
    assert world.sent() == []


async def test_a_backoff_is_not_waited_for_longer_than_the_longest(world: World) -> None:
    """next_attempt_at found in the ledger is no later than now and the longest backoff (protocol 5.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT)
    await world.advance(300)
    await world.kill()
    late = world.clock.now() + timedelta(hours=2)
    await world.write(update(schema.runs).values(next_attempt_at=late))
    await world.start_again()
    assert world.run(1).next_attempt_at == world.clock.now() + timedelta(seconds=300)
    assert world.run(1).reason.startswith("refused for now")
    await world.advance(301)
    assert len(world.sent()) == 2


async def test_a_word_found_attempting_is_lost_and_sent_again_after_the_request_timeout(world: World) -> None:
    """A word without a stored answer is closed as lost and pending again within its catch-up (protocol 5.2)."""
    await killed_while_sending(world, "stop at 12:05", executed=False)
    world.clock.advance(5)
    await world.start_again()
    (attempt,) = world.rows(schema.attempts)
    assert attempt.fate == "lost"
    assert "no answer was stored" in attempt.error_msg
    assert world.run(1).maybe_executed
    assert world.run(1).next_attempt_at == attempt.sent_at + timedelta(seconds=30)
    assert len(world.sent()) == 1
    await world.advance(26)
    assert len(world.sent()) == 2


async def test_a_word_found_attempting_that_was_carried_out_is_not_sent_again(world: World) -> None:
    """Before it is sent again its desktops are looked at (protocol 4.5, 5.2)."""
    await killed_while_sending(world, "stop at 12:05", executed=True)
    world.cloud().finish_all()
    world.clock.advance(5)
    await world.start_again()
    await world.advance(26)
    assert world.ends() == ["stop succeeded: all 2 desktops are SHUTOFF"]
    assert len(world.sent()) == 1


async def test_a_word_found_attempting_beyond_its_catch_up_is_judged_by_its_desktops(world: World) -> None:
    """Later than its catch-up, the desktops say what became of it (protocol 5.2)."""
    await killed_while_sending(world, "stop at 12:05 catch up 10m retry for 5m", executed=True)
    world.cloud().finish_all()
    world.clock.advance(3600)
    await world.start_again()
    assert world.ends() == ["stop succeeded: all 2 desktops are SHUTOFF"]
    assert len(world.sent()) == 1


async def test_a_word_found_attempting_is_ended_by_a_newer_one(world: World) -> None:
    """What would make it wait again ends it instead, the newer word having been claimed first (protocol 2.1, 5.2)."""
    await killed_while_sending(world, "stop at 12:05", "start at 12:10", executed=False)
    world.clock.advance(600)
    await world.start_again()
    assert world.ends() == ["stop superseded: superseded by run 2", "start accepted"]


async def test_a_reboot_found_attempting_is_looked_for_and_adopted(world: World) -> None:
    """A job of the same action begun since is adopted by the next process (protocol 5.2, 5.4)."""
    await killed_while_sending(world, "reboot at 12:05", executed=True)
    world.clock.advance(5)
    await world.start_again()
    assert (world.states(), world.run(1).job_id) == (["accepted"], "job-1")
    world.cloud().finish_all()
    await world.advance(20)
    assert world.states() == ["succeeded"]


async def test_a_reboot_found_attempting_without_a_sign_is_unknown(world: World) -> None:
    """Looked for during two minutes, then unknown; it is never sent again (protocol 5.2, 5.4)."""
    await killed_while_sending(world, "reboot at 12:05", executed=False)
    await world.start_again()
    await world.advance(130)
    assert world.states() == ["unknown"]
    assert len(world.sent()) == 1


async def test_a_search_that_was_under_way_goes_on_in_the_next_process(world: World) -> None:
    """An attempt whose answer says lost is looked for like one without an answer (protocol 5.2)."""
    await world.begin(schedule(a=["reboot at 12:05"]))
    world.cloud().script_executed(Call.ACT_ON_POOL, LOST)
    held = world.cloud().hold(Call.LIST_SUB_JOBS)
    await world.advance(300)
    await held.arrived.wait()
    await world.kill()
    await world.start_again()
    assert world.states() == ["accepted"]
    assert [row.error_msg for row in world.rows(schema.attempts)] == ["the connection was reset"]


async def test_an_accepted_run_is_looked_at_at_once(world: World) -> None:
    """A run found accepted is looked at at once, whatever its age (protocol 5.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    await world.kill()
    world.cloud().finish_all()
    world.clock.advance(2)
    await world.start_again()
    assert world.states() == ["succeeded"]


async def test_an_accepted_run_is_overdue_by_when_its_job_became_known(world: World) -> None:
    """Overdue counts from the job, not from the start of this process (protocol 5.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    await world.kill()
    world.clock.advance(1300)
    await world.start_again()
    assert world.ends() == ["stop unknown: given up: 2 desktops still busy (P-A-1 ACTIVE, P-A-2 ACTIVE)"]


async def test_an_accepted_reboot_whose_job_is_gone_is_unknown(world: World) -> None:
    """A reboot found accepted whose job is gone is unknown (protocol 5.2)."""
    await world.begin(schedule(a=["reboot at 12:05"]))
    await world.advance(300)
    await world.kill()
    world.cloud().forget_job("job-1")
    await world.start_again()
    assert world.states() == ["unknown"]


async def test_the_gates_open_only_after_everything_is_settled(world: World) -> None:
    """Claim up to now, settle every open row, then open the gates (protocol 5.1)."""
    await killed_while_sending(world, "stop at 12:05", executed=False)
    world.clock.advance(3600)
    engine = world.make_engine()
    engine.resume(await world.ledger.writer.do(world._book))
    assert not engine.is_running
    await engine.start()
    assert engine.is_running
    assert world.run(1).state == "pending"
    assert len(world.sent()) == 1
    await world.settle()
    assert len(world.sent()) == 2


async def test_a_look_that_takes_long_holds_its_own_pool_only(world: World) -> None:
    """Recovery waits for no look: other pools' gates open meanwhile (protocol 5.1)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:10"]))
    await world.advance(300)
    await world.kill()
    world.clock.advance(300)
    held = world.cloud().hold(Call.SHOW_JOB)
    await world.start_again()
    await held.arrived.wait()
    assert world.states() == ["accepted", "accepted"]


async def test_the_sweep_settles_an_attempt_that_nobody_has_in_hand(world: World) -> None:
    """Older than request timeout and 30 s and owned by no live task: like one found at a start (protocol 5.3)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    await world.advance(60)
    assert await world.engine.sweep() == 0
    (task,) = world.engine._tasks._attempts
    task.cancel()
    await world.settle()
    await world.advance(1)
    assert await world.engine.sweep() == 1
    assert world.said("attempts.orphaned")[0]["runs"] == [1]
    await world.settle()
    assert world.states() == ["accepted"]


async def test_the_sweep_lets_what_is_blocked_try_again(world: World) -> None:
    """A pool that was freed behind the engine's back does not hold up what waits for it (protocol 5.3)."""
    await world.begin(schedule(a=["start at 12:05", "reboot at 12:06"]))
    await world.advance(360)
    world.engine.roster.forget(1, "default")
    gone = {"state": "failed", "reason": "by hand", "finished_at": world.clock.now()}
    await world.write(update(schema.runs).where(schema.runs.c.id == 1).values(gone))
    world.cloud().finish_all()
    await world.advance(30)
    assert world.states() == ["failed", "pending"]
    await world.engine.sweep()
    await world.settle()
    assert world.states() == ["failed", "accepted"]


async def test_an_answer_that_comes_after_the_sweep_took_its_run_is_kept(world: World) -> None:
    """The answer and its job are stored, the run stays where recovery put it (protocol 4.3, 5.3)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    world.engine.roster.live.clear()
    await world.advance(61)
    assert await world.engine.sweep() == 1
    held.released.set()
    await world.settle()
    assert [row.job_id for row in world.rows(schema.jobs)] == ["job-1"]
    assert world.rows(schema.attempts)[0].fate == "accepted"
    world.cloud().finish_all()
    await world.advance(90, longest=10)
    assert world.states() == ["succeeded"]


async def test_a_run_whose_project_left_the_file_is_followed_to_its_end(world: World) -> None:
    """What was sent is followed although no pool of the file is in its project any more (protocol 5.2)."""
    world.cloud("gone").add_pool("p-z")
    text = schedule(a=["stop at 20:00"])
    with_project = text + '[projects.gone]\n[pools.z]\nproject = "gone"\nid = "p-z"\npolicies = ["stop at 12:05"]\n'
    await world.begin(with_project)
    await world.advance(300)
    await world.kill()
    world.cloud("gone").finish_all()
    await world.start_again(text)
    assert world.states() == ["succeeded"]


async def test_a_withdrawn_run_of_a_project_that_left_the_file_is_no_trouble(world: World) -> None:
    """A start with a file that has dropped a project withdraws its waiting runs (protocol 3.1, 5.1)."""
    world.cloud("gone").add_pool("p-z")
    text = schedule(a=["stop at 20:00"])
    with_project = (
        text + '[projects.gone]\n[pools.z]\nproject = "gone"\nid = "p-z"\npolicies = ["stop at 12:05 spread 3h"]\n'
    )
    await world.begin(with_project)
    await world.advance(300)
    await world.kill()
    engine = world.make_engine()
    engine.resume(await world.ledger.writer.do(world._book))
    engine.lanes.pop("gone")
    await world.accept(text)
    await engine.start()
    assert world.ends() == ["stop skipped: withdrawn by version 2"]


async def test_a_run_whose_project_cannot_be_reached_any_more_is_accounted_for(world: World) -> None:
    """What cannot be followed is unknown, what was never sent skipped, with the reason (protocol 4.11, 4.13)."""
    world.cloud("gone").add_pool("p-z")
    world.cloud("gone").add_pool("p-y")
    text = schedule(a=["stop at 20:00"])
    pools = "".join(f'[pools.{key}]\nproject = "gone"\nid = "p-{key}"\npolicies = ["stop at 12:05"]\n' for key in "zy")
    await world.begin(text + "[projects.gone]\n" + pools)
    world.cloud("gone").script(Call.ACT_ON_POOL, *[CONFLICT] * 9, target="p-y")
    await world.advance(300)
    await world.write(update(schema.runs).where(schema.runs.c.pool == "y").values(origin="manual"))
    await world.kill()
    inner = world._open

    def refuse(project: str, lane: object) -> object:
        if project == "gone":
            raise PoolpowerError("project gone has no region", None)
        return inner(project, lane)  # type: ignore[arg-type]

    world._open = refuse  # type: ignore[method-assign, assignment]
    engine = world.make_engine()
    with pytest.raises(PoolpowerError):
        engine.resume(await world.ledger.writer.do(world._book))
    engine.units.book = await world.ledger.writer.do(world._book)
    await world.accept(text)
    await engine.start()
    assert world.ends() == [
        "stop unknown: its project gone cannot be reached any more: project gone has no region",
        "stop skipped: its project gone cannot be reached any more: project gone has no region",
    ]


async def test_a_restored_ledger_carries_nothing_out_twice(world: World) -> None:
    """What fell due up to the file's time is missed, what was open is settled by looking only (protocol 5.5)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["reboot at 12:05"], c=["stop at 12:30", "start at 13:30"]))
    await world.advance(300)
    path = world.ledger.path
    alive = MONDAY_NOON + timedelta(hours=1)
    heartbeat.write(heartbeat.heartbeat_path(path), heartbeat.Beat(99, alive))
    await world.kill()
    world.cloud().finish_all()
    world.clock.advance(2 * 3600)
    restored = await world.ledger.writer.do(lambda conn: restoring.find(conn, path))
    assert restored is not None
    engine = world.make_engine()
    engine.resume(await world.ledger.writer.do(world._book))
    await engine.start(restored)
    await world.settle()
    assert world.ends() == [
        "reboot unknown: restored ledger",
        "stop succeeded: all 2 desktops are SHUTOFF",
        "stop superseded: superseded by run 4",
        "start accepted",
    ]
    assert await world.ledger.writer.do(lambda conn: restoring.find(conn, path)) is None
