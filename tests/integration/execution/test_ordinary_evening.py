"""A run from its instant to its end, when nothing goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.actions import Action
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World


async def test_a_stop_is_sent_at_its_instant_and_ends_when_the_desktops_are_off(world: World) -> None:
    """A word is sent at its instant, followed, and succeeded once every desktop is in the end state (protocol 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(299)
    assert world.sent() == []
    await world.advance(1)
    (call,) = world.sent()
    assert (call.target, call.action, call.at) == ("p-a", Action.STOP, world.clock.now())
    assert world.states() == ["accepted"]
    await world.advance(60)
    assert world.states() == ["accepted"]
    world.cloud().finish_all()
    await world.advance(20)
    assert world.ends() == ["stop succeeded: all 2 desktops are SHUTOFF"]
