"""Finding the ids of pools that the schedule file gives by name (protocol 4.1): at load and by a chore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.workspace.answers import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.execution.engine import Engine
    from daemon.execution.lanes import Lane
    from daemon.service.trouble import Troubles
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable
    from daemon.workspace.models import CloudPool

UNRESOLVED = "pool.unresolved"


class Namer:
    """Looks pools up by name, exactly."""

    def __init__(self, engine: Engine, troubles: Troubles) -> None:
        """Ask the engine's lanes."""
        self._engine = engine
        self._troubles = troubles
        self._named: frozenset[tuple[str, str]] = frozenset()

    def learn(self, timetable: Timetable) -> None:
        """Take note of which pools the file gives by name, before ids were looked up."""
        self._named = frozenset((pool.project, pool.key) for pool in timetable.pools if pool.pool_id is None)

    @property
    def is_complete(self) -> bool:
        """Whether every named pool has an id."""
        return all(pool.pool_id is not None for pool in self._of(self._engine.book.timetable.pools))

    async def look_up(self) -> None:
        """Look every named pool up; a listing that fails changes nothing (3.2)."""
        found: dict[int, str] = {}
        wrong: dict[str, tuple[str, str | None]] = {}
        book = self._engine.book
        for project, pools in _by_project(self._of(book.timetable.pools)).items():
            listed = await self._listed(self._engine.lanes[project])
            if listed is None:
                wrong |= {
                    p.key: (f"pool {p.key}: the project's pools cannot be listed", None) for p in pools if not p.pool_id
                }
                continue
            for pool in pools:
                match = [cloud for cloud in listed if cloud.name == pool.name]
                if len(match) == 1:
                    found[book.numbers[project, pool.key]] = match[0].pool_id
                elif not (pool.pool_id and not match):  # the last id is kept where the name is gone (4.1)
                    wrong[pool.key] = _complaint(pool, match, listed)
        refused = await self._engine.resolved(found) if found else {}
        keys = {book.numbers[pool.project, pool.key]: pool.key for pool in book.timetable.pools}
        wrong |= {keys[no]: (f"pool {keys[no]}: {reason}", "keep one of the two") for no, reason in refused.items()}
        self._troubles.only(UNRESOLVED, wrong)

    def _of(self, pools: Iterable[Pool]) -> list[Pool]:
        return [pool for pool in pools if (pool.project, pool.key) in self._named]

    async def _listed(self, lane: Lane) -> list[CloudPool] | None:
        try:
            return await lane.workspace.list_pools()
        except WorkspaceError:
            return None


def _by_project(pools: Iterable[Pool]) -> dict[str, list[Pool]]:
    grouped: dict[str, list[Pool]] = {}
    for pool in pools:
        grouped.setdefault(pool.project, []).append(pool)
    return grouped


def _complaint(pool: Pool, match: list[CloudPool], listed: list[CloudPool]) -> tuple[str, str | None]:
    if match:
        ids = ", ".join(cloud.pool_id for cloud in match)
        return (
            f'pool {pool.key}: {len(match)} pools of the cloud are called "{pool.name}" ({ids})',
            "give the id of one",
        )
    names = ", ".join(sorted(f'"{cloud.name}"' for cloud in listed)[:10]) or "none"
    return f'pool {pool.key}: no pool of the cloud is called "{pool.name}"', f"its pools are: {names}; or give the id"
