"""The time to read a sentence grows with its length only, whatever it holds."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from daemon.timetable.language import PolicyError, parse_policy


@pytest.mark.parametrize(
    "unit", ["mon, ", "mon ", "foo ", "in a-", "weekdyas ", "the day before ", "- ", "warn 1m, ", "'"]
)
def test_the_time_to_read_grows_with_the_length_only(unit: str) -> None:
    """Eight times the text takes about eight times as long; sixty-four times would be a square."""

    def seconds(count: int) -> float:
        text = "stop 20:00 " + unit * count
        best = float("inf")
        for _ in range(2):
            begin = time.perf_counter()
            with suppress(PolicyError):
                parse_policy(text)
            best = min(best, time.perf_counter() - begin)
        return best

    assert seconds(1000) < 30 * seconds(125) + 0.05
