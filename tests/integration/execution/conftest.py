"""A world for each test of execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon.execution import pump, sending
from tests.support.world import World, a_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """An empty ledger and a cloud with pools `p-a`, `p-b` and `p-c`; what cannot be written is tried again soon."""
    monkeypatch.setattr(pump, "RETRY_LEDGER_AFTER", 0.01)
    monkeypatch.setattr(sending, "STORE_AGAIN_EVERY", 0.01)
    async with a_world(tmp_path) as world:
        for key in ("a", "b", "c"):
            world.cloud().add_pool(f"p-{key}")
        yield world
