"""What the tests of the service room share: a house (see ``tests.support.house``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.support.house import House, a_house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Give a house in which nothing runs yet."""
    async with a_house(tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def living(house: House) -> House:
    """Give a house whose version is in force and whose gates are open."""
    await house.begin()
    return house
