"""Which rules call at which instants, and whom they concern.

Pools that share a rule share its occurrences: a rule is asked once, however many pools it has. What a rule calls for
next is remembered with the instant since which that holds, so that the tick of an ordinary second asks no rule at all.
What is remembered is replaced as one tuple, never changed: two threads can use one agenda, and at worst ask twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.recurrence import Moment, Rule

    Call = tuple[Moment, Sequence["Party"]]
    """A moment of a rule, and whom it concerns."""


@dataclass(frozen=True, slots=True)
class Party:
    """The pools that a policy concerns at one position of their list.

    Attributes:
        policy: what it calls for.
        order: position in each pool's list: schedules as listed, then the pool's own.
        pools: indexes of the pools, ascending.
    """

    policy: EffectivePolicy
    order: int
    pools: Sequence[int]


class Agenda:
    """The rules of a timetable; ``policies[n]`` are those of pool ``n``, in order."""

    def __init__(self, policies: Sequence[Sequence[EffectivePolicy]]) -> None:
        """Index rule → policy and position → pools."""
        parties: dict[Rule, dict[tuple[int, int], Party]] = {}
        pools: dict[tuple[int, int], list[int]] = {}
        for pool, several in enumerate(policies):
            for order, policy in enumerate(several):
                key = (id(policy), order)
                if key not in pools:
                    pools[key] = []
                    parties.setdefault(policy.rule, {})[key] = Party(policy, order, pools[key])
                pools[key].append(pool)
        self._rules: tuple[Rule, ...] = tuple(parties)
        self._numbers = {rule: number for number, rule in enumerate(self._rules)}
        self._parties = tuple(tuple(found.values()) for found in parties.values())
        self._next: list[tuple[datetime, Moment | None] | None] = [None] * len(self._rules)

    def between(self, after: datetime, until: datetime) -> Iterator[tuple[datetime, list[Call]]]:
        """Every instant with ``after < instant <= until`` at which rules call, in order, with all that call then."""
        busy = [
            self._calls(number, after, until) for number in range(len(self._rules)) if self._has(number, after, until)
        ]
        merged = busy[0] if len(busy) == 1 else merge(*busy, key=itemgetter(0))
        for at, calls in groupby(merged, key=itemgetter(0)):
            yield at, [call for _, call in calls]

    def next_after(self, instant: datetime) -> datetime | None:
        """The first instant later than this one at which any rule calls."""
        upcoming = (self._upcoming(number, instant) for number in range(len(self._rules)))
        return min((moment.at for moment in upcoming if moment is not None), default=None)

    def next_of(self, rule: Rule, instant: datetime) -> Moment | None:
        """What one of the rules calls for next."""
        return self._upcoming(self._numbers[rule], instant)

    def _has(self, number: int, after: datetime, until: datetime) -> bool:
        moment = self._upcoming(number, after)
        return moment is not None and moment.at <= until

    def _upcoming(self, number: int, after: datetime) -> Moment | None:
        """What a rule calls for next, remembered until it is past."""
        known = self._next[number]
        if known is not None and known[0] <= after and (known[1] is None or after < known[1].at):
            return known[1]
        moment = self._rules[number].next_after(after)
        self._next[number] = (after, moment)
        return moment

    def _calls(self, number: int, after: datetime, until: datetime) -> Iterator[tuple[datetime, Call]]:
        parties = self._parties[number]
        for moment in self._rules[number].between(after, until):
            yield moment.at, (moment, parties)
