"""A clock that moves only when a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class ManualClock:
    """Both clocks of execution, advanced by hand."""

    def __init__(self, now: datetime = MONDAY_NOON) -> None:
        """Start at this instant, with some time elapsed since boot already."""
        self._now = now
        self._elapsed = 1000.0

    def now(self) -> datetime:
        """The wall clock."""
        return self._now

    def elapsed(self) -> float:
        """Seconds that never step back."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass, on both clocks."""
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds

    def step(self, seconds: float) -> None:
        """Set the wall clock forward or back; no time passes."""
        self._now += timedelta(seconds=seconds)
