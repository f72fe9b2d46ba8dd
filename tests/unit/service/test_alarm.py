"""The alarm clock, and the traps of APScheduler that it must not fall into (protocol 1.1)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from freezegun import freeze_time

from daemon.service import alarm
from daemon.service.alarm import NEXT, AlarmClock
from tests.support.house import Events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOON = datetime(2031, 3, 3, 12, 0, tzinfo=UTC)


class Bell:
    """Counts how often it rang."""

    def __init__(self) -> None:
        self.times = 0
        self._rang = asyncio.Event()

    async def ring(self) -> None:
        """Ring."""
        self.times += 1
        self._rang.set()

    async def wait(self, times: int = 1) -> None:
        """Wait until it has rung as often."""
        async with asyncio.timeout(5):
            while self.times < times:
                self._rang.clear()
                await self._rang.wait()


@pytest.fixture
def events() -> Events:
    """Give what is logged."""
    return Events()


@pytest_asyncio.fixture
async def clock(events: Events) -> AsyncIterator[AlarmClock]:
    """Give an alarm clock that is stopped at the end."""
    made = AlarmClock(events.log)
    yield made
    made.stop()
    await turns()


async def turns(count: int = 10) -> None:
    """Let the loop do what is at hand."""
    for _ in range(count):
        await asyncio.sleep(0)


def in_(seconds: float) -> datetime:
    """An instant from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def test_it_rings_at_the_instant(clock: AlarmClock) -> None:
    """Not before it, and within a fraction of a second after it."""
    bell, instant = Bell(), in_(0.05)
    clock.start()
    clock.at(instant, bell.ring)
    await bell.wait()
    assert timedelta(0) <= datetime.now(UTC) - instant < timedelta(seconds=1)


async def test_what_is_long_past_rings_at_once(clock: AlarmClock) -> None:
    """APScheduler drops what is more than a second late unless told otherwise; a late wake-up is an ordinary one."""
    bell = Bell()
    clock.start()
    clock.at(in_(-7200), bell.ring)
    await bell.wait()


async def test_later_instant_replaces_the_earlier_one(clock: AlarmClock) -> None:
    """There is one next occurrence; None is for none at all."""
    first, second, third = Bell(), Bell(), Bell()
    clock.start()
    clock.at(in_(0.02), first.ring)
    clock.at(in_(0.04), second.ring)
    await second.wait()
    clock.at(in_(0.02), third.ring)
    clock.at(None, third.ring)
    clock.at(in_(0.04), second.ring)
    await second.wait(2)
    assert (first.times, third.times) == (0, 0)


async def test_instant_that_falls_due_while_the_last_one_is_at_work_is_not_dropped(clock: AlarmClock) -> None:
    """With APScheduler's one instance a job it would be gone, and wait for the heartbeat."""
    bell, done = Bell(), asyncio.Event()

    async def slow() -> None:
        clock.at(in_(-1), bell.ring)
        await done.wait()

    clock.start()
    clock.at(in_(-1), slow)
    await bell.wait()
    done.set()


async def test_exception_in_a_job_is_logged_and_stops_nothing(clock: AlarmClock, events: Events) -> None:
    """An exception inside APScheduler's loop would silently end its timer."""
    bell = Bell()

    async def faulty() -> None:
        await bell.ring()
        raise ZeroDivisionError

    clock.every(0.02, "heartbeat", faulty)
    clock.start()
    await bell.wait(3)
    assert {facts["job"] for facts in events.of("alarm.fault")} == {"heartbeat"}


async def test_interval_job_that_is_still_at_work_is_not_begun_again(clock: AlarmClock) -> None:
    """Two heartbeats at once would be no faster."""
    began, other, done = Bell(), Bell(), asyncio.Event()

    async def slow() -> None:
        await began.ring()
        await done.wait()

    clock.every(0.01, "slow", slow)
    clock.every(0.01, "other", other.ring)
    clock.start()
    await other.wait(4)
    assert began.times == 1
    done.set()
    await began.wait(2)


async def test_work_that_nobody_waits_for_is_done_and_its_fault_is_logged(clock: AlarmClock, events: Events) -> None:
    """A task whose exception nobody fetches would be heard of when it is collected, if at all."""

    async def faulty() -> None:
        raise ZeroDivisionError

    bell = Bell()
    clock.soon("names", faulty)
    clock.soon("names", bell.ring)
    await bell.wait()
    await turns()
    assert [facts["job"] for facts in events.of("alarm.fault")] == ["names"]
    assert not clock._soon


async def test_stopped_clock_rings_no_more_and_cancels_what_is_at_work(clock: AlarmClock, events: Events) -> None:
    """The ledger is about to be closed; to stop twice does nothing."""
    ended, bell = asyncio.Event(), Bell()

    async def endless() -> None:
        await bell.ring()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    clock.start()
    clock.at(in_(-1), bell.ring)
    clock.soon("endless", endless)
    await bell.wait(2)
    clock.stop()
    clock.at(in_(-1), bell.ring)
    await asyncio.wait_for(ended.wait(), 5)
    await turns()
    clock.stop()
    assert bell.times == 2
    assert not events.all


async def test_jobs_that_a_step_back_put_off_are_called_back(clock: AlarmClock, events: Events) -> None:
    """After the clock was set back four minutes the heartbeat does not wait for them (protocol 6.2)."""
    bell = Bell()
    with freeze_time(NOON, real_asyncio=True) as frozen:
        clock.every(10, "heartbeat", bell.ring)
        clock.start()
        frozen.tick(11)
        clock._scheduler.wakeup()
        await bell.wait()
        frozen.move_to(NOON - timedelta(minutes=4))
        clock._looking.cancel()  # type: ignore[union-attr]
        clock._look_for_a_step_back()
        await bell.wait(2)
    assert [facts["job"] for facts in events.of("alarm.clock_stepped_back")] == ["heartbeat"]


async def test_step_forward_is_noticed_at_the_next_look(clock: AlarmClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """APScheduler's timer counts seconds, so that after a step forward it would ring late by the step."""
    monkeypatch.setattr(alarm, "STEP_LOOKED_FOR_EVERY", 0.02)
    bell = Bell()
    with freeze_time(NOON, real_asyncio=True) as frozen:
        clock.start()
        clock.at(NOON + timedelta(hours=1), bell.ring)
        await turns()
        frozen.move_to(NOON + timedelta(hours=2))
        await bell.wait()
        assert clock._scheduler.get_job(NEXT) is None
