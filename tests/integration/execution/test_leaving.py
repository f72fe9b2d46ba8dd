"""Lanes of projects that left the schedule, and clients that were replaced, go once nothing uses them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from daemon.execution.leaving import QUIET_FOR
from daemon.ledger.errors import LedgerUnavailable
from daemon.workspace.port import Call
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World

BEAT = 10.0
ONE = schedule(a=["stop at 20:00"])


def two(sentence: str = "stop at 20:00") -> str:
    """A schedule whose pool `z` is in a project of its own."""
    return ONE + f'[projects.gone]\n[pools.z]\nproject = "gone"\nid = "p-z"\npolicies = ["{sentence}"]\n'


async def beats(world: World, seconds: float) -> None:
    """Let so much time pass, with a sweep every ten seconds as the heartbeat makes it."""
    for _ in range(int(seconds / BEAT)):
        world.clock.advance(BEAT)
        await world.engine.tick()
        await world.settle()
        await world.engine.sweep()
        await world.settle()


@pytest.fixture
def gone(world: World) -> Any:
    """The cloud of the project that leaves."""
    cloud = world.cloud("gone")
    cloud.add_pool("p-z")
    return cloud


async def test_lane_of_a_project_that_left_goes_with_its_client(world: World, gone: Any) -> None:
    """Once it has been quiet for a while; the lanes in use stay."""
    await world.begin(two())
    await world.accept(ONE)
    await beats(world, QUIET_FOR)
    assert set(world.engine.lanes) == {"default", "gone"}
    await beats(world, BEAT)
    assert set(world.engine.lanes) == {"default"}
    assert (gone.closed, world.cloud().closed) == (True, False)
    assert world.said("project.let_go")[0]["project"] == "gone"


async def test_lane_stays_until_the_last_run_of_its_project_is_over(world: World, gone: Any) -> None:
    """What was sent is followed to its end although the project left the file (protocol 5.2)."""
    await world.begin(two("stop at 12:05"))
    await world.advance(300)
    await world.accept(ONE)
    await beats(world, 60)
    assert (world.states(), gone.closed) == (["accepted"], False)
    gone.finish_all()
    await beats(world, 90)
    assert (world.states(), gone.closed) == (["succeeded"], True)


async def test_lane_stays_while_a_request_is_in_flight(world: World, gone: Any) -> None:
    """A listing that hangs is answered by the client that was asked."""
    await world.begin(two())
    held = gone.hold(Call.LIST_POOLS)
    listing = asyncio.ensure_future(world.engine.lanes["gone"].workspace.list_pools())
    await asyncio.wait_for(held.arrived.wait(), 5)
    await world.accept(ONE)
    await beats(world, 60)
    assert not gone.closed
    held.released.set()
    await listing
    await beats(world, 40)
    assert gone.closed


async def test_lane_stays_while_a_look_stands_in_line(world: World, gone: Any) -> None:
    """It has its slot in a moment."""
    await world.begin(two())
    lane = world.engine.lanes["gone"]
    assert lane.is_quiet
    turn = lane.slots.queue_look(lane.log(Call.LIST_POOLS))
    assert not lane.is_quiet
    turn.cancel()
    assert lane.is_quiet
    assert not gone.closed


async def test_project_that_comes_back_in_time_keeps_its_lane(world: World, gone: Any) -> None:
    """And one that comes back later gets a new one."""
    await world.begin(two())
    lane = world.engine.lanes["gone"]
    await world.accept(ONE)
    await beats(world, 20)
    await world.accept(two())
    await beats(world, 60)
    assert world.engine.lanes["gone"] is lane
    await world.accept(ONE)
    await beats(world, 30)
    assert gone.closed
    await world.accept(two())
    assert world.engine.lanes["gone"] is not lane


async def test_no_lane_goes_while_a_version_is_being_accepted(world: World, gone: Any) -> None:
    """The version that comes may need it, and its acceptance may have to wait for the disk (protocol 3.1)."""
    await world.begin(two())
    await world.accept(ONE)
    await beats(world, 20)
    acceptance: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    world.engine._leaving.wait_for(acceptance)
    await beats(world, 60)
    assert "gone" in world.engine.lanes
    acceptance.set_result(None)
    await beats(world, 10)
    assert gone.closed


async def test_nothing_goes_while_the_ledger_cannot_be_asked(world: World, gone: Any) -> None:
    """Whether something is open is not guessed."""
    await world.begin(two())
    await world.accept(ONE)
    await world.ledger.writer.aclose()
    with pytest.raises(LedgerUnavailable):
        await world.engine._leaving.let_go({"default"})
    assert not gone.closed


async def test_replaced_client_is_closed_once_what_it_began_is_over(world: World) -> None:
    """A region that changes opens the project anew; the old client ends its requests first (protocol 3.1)."""
    text = 'timezone = "UTC"\n[projects.x]\nregion = "{}"\n'
    text += '[pools.a]\nproject = "x"\nid = "p-a"\npolicies = ["stop at 20:00"]'
    await world.begin(text.format("eu-west-101"))
    first: Any = world.engine.lanes["x"].workspace
    world.clouds.pop("x")
    await world.accept(text.format("cn-north-4"))
    await beats(world, 4 * world.tuning.timing.request_timeout - BEAT)
    assert not first.closed
    await beats(world, BEAT)
    assert (first.closed, world.cloud("x").closed) == (True, False)
