"""Seeing which pool of the cloud each pool of the file is (protocol 4.1): at load and by a chore."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from daemon.workspace.answers import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.execution.engine import Engine
    from daemon.ledger.book import Book
    from daemon.service.trouble import Troubles
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable
    from daemon.workspace.models import CloudPool

UNRESOLVED, MISSING, UNLISTED = "pool.unresolved", "pool.missing", "project.unlisted"
MOST_NAMED = 5


@dataclass(slots=True)
class _Sight:
    """What a round of listings showed: ids by ``pools.no``, and what is wrong, by subject."""

    found: dict[int, str] = field(default_factory=dict)
    unresolved: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    missing: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    unlisted: dict[str, tuple[str, str | None]] = field(default_factory=dict)


class Namer:
    """Looks pools up in the cloud, by name exactly, or by id."""

    def __init__(self, engine: Engine, troubles: Troubles) -> None:
        """Ask the engine's lanes."""
        self._engine = engine
        self._troubles = troubles
        self._named: frozenset[tuple[str, str]] = frozenset()
        self._is_listed = False

    def learn(self, timetable: Timetable) -> None:
        """Take note of which pools the file gives by name, before ids were looked up."""
        self._named = frozenset((pool.project, pool.key) for pool in timetable.pools if pool.pool_id is None)

    @property
    def is_complete(self) -> bool:
        """Whether every project was listed and every named pool has an id."""
        return self._is_listed and all(pool.pool_id for pool in self._of(self._engine.book.timetable.pools))

    async def look_up(self) -> None:
        """List every project: find the pools given by name, and see that those given by id are there.

        It is also what tries credentials, region and network before anything is due. A listing that fails changes
        nothing (3.2).

        Raises:
            LedgerUnavailable: what was found could not be stored.
        """
        book, sight = self._engine.book, _Sight()
        for project, pools in _by_project(book.timetable.pools).items():
            named, lane = self._of(pools), self._engine.lanes.get(project)
            if lane is None:  # another version came meanwhile, and the project went
                continue
            try:
                listed = await lane.workspace.list_pools()
            except WorkspaceError as error:
                sight.unlisted[project] = _unlisted(project, error)
                continue
            sight.missing |= _missing(project, [pool for pool in pools if pool not in named], listed)
            for pool in named:
                match = [cloud for cloud in listed if cloud.name == pool.name]
                if len(match) == 1:
                    sight.found[book.numbers[project, pool.key]] = match[0].pool_id
                elif not (pool.pool_id and not match):  # the last id is kept where the name is gone (4.1)
                    sight.unresolved[_subject(pool)] = _complaint(pool, match, listed)
        await self._tell(sight, book)

    async def _tell(self, sight: _Sight, book: Book) -> None:
        refused = await self._engine.resolved(sight.found, book.version) if sight.found else {}
        by_number = {book.numbers[pool.project, pool.key]: pool for pool in book.timetable.pools}
        sight.unresolved |= {_subject(by_number[no]): _refusal(by_number[no], why) for no, why in refused.items()}
        self._is_listed = not sight.unlisted
        self._troubles.only(UNRESOLVED, self._as_before(UNRESOLVED, sight) | sight.unresolved)
        self._troubles.only(MISSING, self._as_before(MISSING, sight) | sight.missing)
        self._troubles.only(UNLISTED, sight.unlisted)

    def _as_before(self, code: str, sight: _Sight) -> dict[str, tuple[str, str | None]]:
        """What was wrong in projects of which nothing new was seen."""
        return {
            trouble.subject: (trouble.message, trouble.hint)
            for trouble in self._troubles.all()
            if trouble.code == code and trouble.subject.split("/")[0] in sight.unlisted
        }

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


def _unlisted(project: str, error: WorkspaceError) -> tuple[str, str | None]:
    mend = error.hint or "see that region, project id, credentials and network are right"
    return f"the pools of project {project} cannot be listed: {error.message}", mend


def _missing(project: str, given: Iterable[Pool], listed: Iterable[CloudPool]) -> dict[str, tuple[str, str | None]]:
    """One trouble a project, however many ids are wrong: a wrong region makes all of them so."""
    there = {cloud.pool_id for cloud in listed}
    gone = [pool for pool in given if pool.pool_id not in there]
    if not gone:
        return {}
    named = ", ".join(f"{pool.key} ({pool.pool_id})" for pool in gone[:MOST_NAMED])
    more = f" and {len(gone) - MOST_NAMED} more" if len(gone) > MOST_NAMED else ""
    return {project: (f"project {project} of the cloud has no pool with the id of {named}{more}", "correct the id")}


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
