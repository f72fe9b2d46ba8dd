"""A world of one pool under a clock that only the test moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from daemon.workspace.sandbox import Pool, Timing, World
from daemon.workspace.sandbox.examples import ENGINEERING, numbered_pool


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The instant."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """The world's clock."""
    return Clock()


@pytest.fixture
def pool() -> Pool:
    """Three Windows desktops that run."""
    return numbered_pool(ENGINEERING, "engineering", "ENG", 3)


@pytest.fixture
def world(clock: Clock, pool: Pool) -> World:
    """Every action takes ten seconds; listings show it two seconds later."""
    return World([pool], clock=clock, timing=Timing.uniform(10, lag=2, at_once=1))
