"""What people ask for: manual runs, overrides, cancel (protocol 4.10, 4.11)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.execution.manual import RefusedError
from daemon.ledger import schema
from daemon.ledger.states import State
from daemon.timetable.actions import Action
from daemon.workspace.port import Call
from tests.support.runs import CONFLICT, LOST
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World


async def test_a_manual_run_is_sent_at_once(world: World) -> None:
    """A manual run is scheduled now and sent with nothing but its gate before it (protocol 1.6, 4.10)."""
    await world.begin(schedule(a=["stop at 20:00"]))
    made = await world.now("start", type_="SOFT")
    assert made.scheduled_at == made.due_at == world.clock.now()
    assert [call.action for call in world.sent()] == [Action.START]
    assert (world.run(1).origin, world.run(1).who) == ("manual", "root")


async def test_a_repeated_call_is_one_run(world: World) -> None:
    """A request id makes a manual run unique: a repeated call gives the same run (protocol 1.4)."""
    await world.begin(schedule(a=["stop at 20:00"]))
    first = await world.now("start", request="r1")
    again = await world.now("start", request="r1")
    assert (again.id, again.state) == (first.id, State.ACCEPTED)
    assert len(world.sent()) == 1
    assert await world.engine.ask([]) == ()


async def test_a_backlog_is_claimed_before_a_run_is_cancelled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done by hand ticks up to now first, chunk by chunk (protocol 1.2)."""
    from daemon.execution import ticking

    inner = ticking.tick
    monkeypatch.setattr(ticking, "tick", lambda conn, book, now: inner(conn, book, now, chunk=1))
    await world.begin(schedule(a=["stop at 12:00:10 spread 3h"], b=["stop at 12:01", "start at 12:01:01"]))
    await world.advance(30)
    world.clock.advance(40)
    await world.engine.cancel(1, "cancelled by ann")
    assert world.states() == ["skipped", "superseded", "pending"]


async def test_what_was_due_before_is_older_than_what_a_person_asks_for(world: World) -> None:
    """Whatever inserts a run ticks up to now first, so that a manual word is the newer one (protocol 1.2, 1.6)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.clock.advance(301)
    await world.now("start")
    assert world.ends() == ["stop superseded: superseded by run 2", "start accepted"]


async def test_a_backlog_is_claimed_before_a_manual_run_is_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manual run waits for every chunk of the backlog (protocol 1.2)."""
    from daemon.execution import ticking

    inner = ticking.tick
    monkeypatch.setattr(ticking, "tick", lambda conn, book, now: inner(conn, book, now, chunk=1))
    await world.begin(schedule(a=["stop at 12:05", "start at 12:05:01", "stop at 12:05:02"]))
    world.clock.advance(310)
    made = await world.now("start")
    assert made.id == 4
    assert world.states() == ["superseded"] * 3 + ["accepted"]


