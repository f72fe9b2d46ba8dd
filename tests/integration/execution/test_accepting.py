"""Versions: what a new one withdraws, keeps, moves and never sets off (protocol 3)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from daemon.errors import PoolpowerError
from daemon.execution import accepting, units
from daemon.execution.accepting import Move
from daemon.ledger import schema
from daemon.ledger.errors import LedgerUnavailable
from daemon.timetable.actions import Action
from daemon.workspace.answers import Answer, Fate
from daemon.workspace.port import Call
from tests.support.clock import MONDAY_NOON
from tests.support.runs import CONFLICT, LOST
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World

MINUTE = timedelta(minutes=1)


async def test_what_fell_due_before_the_acceptance_belongs_to_the_old_version(world: World) -> None:
    """Accepting ticks with the old version up to its instant, later occurrences are the new one's (protocol 3.1)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:10"]))
    world.clock.advance(360)
    accepted = await world.accept(schedule(a=["stop at 12:05"], b=["start at 12:07"]))
    await world.advance(120)
    assert accepted.book is not None
    assert [(run.pool, run.action, world.run(run.id).version) for run in world.runs()] == [
        ("a", Action.STOP, 1),
        ("b", Action.START, 2),
    ]


async def test_what_a_version_no_longer_contains_is_withdrawn(world: World) -> None:
    """An unsent run whose occurrence the new version does not contain is skipped as withdrawn (protocol 3.1)."""
    await world.begin(schedule(a=["stop at 12:05 spread 3h"], b=["stop at 12:05 spread 3h"]))
    await world.advance(300)
    accepted = await world.accept(schedule(a=["stop at 12:05 spread 3h"], b=["stop at 13:00"]))
    assert [ended.run.pool for ended in accepted.withdrawn] == ["b"]
    assert world.ends() == ["stop pending", "stop skipped: withdrawn by version 2"]
    await world.advance(30)
    assert not any(call.target == "p-b" for call in world.sent())


