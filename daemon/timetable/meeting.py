"""Everything that policies call for at one instant, as occurrences: one for each pool and action, in order.

Where several policies of a pool call for the same action, the later wall time wins, then the last in order
(protocol 1.5). The occurrences of an instant come in the order of wall time, reboot < hibernate < stop < start
(protocol 1.6), and among equals in the order of the pools.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING

from daemon.timetable.occurrences import Eclipsed, Occurrence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from daemon.timetable.agenda import Call
    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.pools import Pool
    from daemon.timetable.recurrence import Moment

_Claim = tuple[str, int, int, int, "Moment", "EffectivePolicy"]
"""Wall time, rank of the action, number of the pool, order in its list; and what is called for."""

_SECOND = timedelta(seconds=1)
_BYTES = 8


def occurrences_at(calls: Sequence[Call], pools: Sequence[Pool], seeds: Sequence[str]) -> list[Occurrence]:
    """The occurrences of one instant.

    Args:
        calls: all that rules call for at that instant.
        pools: the pools that the calls name by their index.
        seeds: for each pool the text that decides its delay inside a spread.
    """
    if len(calls) == 1 and len(calls[0][1]) == 1:  # nearly every instant: one policy calls, for pools in their order
        (moment, (party,)) = calls[0]
        return [_occurrence(moment, party.policy, pools[number], seeds[number]) for number in party.pools]
    claims = _claims(calls)
    if len({claim[1:3] for claim in claims}) == len(claims):
        claims.sort()
        return [_occurrence(moment, policy, pools[number], seeds[number]) for _, _, number, _, moment, policy in claims]
    return [_settle(several, pools, seeds) for several in _contests(claims)]


def delay(seed: str, spread: timedelta) -> timedelta:
    """A pool's delay inside a spread: whole seconds from zero to less than ``spread``.

    It depends on the seed alone, so that it is the same on every day, after a restart, and in every version of
    poolpower: it never changes.
    """
    share = int.from_bytes(hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()[:_BYTES], "big")
    return timedelta(seconds=(spread // _SECOND) * share >> 8 * _BYTES)


def _claims(calls: Sequence[Call]) -> list[_Claim]:
    """What every policy calls for of every pool; no two are equal up to their order, so they sort by that."""
    claims: list[_Claim] = []
    for moment, parties in calls:
        for party in parties:
            policy, order, wall = party.policy, party.order, moment.wall
            rank = policy.action.rank
            claims += [(wall, rank, number, order, moment, policy) for number in party.pools]
    return claims


def _contests(claims: list[_Claim]) -> list[list[_Claim]]:
    """The claims for each action of each pool, the strongest last, in the order of the strongest."""
    by_key: dict[tuple[int, int], list[_Claim]] = {}
    for claim in sorted(claims):
        by_key.setdefault(claim[1:3], []).append(claim)
    return sorted(by_key.values(), key=lambda several: several[-1][:3])


def _settle(claims: list[_Claim], pools: Sequence[Pool], seeds: Sequence[str]) -> Occurrence:
    """The one that wins, with those that give way, the strongest of them first."""
    _, _, number, _, moment, policy = claims[-1]
    eclipsed = tuple(_eclipsed(claim, seeds[number]) for claim in claims[-2::-1])
    return _occurrence(moment, policy, pools[number], seeds[number], eclipsed)


def _occurrence(
    moment: Moment,
    policy: EffectivePolicy,
    pool: Pool,
    seed: str,
    eclipsed: tuple[Eclipsed, ...] = (),
) -> Occurrence:
    at, wall, local = moment
    return Occurrence(  # by position, for half of the time of a tick is spent here
        pool,
        policy.action,
        policy.type,
        policy.sentence,
        policy.source,
        at,
        _due(at, policy, seed),
        wall,
        local,
        policy.retry_for,
        policy.catch_up,
        eclipsed,
        policy.said_of(date.fromisoformat(wall[:10])) if policy.calendars else None,
    )


def _due(at: datetime, policy: EffectivePolicy, seed: str) -> datetime:
    return at + delay(seed, policy.spread) if policy.spread else at


def _eclipsed(claim: _Claim, seed: str) -> Eclipsed:
    *_, moment, policy = claim
    return Eclipsed(policy.sentence, policy.source, policy.type, _due(moment.at, policy, seed), moment.local)
