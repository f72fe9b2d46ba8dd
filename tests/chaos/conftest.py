"""Which storms: `CHAOS_SEEDS=3,17` for these, `CHAOS_STORMS=5` for so many new ones."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a seed; the seed is in the test's name, so that a failure can be repeated."""
    if "seed" not in metafunc.fixturenames:
        return
    given = os.environ.get("CHAOS_SEEDS", "")
    count = int(os.environ.get("CHAOS_STORMS", "1"))
    drawn = [random.SystemRandom().randrange(1_000_000) for _ in range(count)]
    metafunc.parametrize("seed", [int(word) for word in given.split(",")] if given else [1, *drawn])
