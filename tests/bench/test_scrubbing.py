"""The time to mask secrets grows with the length of the text only, whatever it holds."""

from __future__ import annotations

import time

import pytest

from daemon.redaction import scrub


@pytest.mark.parametrize(
    "unit",
    ["x", "token", "secret-", "a_", "- ", "=", "a=", "a ", "token ", "token: ", '"', "://a:", "a:", "\t", "basic "],
)
@pytest.mark.parametrize("head", ["a: ", "token=", "://", "://@ ://", "x"])
def test_the_time_to_mask_grows_with_the_length_only(head: str, unit: str) -> None:
    """Eight times the text takes about eight times as long; sixty-four times would be a square."""

    def seconds(length: int) -> float:
        text = head + unit * (length // len(unit)) + " a: b@"
        best = float("inf")
        for _ in range(2):
            begin = time.perf_counter()
            scrub(text)
            best = min(best, time.perf_counter() - begin)
        return best

    assert seconds(200_000) < 30 * seconds(25_000) + 0.05
