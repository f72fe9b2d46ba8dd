"""One coroutine under way, however many ask."""

from __future__ import annotations

import asyncio

import pytest

from daemon.workspace.shared_flight import SharedFlight


class _Slow:
    def __init__(self) -> None:
        self.started = 0
        self.go = asyncio.Event()

    async def __call__(self) -> int:
        self.started += 1
        await self.go.wait()
        return self.started


async def test_those_who_come_while_one_is_under_way_share_it() -> None:
    """Three who ask at once start one, and get its result."""
    slow = _Slow()
    flight = SharedFlight(slow)
    waiting = [asyncio.create_task(flight.join()) for _ in range(3)]
    await asyncio.sleep(0)
    slow.go.set()
    assert await asyncio.gather(*waiting) == [1, 1, 1]


async def test_who_comes_afterwards_starts_another() -> None:
    """A result is not kept."""
    slow = _Slow()
    slow.go.set()
    flight = SharedFlight(slow)
    assert [await flight.join(), await flight.join()] == [1, 2]


async def test_cancelling_one_who_waits_leaves_the_others() -> None:
    """The first to ask may go away without taking the others' result along."""
    slow = _Slow()
    flight = SharedFlight(slow)
    first, second = asyncio.create_task(flight.join()), asyncio.create_task(flight.join())
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    slow.go.set()
    assert await second == 1


async def test_closing_cancels_what_is_under_way() -> None:
    """Nothing outlives the one who owns it; closing twice or early does no harm."""
    slow = _Slow()
    flight = SharedFlight(slow)
    await flight.aclose()
    task = flight.begin()
    await flight.aclose()
    await flight.aclose()
    assert task.cancelled()