async def test_manual_runs_are_exempt_from_a_pause_and_not_from_newer_words(world: World) -> None:
    """A manual run is exempt from pause and hold, not from supersession (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.override("pause")
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT)
    await world.now("start")
    await world.now("stop")
    assert world.states() == ["superseded", "accepted"]


async def test_an_occurrence_during_a_pause_is_skipped_and_stays_so(world: World) -> None:
    """Overrides are judged at scheduled_at; a resume fires nothing old (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.override("pause", until=world.clock.now() + timedelta(minutes=10), reason="inventory")
    await world.advance(300)
    assert world.ends() == ["stop skipped: pause by ann until 2026-11-23T12:10:00Z: inventory"]
    assert world.run(1).override == 1
    await world.advance(600)
    assert world.sent() == []


async def test_a_pause_ends_what_waits_and_follows_what_is_sent(world: World) -> None:
    """In the gate it is judged whether the pool may be acted on now; what is sent is followed (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 9, target="p-b")
    await world.advance(300)
    await world.override("pause", None)
    await world.advance(30)
    world.cloud().finish_all()
    await world.advance(20)
    assert world.ends() == ["stop succeeded: all 2 desktops are SHUTOFF", "stop skipped: pause by ann until resumed"]


async def test_a_paused_word_that_may_have_been_executed_is_judged_by_its_desktops(world: World) -> None:
    """Skipped is for runs that were not executed: others are looked at and not sent again (protocol 4.10, 4.11)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    await world.advance(300)
    await world.override("pause")
    await world.advance(40, longest=5)
    assert world.states() == ["accepted"]
    assert world.run(1).reason == "pause by ann until resumed; judged by the desktops"
    await world.advance(90, longest=10)
    assert world.states() == ["failed"]
    assert len(world.sent()) == 1


@pytest.mark.parametrize(
    ("kind", "more", "skipped"),
    [
        ("hold-on", {}, {"stop", "hibernate", "reboot"}),
        ("hold-off", {}, {"start", "reboot"}),
        ("skip", {"action": "stop"}, {"stop"}),
        ("skip", {}, {"start", "stop", "hibernate", "reboot"}),
    ],
)
async def test_a_hold_skips_contradicting_words_and_reboots(
    world: World, kind: str, more: dict[str, str], skipped: set[str]
) -> None:
    """A hold skips what contradicts it and, while it lasts, reboots; a skip of one action that one (protocol 4.10)."""
    sentences = ["start at 12:05", "hibernate at 12:06", "stop at 12:07", "reboot at 12:08"]
    await world.begin(schedule(a=sentences))
    await world.override(kind, **more)
    await world.advance(8 * 60)
    reasons = {row.action: row.reason for row in world.rows(schema.runs)}
    assert {action for action, why in reasons.items() if why and why.startswith(f"{kind} by ann")} == skipped


async def test_a_resumed_override_counts_up_to_its_end(world: World) -> None:
    """An override that was resumed early lies on the instants before that only (protocol 4.10)."""
    await world.begin(schedule(a=["start at 12:05", "stop at 12:15"]))
    await world.override("pause", until=world.clock.now() + timedelta(hours=1))
    await world.advance(301)
    await world.write(schema.overrides.update().values(ended_at=world.clock.now()))
    await world.advance(600)
    assert world.states() == ["skipped", "accepted"]


async def test_a_waiting_run_can_be_cancelled(world: World) -> None:
    """To cancel ends a waiting run as skipped, saying by whom (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05 spread 3h"]))
    await world.advance(300)
    cancelled = await world.engine.cancel(1, "cancelled by ann")
    assert cancelled.state is State.SKIPPED
    assert world.ends() == ["stop skipped: cancelled by ann"]
    await world.idle(3 * 3600)
    assert world.sent() == []


async def test_only_a_waiting_run_can_be_cancelled(world: World) -> None:
    """What is being sent, followed or over is refused, and so is a run that there is not (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    with pytest.raises(RefusedError, match="run 1 is accepted; only a waiting run can be cancelled"):
        await world.engine.cancel(1, "cancelled by ann")
    with pytest.raises(RefusedError, match="there is no run 99"):
        await world.engine.cancel(99, "cancelled by ann")


async def test_cancelling_what_may_have_been_executed_stops_its_attempts(world: World) -> None:
    """It is not sent any more, and its desktops say what became of it (protocol 4.10, 4.11)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST)
    await world.advance(300)
    cancelled = await world.engine.cancel(1, "cancelled by ann")
    assert cancelled.state is State.ACCEPTED
    assert world.run(1).reason == "cancelled by ann; judged by the desktops"
    await world.advance(20, longest=5)
    for number in (1, 2):
        world.cloud().set_desktop(f"p-a-{number}", status="SHUTOFF")
    await world.advance(60, longest=10)
    assert world.ends() == ["stop succeeded: all 2 desktops are SHUTOFF"]
    assert len(world.sent()) == 1


async def test_cancelling_while_another_run_holds_the_pool_takes_effect_after_it(world: World) -> None:
    """A run that cannot be judged yet waits for its pool and is not sent then either (protocol 4.1, 4.10)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST, *[CONFLICT] * 99)
    await world.advance(300)
    holder = world.run(1)._asdict() | {
        "id": 9,
        "state": "accepted",
        "action": "reboot",
        "origin": "manual",
        "request": "x",
        "job_id": "job-x",
    }
    await world.write(schema.runs.insert().values(holder))
    assert (await world.engine.cancel(1, "cancelled by ann")).state is State.PENDING
    await world.write(schema.runs.delete().where(schema.runs.c.id == 9))
    await world.advance(100, longest=10)
    assert world.states() == ["failed"]
    assert len(world.sent()) == 1


async def test_cancelling_the_rest_of_a_reboot_leaves_it_partial(world: World) -> None:
    """What is left of a reboot is called off; what was rebooted was (protocol 4.10, 4.11)."""
    await world.begin(schedule(a=["reboot at 12:05"]))
    await world.advance(300)
    world.cloud().finish("job-1", failing=["p-a-2"])
    world.cloud().script(Call.ACT_ON_DESKTOPS, *[CONFLICT] * 9)
    await world.advance(20, longest=5)
    assert world.states() == ["pending"]
    assert (await world.engine.cancel(1, "cancelled by ann")).state is State.PARTIAL
    assert world.ends() == ["reboot partial: cancelled by ann"]
