"""What a schedule says: pools, their policies, and everything that will be due, as one immutable value.

A timetable knows neither clock nor ledger: it is asked about instants. It can be asked from several threads at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError
from daemon.timetable.agenda import Agenda, Party
from daemon.timetable.meaning import meaning_of
from daemon.timetable.meeting import occurrences_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from daemon.timetable.actions import Action
    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.pools import Pool, Project


class SharedPoolIdError(PoolpowerError):
    """Two or more pools of the file are one pool of the cloud.

    Attributes:
        pools: those pools, in the order of the file.
    """

    def __init__(self, pools: tuple[Pool, ...]) -> None:
        """Name the pools and the id they share."""
        self.pools = pools
        keys = " and ".join(f'"{pool.key}"' for pool in pools)
        super().__init__(f"the pools {keys} are one pool of the cloud: {pools[0].pool_id}", "keep one of them")


@dataclass(frozen=True)  # no slots: what is derived is worked out when it is first asked for
class Timetable:
    """Pools and what is due for them.

    Attributes:
        pools: in the order of the file.
        policies: for each pool what is in force, in order: schedules as listed, then its own.
        projects: by name, every project that a pool has or the file describes.
        timezone: the file's zone, for people; each policy has its own.
        seeds: for each pool the text that decides its delay inside a spread. It is made of what the file says, so that
            ``plan`` and the daemon agree and nothing moves when an id is looked up.
    """

    pools: tuple[Pool, ...]
    policies: tuple[tuple[EffectivePolicy, ...], ...]
    projects: Mapping[str, Project]
    timezone: str
    seeds: tuple[str, ...]

    def between(self, after: datetime, until: datetime) -> Iterator[Occurrence]:
        """What is due with ``after < scheduled_at <= until``, lazily.

        In the order of protocol 1.6, and one occurrence for each (pool, action, instant) by protocol 1.5.
        """
        for _, calls in self._agenda.between(after, until):
            yield from occurrences_at(calls, self.pools, self.seeds)

    def next_after(self, instant: datetime) -> datetime | None:
        """The next ``scheduled_at`` of any pool; None where nothing will ever be due."""
        return self._agenda.next_after(instant)

    def next_for(self, pool: Pool, instant: datetime) -> Occurrence | None:
        """What is due next for a pool (see `find`): the first, where there are several at that instant."""
        number = self._number(pool)
        if number is None:
            return None
        coming = [
            (moment.at, policy.rule, Party(policy, order, (number,)))
            for order, policy in enumerate(self.policies[number])
            if (moment := self._agenda.next_of(policy.rule, instant)) is not None
        ]
        first = min((at for at, _, _ in coming), default=instant)
        calls = [
            (moment, (party,)) for at, rule, party in coming if at == first for moment in rule.between(instant, first)
        ]
        return occurrences_at(calls, self.pools, self.seeds)[0] if calls else None

    def calls_for(self, pool: Pool, action: Action, wall: str) -> bool:
        """True where a policy of the pool (see `find`) calls for the action at this local date and wall time.

        Args:
            pool: a pool of this or of another version's timetable.
            action: the action.
            wall: identity of local date and wall time, as `Occurrence.wall` has it (protocol 3.1, 3.2).
        """
        number = self._number(pool)
        if number is None:
            return False
        return any(policy.action is action and policy.rule.names(wall) for policy in self.policies[number])

    def pool(self, project: str, key: str) -> Pool | None:
        """The pool of this project and key; None where the file has none."""
        number = self._by_key.get((project, key))
        return None if number is None else self.pools[number]

    def find(self, pool: Pool) -> Pool | None:
        """Which pool here is the same one: by its id in the cloud, else by its key, unless the ids differ."""
        number = self._number(pool)
        return None if number is None else self.pools[number]

    def only(self, pools: Collection[Pool]) -> Timetable:
        """The same for some of the pools."""
        wanted = frozenset(pools)
        numbers = [number for number, pool in enumerate(self.pools) if pool in wanted]
        return replace(
            self,
            pools=tuple(self.pools[number] for number in numbers),
            policies=tuple(self.policies[number] for number in numbers),
            seeds=tuple(self.seeds[number] for number in numbers),
        )

    def with_pool_ids(self, ids: Mapping[tuple[str, str], str]) -> Timetable:
        """The same with ids that were looked up, by (project, key); pools that are not among them stay as they are.

        Raises:
            SharedPoolIdError: two pools would be one pool of the cloud.
        """
        known = (ids.get((pool.project, pool.key), pool.pool_id) for pool in self.pools)
        pools = tuple(
            pool if id_ == pool.pool_id else replace(pool, pool_id=id_)
            for pool, id_ in zip(self.pools, known, strict=True)
        )
        if pools == self.pools:
            return self
        _refuse_shared(pools, self.projects)
        return replace(self, pools=pools)

    @cached_property
    def meaning(self) -> str:
        """SHA-256 of what this timetable means (protocol 3.2): see `meaning_of`."""
        return meaning_of(self)

    @cached_property
    def calendars(self) -> tuple[Calendar, ...]:
        """Every calendar that decides about some policy, once, in the order of the file."""
        policies = {id(policy): policy for several in self.policies for policy in several}
        return tuple(dict.fromkeys(calendar for policy in policies.values() for calendar in policy.calendars))

    @cached_property
    def _agenda(self) -> Agenda:
        return Agenda(self.policies)

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, str], int]:
        return {(pool.project, pool.key): number for number, pool in enumerate(self.pools)}

    @cached_property
    def _by_id(self) -> Mapping[tuple[str, str], int]:
        return {(pool.project, pool.pool_id): number for number, pool in enumerate(self.pools) if pool.pool_id}

    def _number(self, pool: Pool) -> int | None:
        if pool.pool_id is not None and (pool.project, pool.pool_id) in self._by_id:
            return self._by_id[pool.project, pool.pool_id]
        number = self._by_key.get((pool.project, pool.key))
        if number is None or pool.pool_id is None or self.pools[number].pool_id is None:
            return number
        return None


def seed_of(pool: Pool) -> str:
    """The text that decides a pool's delay inside a spread, made of what the file says: project, and id or key."""
    return f"{pool.project}\0{pool.pool_id or pool.key}"


def _refuse_shared(pools: tuple[Pool, ...], projects: Mapping[str, Project]) -> None:
    """Two names of one project share their pools."""
    by_id: dict[tuple[str, str], list[Pool]] = {}
    for pool in pools:
        if pool.pool_id is not None:
            by_id.setdefault((projects[pool.project].identity, pool.pool_id), []).append(pool)
    for several in by_id.values():
        if len(several) > 1:
            raise SharedPoolIdError(tuple(several))
