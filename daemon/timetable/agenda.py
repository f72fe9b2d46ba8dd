"""Which rules call at which instants, and whom they concern.

Pools that share a rule share its occurrences: a rule is asked once, however many pools it has. What a rule calls for
next is remembered with the instant since which that holds, and so is the order in which all rules call next, so that a
tick looks at none but the few rules that called lately. What is remembered is replaced as one value, never changed: two
threads can use one agenda, and at worst ask twice.
"""

from __future__ import annotations

from bisect import bisect_right
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

MOST_PAST = 64
"""Rules that may have called since all were put in order; with more, that is done anew."""


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


@dataclass(frozen=True, slots=True)
class Outlook:
    """What all rules call for next, seen from one instant.

    Attributes:
        since: that instant.
        instants: of the calls, ascending; rules that never call again have none.
        numbers: of the rules, in the same order.
    """

    since: datetime
    instants: Sequence[datetime]
    numbers: Sequence[int]

    def past(self, instant: datetime) -> int:
        """How many of the calls are not later than an instant."""
        return bisect_right(self.instants, instant)


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
        self._outlook: Outlook | None = None

    def between(self, after: datetime, until: datetime) -> Iterator[tuple[datetime, list[Call]]]:
        """Every instant with ``after < instant <= until`` at which rules call, in order, with all that call then."""
        outlook = self._seen_from(after)
        numbers = sorted(outlook.numbers[: outlook.past(until)])
        busy = [self._calls(number, after, until) for number in numbers if self._has(number, after, until)]
        merged = busy[0] if len(busy) == 1 else merge(*busy, key=itemgetter(0))
        for at, calls in groupby(merged, key=itemgetter(0)):
            yield at, [call for _, call in calls]

    def next_after(self, instant: datetime) -> datetime | None:
        """The first instant later than this one at which any rule calls."""
        outlook = self._seen_from(instant)
        past = outlook.past(instant)
        again = (self._upcoming(number, instant) for number in outlook.numbers[:past])
        found = [*outlook.instants[past : past + 1], *(moment.at for moment in again if moment is not None)]
        return min(found, default=None)

    def next_of(self, rule: Rule, instant: datetime) -> Moment | None:
        """What one of the rules calls for next."""
        return self._upcoming(self._numbers[rule], instant)

    def _seen_from(self, instant: datetime) -> Outlook:
        """An outlook that holds from an instant on, and of which little is past by then."""
        known = self._outlook
        if known is None or instant < known.since or known.past(instant) > MOST_PAST:
            upcoming = ((self._upcoming(number, instant), number) for number in range(len(self._rules)))
            coming = sorted((moment.at, number) for moment, number in upcoming if moment is not None)
            known = Outlook(instant, tuple(at for at, _ in coming), tuple(number for _, number in coming))
            self._outlook = known
        return known

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
