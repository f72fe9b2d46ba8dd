"""What the tests of the whole daemon share: a site (see ``tests.support.site``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.support.site import Site, a_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Give a site at which no daemon runs yet."""
    async with a_site(tmp_path) as made:
        yield made
