"""The cloud's pools, where the settings lead to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from daemon.timetable.pools import DEFAULT_PROJECT, Project
from daemon.timetable.schedulefile.firstfile import NewPool

if TYPE_CHECKING:
    from daemon.workspace.connection import Connection
    from daemon.workspace.models import CloudPool


def cloud_pools() -> list[NewPool]:
    """Every pool of the settings' project, by name.

    Raises:
        PoolpowerError: the settings have no credentials, region or project, or the cloud does not answer; the hint
            says how to mend it.
    """
    from daemon.service.connections import connection, credentials  # noqa: PLC0415 - heavy, and often not needed
    from daemon.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    found = asyncio.run(_list(connection(settings, Project(DEFAULT_PROJECT), credentials(settings))))
    return sorted((NewPool(pool.name, pool.pool_id) for pool in found), key=lambda pool: (pool.name, pool.id))


async def _list(where: Connection) -> list[CloudPool]:
    from daemon.workspace.client import open_workspace  # noqa: PLC0415 - heavy

    workspace = open_workspace(where)
    try:
        return await workspace.list_pools()
    finally:
        await workspace.aclose()
