"""What `why` answers of a pool: from timetable, ledger, overrides, versions and calendars together."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from daemon.execution import overriding
from daemon.ledger.overrides import Kind
from daemon.ledger.overriding import Order, Wanted
from daemon.service.why import answer, gather
from daemon.timetable.schedulefile import parse_schedule
from daemon.workspace.port import Call
from tests.support.runs import REFUSED
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World

HOUR = timedelta(hours=1)


def why(world: World, at: datetime, file: str | None = None) -> dict[str, Any]:
    """The answer about pool `a`; ``file`` is what the schedule file says by now."""
    present = world.engine.book.timetable if file is None else parse_schedule([("s.toml", file)]).timetable
    pool = present.pool("default", "a")
    assert pool is not None
    with world.ledger.reader() as conn:
        return answer(gather(conn, present, pool, at, world.clock.now()))


async def test_what_was_carried_out_is_told_with_its_run(world: World) -> None:
    """The policy, the run and its state; nothing has to change."""
    await world.begin(schedule(a=["stop at 12:05"]))
    at = world.clock.now() + timedelta(minutes=5)
    await world.advance(300)
    await world.until(lambda: world.states() == ["accepted"])
    found = why(world, at)
    assert found["answer"].startswith('"stop at 12:05" (pool a #1) calls for stop at ')
    assert "run 1 (stop SOFT) is accepted" in found["answer"]
    assert (found["version"], [run["run"] for run in found["runs"]], found["not_due"]) == (1, [1], [])


async def test_a_failure_is_told_with_the_command_that_does_it_again(world: World) -> None:
    """With the cloud's reason."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, REFUSED)
    at = world.clock.now() + timedelta(minutes=5)
    await world.advance(300)
    await world.until(lambda: world.states() == ["failed"])
    found = why(world, at)
    assert "is failed: " in found["answer"]
    assert found["change"] == "`poolpower retry 1` does it again; `poolpower show 1` has the cloud's words"


async def test_nothing_due_is_told_with_every_policys_reason_and_what_comes_next(world: World) -> None:
    """The question after every surprise: why was it not started?"""
    file = 'timezone = "UTC"\nholidays = "DE-BE"\n' + schedule(head="", a=["start workdays 07:30", "stop at 20:00"])
    await world.begin(file)
    found = why(world, world.clock.now().replace(month=12, day=25, hour=7, minute=30))
    begins = 'nothing will be due at Fri 2026-12-25 07:30 +0000: "start workdays 07:30" (pool a #1): '
    assert found["answer"].startswith(begins)
    assert "2026-12-25 Christmas Day (DE-BE)" in found["answer"]
    assert "next is stop at Fri 2026-12-25 20:00 +0000" in found["answer"]
    assert [one["policy"] for one in found["not_due"]] == ["start workdays 07:30"]
    assert 'the dates of the calendar "DE-BE"' in found["change"]
    never = why(world, world.clock.now().replace(month=12, day=25, hour=3))
    assert "no policy of the pool names that time" in never["answer"]
    weekend = schedule(a=["start weekdays 07:30"])
    await world.accept(weekend)
    narrow = why(world, world.clock.now().replace(month=12, day=26, hour=7, minute=30), weekend)
    assert narrow["change"].startswith("widen the days of the policy")


async def test_what_an_override_will_skip_is_told_with_how_to_end_it(world: World) -> None:
    """By the same judgement as in tick and gate (protocol 4.10)."""
    await world.begin(schedule(a=["stop at 20:00"]))
    wanted = Wanted(world.engine.book.numbers["default", "a"], Kind.PAUSE, world.clock.now() + 24 * HOUR)
    order = Order("ann", "exams", "r-1")
    await world.engine.units.order(lambda conn, book, now: overriding.put(conn, book, [wanted], order, now, seen=None))
    at = world.clock.now().replace(hour=20, minute=0, second=0, microsecond=0)
    before = why(world, at)
    assert "it will be skipped: pause by ann" in before["answer"]
    assert before["change"] == "`poolpower resume a`"
    assert before["overrides"][0]["what"].endswith(": exams")
    await world.advance((at - world.clock.now()).total_seconds() + 1)
    await world.settle()
    after = why(world, at)
    assert "is skipped: pause by ann" in after["answer"]


async def test_the_version_that_was_in_force_then_is_asked(world: World) -> None:
    """What the file says by now is another matter (protocol 3.1)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    at = world.clock.now() + timedelta(minutes=5)
    await world.advance(300)
    await world.until(lambda: world.states() == ["accepted"])
    await world.accept(schedule(a=["stop at 23:00"]))
    found = why(world, at, schedule(a=["stop at 23:00"]))
    assert (found["version"], found["due"][0]["policy"]) == (1, "stop at 12:05")


async def test_what_has_no_run_is_told_as_not_claimed(world: World) -> None:
    """Between its instant and the first tick after it, or while no daemon runs."""
    await world.begin(schedule(a=["stop at 12:05"]))
    at = world.clock.now() + timedelta(minutes=5)
    await world.kill()
    world.clock.advance(600)
    assert "it has no run: the daemon has not claimed that far" in why(world, at)["answer"]


async def test_before_any_version_the_file_is_asked(world: World) -> None:
    """What it calls for then was never anybody's to carry out (protocol 1.7)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    found = why(world, world.clock.now() - timedelta(hours=23, minutes=55))
    assert found["version"] is None
    assert "no version was in force then" in found["answer"]


async def test_a_reboot_of_a_pool_that_is_to_be_off_is_told_as_the_plan_tells_it(world: World) -> None:
    """The same functions answer (protocol 2.2)."""
    await world.begin(schedule(a=["stop at 20:00", "reboot at 21:00"]))
    found = why(world, world.clock.now().replace(hour=21, minute=0, second=0, microsecond=0))
    assert "it will not be carried out: pool is to be off" in found["answer"]


async def test_the_nearest_run_is_meant(world: World) -> None:
    """Of several within a minute."""
    await world.begin(schedule(a=["stop at 23:00"]))
    (first,) = await world.engine.ask([world.asked("stop", "a")])
    world.clock.advance(20)
    await world.engine.ask([world.asked("start", "a", request="r-2")])
    assert f"run {first.id} (stop" in why(world, first.scheduled_at)["answer"]


async def test_a_run_by_hand_is_told_with_who_asked(world: World) -> None:
    """Nothing was scheduled then."""
    await world.begin(schedule(a=["stop at 23:00"]))
    (run,) = await world.engine.ask([world.asked("stop", "a")])
    found = why(world, run.scheduled_at)
    assert f"asked for it: run {run.id} (stop" in found["answer"]