async def test_a_run_that_may_have_been_executed_is_not_withdrawn(world: World) -> None:
    """Withdrawn is for runs none of whose attempts may have been executed (protocol 3.1, 4.11)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST, target="p-a")
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT, target="p-b")
    world.cloud().hold(Call.LIST_DESKTOPS, target="p-a")
    await world.advance(301)
    await world.accept(schedule(a=["stop at 13:00"], b=["stop at 13:00"]))
    assert world.states() == ["pending", "skipped"]


async def test_manual_runs_are_not_withdrawn(world: World) -> None:
    """A version takes back what a version called for, not what a person asked for (protocol 3.1)."""
    await world.begin(schedule(a=["stop at 20:00"]))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 9)
    await world.now("stop")
    await world.accept(schedule(a=["stop at 21:00"]))
    assert world.states() == ["pending"]


async def test_a_withdrawn_occurrence_is_due_again_when_it_comes_back(world: World) -> None:
    """Withdrawn runs are left aside when it is asked what has a run already (protocol 3.2)."""
    await world.begin(schedule(a=["stop at 12:05 spread 3h"]))
    await world.advance(300)
    await world.accept(schedule(a=["stop at 13:00"]))
    world.clock.step(-120)  # the instant lies ahead once more
    await world.write(update(schema.heart).values(watermark=MONDAY_NOON + 3 * MINUTE))
    await world.accept(schedule(a=["stop at 12:05 spread 3h", "start at 09:00"]))
    await world.write(update(schema.runs).where(schema.runs.c.id == 1).values(scheduled_at=MONDAY_NOON))
    await world.advance(150)
    assert [state for state in world.states() if state != "skipped"] == ["pending"]


async def test_an_occurrence_that_moves_past_the_acceptance_is_not_due_twice(world: World) -> None:
    """A wall time that has a run already is not due again, wherever a new version places it (protocol 3.2)."""
    await world.begin(schedule(head='timezone = "UTC"', a=["stop at 12:05"]))
    await world.advance(300)
    world.cloud().finish_all()
    await world.advance(30)
    await world.accept(schedule(head='timezone = "America/New_York"', a=["stop at 12:05"]))  # 17:05 UTC
    await world.idle(6 * 3600)
    assert len(world.runs()) == 1
    await world.idle(24 * 3600)
    assert [world.run(run.id).wall for run in world.runs()] == ["2026-11-23T12:05", "2026-11-24T12:05"]


async def test_an_occurrence_that_moves_before_the_acceptance_is_claimed_at_it(world: World) -> None:
    """One whose instant moved from after the acceptance to before it is claimed at the acceptance (protocol 3.2)."""
    await world.begin(schedule(head='timezone = "UTC"', a=["stop at 12:30"]))
    await world.advance(60)
    accepted = await world.accept(schedule(head='timezone = "Europe/Berlin"', a=["stop at 12:30"]))  # 11:30 UTC
    await world.settle()
    assert [run.scheduled_at for run in accepted.moved] == [MONDAY_NOON - 30 * MINUTE]
    assert len(world.sent()) == 1
    await world.idle(3600)
    assert len(world.runs()) == 1


async def test_of_moved_occurrences_only_the_last_word_stands(world: World) -> None:
    """What a version moves into the past is claimed in order and superseded like any backlog (protocol 2.3, 3.2)."""
    await world.begin(schedule(head='timezone = "UTC"', a=["stop at 12:20", "start at 12:30"]))
    accepted = await world.accept(schedule(head='timezone = "Europe/Berlin"', a=["stop at 12:20", "start at 12:30"]))
    assert [run.action for run in accepted.moved] == [Action.START]
    assert world.states() == ["superseded", "pending"]


async def test_a_new_policy_has_no_past(world: World) -> None:
    """A policy that is new is due from its acceptance on, never at once (protocol 3.1)."""
    await world.begin(schedule(a=["stop at 20:00"]))
    await world.advance(600)
    await world.accept(schedule(a=["stop at 20:00", "start at 12:01"]))
    await world.advance(600)
    assert world.runs() == []


async def test_new_zone_data_that_moves_an_instant_into_the_past_claims_it(world: World) -> None:
    """Where zone data changed since a version was accepted, what has no run yet is claimed at once (protocol 3.2)."""
    await world.begin(schedule(a=["stop at 12:30", "start at 12:10"]))
    await world.idle(3600)
    placed_elsewhere = {"wall": "2026-11-20T12:30", "scheduled_at": MONDAY_NOON - 3 * 24 * 60 * MINUTE}
    await world.write(update(schema.runs).where(schema.runs.c.id == 2).values(placed_elsewhere))
    accepted = await world.accept(schedule(a=["stop at 12:30", "start at 12:10"]), moved_since=MONDAY_NOON)
    assert [run.action for run in accepted.moved] == [Action.STOP]


async def test_only_moves_across_the_acceptance_are_claimed(world: World) -> None:
    """An occurrence that stays on its side of the acceptance is no move (protocol 3.2)."""
    await world.begin(schedule(a=["stop at 20:00"]))
    book, now = world.engine.book, world.clock.now()
    (due,) = book.timetable.between(now, now + timedelta(days=1))
    assert accepting.moves(book, book.timetable, now) == ()
    later = world.candidate(schedule(a=["stop at 20:00", "start at 21:00"])).timetable
    assert accepting.moves(book, later, now) == (Move(due, due.scheduled_at),)
    await world.accept(schedule(a=["stop at 20:00", "start at 21:00"]))
    assert world.runs() == []


async def test_a_renamed_pool_keeps_its_runs_and_overrides(world: World) -> None:
    """A pool renamed in the file with the same cloud id keeps its number, runs and overrides (protocol 3.5)."""
    await world.begin(schedule(a=["stop at 12:05 spread 3h"]))
    await world.advance(300)
    await world.override("pause")
    await world.accept('timezone = "UTC"\n[pools.renamed]\nid = "p-a"\npolicies = ["stop at 12:05 spread 3h"]')
    assert world.engine.book.numbers == {("default", "renamed"): 1}
    assert world.states() == ["pending"]
    await world.idle(3 * 3600)
    assert world.ends() == ["stop skipped: pause by ann until resumed"]


async def test_a_pool_known_by_name_becomes_the_pool_of_its_id(world: World) -> None:
    """What waits for a pool without an id goes on once the file gives its id (protocol 3.5, 4.1)."""
    name_only = (
        'timezone = "UTC"\n[pools.a]\npolicies = ["stop at 12:05"]\n[pools.b]\nid = "p-b"\npolicies = ["stop at 20:00"]'
    )
    await world.begin(name_only)
    await world.advance(300)
    assert world.states() == ["pending"]
    await world.accept(schedule(a=["stop at 12:05"], b=["stop at 20:00"]))
    await world.advance(20)
    assert [call.target for call in world.sent()] == ["p-a"]


async def test_a_key_that_is_given_another_pools_id_hands_its_waiting_runs_over(world: World) -> None:
    """A key known by name that turns out to be a pool the ledger knows joins it: runs and overrides (protocol 3.5)."""
    by_name = '[pools.a]\npolicies = ["stop at 12:05"]\n'
    text = 'timezone = "UTC"\n' + by_name + '[pools.old]\nid = "p-a"\npolicies = ["stop at 20:00"]'
    await world.begin(text)
    await world.advance(300)
    await world.override("skip", action="start")
    await world.accept(schedule(a=["stop at 12:05", "start at 12:10"]))
    await world.advance(20)
    assert [run.pool_no for run in world.runs()] == [world.engine.book.numbers["default", "a"]] == [1]
    assert [call.target for call in world.sent()] == ["p-a"]
    await world.advance(600)
    assert world.ends()[1].startswith("start skipped: skip by ann")


async def test_two_waiting_runs_that_meet_in_one_pool_do_not_both_hold_it(world: World) -> None:
    """Runs whose pools turn out to be one pass the gate one after the other (protocol 3.5, 4.1)."""
    by_name = '[pools.a]\npolicies = ["stop at 12:05"]\n'
    text = 'timezone = "UTC"\n' + by_name + '[pools.old]\nid = "p-a"\npolicies = ["hibernate at 12:05"]'
    await world.begin(text)
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 3)
    await world.advance(300)
    await world.accept(schedule(a=["stop at 12:05", "hibernate at 12:05"]))
    await world.advance(60, longest=5)
    assert world.said("gates.fault") == []
    assert sorted(world.states()) == ["accepted", "superseded"]


async def test_an_id_in_the_file_outdoes_one_that_was_looked_up(world: World) -> None:
    """Two keys never share a number, even where one is given the id that the other's name had led to (protocol 4.1)."""
    await world.begin('timezone = "UTC"\n[pools.a]\npolicies = ["stop at 20:00"]')
    await world.engine.resolved({1: "p-a"}, world.engine.book.version)
    text = (
        'timezone = "UTC"\n[pools.a]\npolicies = ["stop at 20:00"]\n[pools.b]\nid = "p-a"\npolicies = ["stop at 21:00"]'
    )
    await world.accept(text)
    assert world.engine.book.numbers == {("default", "b"): 1, ("default", "a"): 2}


