"""The machine's clocks."""

from __future__ import annotations

from datetime import timedelta

from daemon.execution.clocks import SystemClock


def test_the_wall_clock_is_aware_and_in_utc() -> None:
    """Every instant is aware UTC."""
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_the_elapsed_clock_never_steps_back() -> None:
    """Backoff goes by a clock that never steps (protocol 4.8)."""
    clock = SystemClock()
    assert clock.elapsed() <= clock.elapsed()
