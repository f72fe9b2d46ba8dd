"""How long to wait before the next attempt."""

from __future__ import annotations

import pytest

from daemon.execution.backoff import FLOOR, Backoff


@pytest.mark.parametrize(("attempts", "bound"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (99, 300)])
def test_the_bound_doubles_up_to_the_longest(attempts: int, bound: float) -> None:
    """5 s doubling to 5 min (protocol 4.8)."""
    assert Backoff(5.0, 300.0, lambda: 1.0).after(attempts) == bound


def test_the_jitter_is_full_with_a_small_floor() -> None:
    """Any wait up to the bound may come, none shorter than the floor (protocol 4.8)."""
    assert Backoff(5.0, 300.0, lambda: 0.0).after(4) == FLOOR
    assert Backoff(5.0, 300.0, lambda: 0.25).after(2) == 2.5


def test_the_floor_gives_way_to_a_bound_below_it() -> None:
    """Settings that ask for less than the floor get it."""
    assert Backoff(0.1, 0.1, lambda: 0.0).after(1) == 0.1
