"""Finding the ids of pools that the schedule file gives by name (protocol 4.1): at load and by a chore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.workspace.answers import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.execution.engine import Engine
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
        """Look every named pool up; a listing that fails changes nothing (3.2).

        Raises:
            LedgerUnavailable: what was found could not be stored.
        """
        found: dict[int, str] = {}
        wrong: dict[str, tuple[str, str | None]] = {}
        book = self._engine.book
        for project, pools in _by_project(self._of(book.timetable.pools)).items():
            try:
                listed = await self._engine.lanes[project].workspace.list_pools()
            except WorkspaceError as error:
                wrong |= {_subject(pool): _unlisted(pool, error) for pool in pools if not pool.pool_id}
                continue
            for pool in pools:
                match = [cloud for cloud in listed if cloud.name == pool.name]
                if len(match) == 1:
                    found[book.numbers[project, pool.key]] = match[0].pool_id
                elif not (pool.pool_id and not match):  # the last id is kept where the name is gone (4.1)
                    wrong[_subject(pool)] = _complaint(pool, match, listed)
        refused = await self._engine.resolved(found, book.version) if found else {}
        by_number = {book.numbers[pool.project, pool.key]: pool for pool in book.timetable.pools}
        wrong |= {_subject(by_number[no]): _refusal(by_number[no], reason) for no, reason in refused.items()}
        self._troubles.only(UNRESOLVED, wrong)

    def _of(self, pools: Iterable[Pool]) -> list[Pool]:
        return [pool for pool in pools if (pool.project, pool.key) in self._named]


def _by_project(pools: Iterable[Pool]) -> dict[str, list[Pool]]:
    grouped: dict[str, list[Pool]] = {}
    for pool in pools:
        grouped.setdefault(pool.project, []).append(pool)
    return grouped


def _subject(pool: Pool) -> str:
    """Keys are unique in their project only."""
    return f"{pool.project}/{pool.key}"


def _unlisted(pool: Pool, error: WorkspaceError) -> tuple[str, str | None]:
    return f"pool {pool.key}: the project's pools cannot be listed: {error.message}", error.hint


def _refusal(pool: Pool, reason: str) -> tuple[str, str | None]:
    return f"pool {pool.key}: {reason}", "keep one of the two"


def _complaint(pool: Pool, match: list[CloudPool], listed: list[CloudPool]) -> tuple[str, str | None]:
    if match:
        ids = ", ".join(cloud.pool_id for cloud in match)
        return (
            f'pool {pool.key}: {len(match)} pools of the cloud are called "{pool.name}" ({ids})',
            "give the id of one",
        )
    names = ", ".join(sorted(f'"{cloud.name}"' for cloud in listed)[:10]) or "none"
    return f'pool {pool.key}: no pool of the cloud is called "{pool.name}"', f"its pools are: {names}; or give the id"