async def test_looked_up_ids_are_kept_and_wake_what_waits_for_them(world: World) -> None:
    """A run without an id waits and is sent once the id is found; finding it again changes nothing (protocol 4.1)."""
    await world.begin('timezone = "UTC"\n[pools.a]\npolicies = ["stop at 12:05"]')
    await world.advance(400)
    assert world.states() == ["pending"]
    assert await world.engine.resolved({1: "p-a"}, world.engine.book.version) == {}
    await world.settle()
    assert [call.target for call in world.sent()] == ["p-a"]
    assert world.engine.book.timetable.pools[0].pool_id == "p-a"
    assert await world.engine.resolved({1: "p-a"}, world.engine.book.version) == {}


async def test_an_id_that_another_pool_has_is_refused(world: World) -> None:
    """Two pools of the file cannot become one pool of the cloud (protocol 4.1)."""
    await world.begin(
        'timezone = "UTC"\n[pools.a]\npolicies = ["stop at 20:00"]\n[pools.b]\nid = "p-b"\npolicies = ["stop at 20:00"]'
    )
    numbers = world.engine.book.numbers
    refused = await world.engine.resolved({numbers["default", "a"]: "p-b"}, world.engine.book.version)
    assert refused == {
        numbers["default", "a"]: "the cloud's pool p-b of that name is pool b of the schedule file already"
    }


async def test_a_unit_made_with_an_old_version_is_made_again_with_the_new(world: World) -> None:
    """Whatever inserts or opens does so with the version in force in its own transaction (protocol 3.1)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    candidate = world.candidate(schedule(a=["start at 12:05"]))
    world.clock.advance(299)
    accepting_it = asyncio.create_task(world.engine.accept(candidate))
    await asyncio.sleep(0)
    world.clock.advance(1)
    await asyncio.gather(*(world.engine.tick() for _ in range(20)), accepting_it)
    await world.settle()
    assert len(world.runs()) == 1


async def test_an_acceptance_whose_commit_was_there_all_the_same_is_found_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version reported as not committed that is in the ledger is found when accepted again (protocol 3.1, 7.1)."""
    monkeypatch.setattr(units, "TURNS", 3)
    await world.begin(schedule(a=["stop at 12:05"]))
    text = schedule(a=["start at 12:05"])
    candidate = world.candidate(text)
    book = world.engine.book
    await world.ledger.writer.do(lambda conn: accepting.accept(conn, book, candidate, (), world.clock.now()))
    with pytest.raises(LedgerUnavailable, match="a newer version"):
        await world.engine.tick()
    accepted = await world.accept(text)
    assert accepted.book is not None
    assert accepted.book.version == 2
    await world.advance(300)
    assert [run.action for run in world.runs()] == [Action.START]


