"""A sandbox that is served on a free port and lets every caller in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from daemon.workspace.sandbox import Served, Timing, World, create_app, serve
from daemon.workspace.sandbox.examples import ENGINEERING
from daemon.workspace.sandbox.identity import EXAMPLE_PROJECT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from daemon.workspace.sandbox.journal import Entry

ACTION = f"/v2/{EXAMPLE_PROJECT}/desktop-pools/{ENGINEERING}/action"


@dataclass
class Running:
    """A served sandbox, its world, and a client for it."""

    world: World
    served: Served
    client: httpx.AsyncClient

    def next_entry(self, answer: str | None = None) -> asyncio.Future[Entry]:
        """Resolves with the next entry of the record that has this answer (None: any)."""
        future: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()

        def watch(entry: Entry) -> None:
            if not future.done() and answer in (None, entry.answer):
                future.set_result(entry)

        self.world.journal.watchers.append(watch)
        return future

    async def get(self, path: str) -> Any:
        """The JSON of a path below the project."""
        return (await self.client.get(f"/v2/{EXAMPLE_PROJECT}{path}")).raise_for_status().json()

    async def act(self, operation: str = "os-stop") -> httpx.Response:
        """Act on the engineering pool."""
        return await self.client.post(ACTION, json={"op_type": operation, "type": "SOFT"})


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    """The example world; actions take an hour."""
    world = World.example(timing=Timing.uniform(3600))
    async with (
        serve(create_app(world, check_signatures=False)) as served,
        httpx.AsyncClient(base_url=served.url, trust_env=False) as client,
    ):
        yield Running(world, served, client)
