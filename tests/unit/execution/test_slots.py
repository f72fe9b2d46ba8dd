"""How many requests of a project may be in flight at once."""

from __future__ import annotations

import asyncio

import pytest

from daemon.execution.limiter import SlidingLog
from daemon.execution.slots import Slots


async def test_a_look_is_let_in_where_slot_and_token_are_free() -> None:
    """A look takes a slot and a token at its turn (protocol 4.9)."""
    slots, log = Slots(2), SlidingLog(5)
    turn = slots.queue_look(log)
    assert slots.admit_looks(0.0) is None
    await slots.wait_for(turn, log)
    assert (slots.taken, slots.free, log.room(0.0)) == (1, 1, 4)


async def test_a_look_without_a_slot_stays_in_line() -> None:
    """Actions may take every slot; a look waits (protocol 4.9)."""
    slots, log = Slots(1), SlidingLog(5)
    slots.take()
    turn = slots.queue_look(log)
    assert slots.admit_looks(0.0) is None
    assert not turn.done()
    slots.release()
    slots.admit_looks(0.0)
    assert turn.done()


async def test_a_look_without_a_token_lets_others_pass_and_keeps_its_place() -> None:
    """One call's full log holds up no other call; the answer says when the next token comes (protocol 4.9)."""
    slots, full, empty = Slots(5), SlidingLog(1), SlidingLog(1)
    full.seed([0.0])
    first, second, third = slots.queue_look(full), slots.queue_look(full), slots.queue_look(empty)
    assert slots.admit_looks(10.0) == 61.0
    assert (first.done(), second.done(), third.done()) == (False, False, True)
    slots.admit_looks(61.0)
    assert (first.done(), second.done()) == (True, False)


async def test_a_look_that_waits_for_an_answer_only_names_no_time() -> None:
    """Where only an answer makes room, no clock is waited for (protocol 4.9)."""
    slots, log = Slots(5), SlidingLog(1)
    log.take()
    slots.queue_look(log)
    assert slots.admit_looks(0.0) is None


async def test_a_look_that_is_cancelled_leaves_the_line() -> None:
    """A cancelled look takes nothing (protocol 4.9)."""
    slots, log = Slots(1), SlidingLog(1)
    turn = slots.queue_look(log)
    waiting = asyncio.create_task(slots.wait_for(turn, log))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    slots.admit_looks(0.0)
    assert (slots.taken, log.room(0.0)) == (0, 1)


async def test_a_look_that_is_cancelled_as_it_is_let_in_gives_everything_back() -> None:
    """Slot and token come back exactly once (protocol 4.2)."""
    slots, log = Slots(1), SlidingLog(1)
    turn = slots.queue_look(log)
    waiting = asyncio.create_task(slots.wait_for(turn, log))
    await asyncio.sleep(0)
    slots.admit_looks(0.0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (slots.taken, log.room(0.0)) == (0, 1)


@pytest.mark.parametrize(("size", "half"), [(1, 1), (2, 1), (3, 2), (16, 8)])
def test_half_of_the_slots_is_at_least_one(size: int, half: int) -> None:
    """One half's requests run while the other half's gates are committed."""
    assert Slots(size).half == half