async def test_an_acceptance_goes_on_although_nobody_waits_for_it(world: World) -> None:
    """A caller that is cancelled leaves no committed version that the engine does not know (protocol 3.1)."""
    await world.begin(schedule(a=["stop at 20:00"]))
    task = asyncio.create_task(world.engine.accept(world.candidate(schedule(a=["stop at 21:00"]))))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await world.until(lambda: world.engine.book.version == 2)
    await world.engine.tick()


async def test_a_version_with_a_project_that_cannot_be_reached_is_not_accepted(world: World) -> None:
    """A project whose API cannot be opened leaves the old version in force (protocol 3.3)."""
    await world.begin(schedule(a=["stop at 20:00"]))

    def refuse(project: str, _lane: object) -> None:
        raise PoolpowerError(f"project {project} has no region", None)

    world.engine._open_workspace = refuse  # type: ignore[assignment]
    text = 'timezone = "UTC"\n[projects.other]\n[pools.a]\nproject = "other"\nid = "p-a"\npolicies = ["stop at 20:00"]'
    with pytest.raises(PoolpowerError, match="has no region"):
        await world.accept(text)
    assert world.engine.book.version == 1
    await world.engine.tick()


async def test_a_project_that_moves_is_spoken_to_where_it_is_now(world: World) -> None:
    """A version that gives a project another region or id opens its API anew (protocol 3.1)."""
    text = 'timezone = "UTC"\n[projects.x]\nregion = "{}"\n'
    text += '[pools.a]\nproject = "x"\nid = "p-a"\npolicies = ["stop at 20:00"]'
    await world.begin(text.format("eu-west-101"))
    first = world.engine.lanes["x"].workspace
    world.clouds.pop("x")
    await world.accept(text.format("cn-north-4"))
    assert world.engine.lanes["x"].workspace is world.cloud("x") is not first
    await world.engine.stop(1)
    assert first.closed  # type: ignore[attr-defined]


async def test_looking_names_up_again_ends_no_backoff(world: World) -> None:
    """An id that is known already wakes nothing: a refused run rests as long as the cloud asked for (protocol 4.8)."""
    await world.begin('timezone = "UTC"\n[pools.a]\npolicies = ["stop at 12:05"]')
    await world.engine.resolved({1: "p-a"}, world.engine.book.version)
    world.cloud().script(Call.ACT_ON_POOL, Answer(Fate.REFUSED_FOR_NOW, status=409, retry_after=600.0))
    await world.advance(330)
    await world.engine.resolved({1: "p-a"}, world.engine.book.version)
    await world.settle()
    assert len(world.sent()) == 1


async def test_ids_looked_up_for_another_version_are_dropped(world: World) -> None:
    """A listing that took long does not overwrite what a file says that came into force meanwhile (protocol 4.1)."""
    await world.begin('timezone = "UTC"\n[pools.a]\npolicies = ["stop at 12:05"]')
    looked_up_for = world.engine.book.version
    await world.accept('timezone = "UTC"\n[pools.a]\nid = "p-a"\npolicies = ["stop at 12:05"]')
    assert await world.engine.resolved({1: "p-b"}, looked_up_for) == {}
    assert world.engine.book.timetable.pools[0].pool_id == "p-a"


async def test_two_projects_that_are_one_project_of_the_cloud_do_not_share_a_pool(world: World) -> None:
    """A name that leads to a pool that another project's key has is refused before it is stored (protocol 4.1)."""
    await world.begin(
        'timezone = "UTC"\n[projects.x]\nregion = "r-1"\nproject_id = "p"\n'
        '[projects.y]\nregion = "r-1"\nproject_id = "p"\n'
        '[pools.a]\nproject = "x"\nid = "p-a"\npolicies = ["stop at 20:00"]\n'
        '[pools.b]\nproject = "y"\npolicies = ["stop at 20:00"]'
    )
    numbers = world.engine.book.numbers
    refused = await world.engine.resolved({numbers["y", "b"]: "p-a"}, world.engine.book.version)
    assert list(refused) == [numbers["y", "b"]]
    assert world.engine.book.timetable.pool("y", "b").pool_id is None  # type: ignore[union-attr]


async def test_a_new_policy_has_no_past_where_zone_data_changed_too(world: World) -> None:
    """Only what the version in force had already can have been moved by zone data (protocol 3.1, 3.2)."""
    await world.begin(schedule(a=["stop at 20:00"]))
    since = world.clock.now()
    await world.advance(3600)
    at = world.clock.now() - timedelta(minutes=30)
    candidate = world.candidate(schedule(a=["stop at 20:00", f"start at {at:%H:%M}"]))
    accepted = await world.engine.accept(candidate, moved_since=since)
    assert accepted.moved == ()
