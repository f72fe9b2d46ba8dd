"""Everything that policies call for at one instant, as occurrences: one for each pool and action, in order.

Where several policies of a pool call for the same action, the later wall time wins, then the last in order
(protocol 1.5). The occurrences of an instant come in the order of wall time, reboot < hibernate < stop < start
(protocol 1.6), and among equals in the order of the pools.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.timetable.occurrences import Eclipsed, Occurrence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from daemon.timetable.agenda import Call
    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.pools import Pool
    from daemon.timetable.recurrence import Moment

_Claim = tuple[str, int, "Moment", "EffectivePolicy"]
_SECOND = timedelta(seconds=1)
_BYTES = 8


def occurrences_at(calls: Iterable[Call], pools: Sequence[Pool], seeds: Sequence[str]) -> list[Occurrence]:
    """The occurrences of one instant.

    Args:
        calls: all that rules call for at that instant.
        pools: the pools that the calls name by their index.
        seeds: for each pool the text that decides its delay inside a spread.
    """
    claims: dict[tuple[int, str], list[_Claim]] = {}
    for moment, parties in calls:
        for party in parties:
            claim = (moment.wall, party.order, moment, party.policy)
            for pool in party.pools:
                claims.setdefault((pool, party.policy.action), []).append(claim)
    settled = [(pool, _settle(several, pools[pool], seeds[pool])) for (pool, _), several in claims.items()]
    settled.sort(key=lambda item: (item[1].wall, item[1].action.rank, item[0]))
    return [occurrence for _, occurrence in settled]


def delay(seed: str, spread: timedelta) -> timedelta:
    """A pool's delay inside a spread: whole seconds from zero to less than ``spread``.

    It depends on the seed alone, so that it is the same on every day, after a restart, and in every version of
    poolpower: it never changes.
    """
    share = int.from_bytes(hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()[:_BYTES], "big")
    return timedelta(seconds=(spread // _SECOND) * share >> 8 * _BYTES)


def _settle(claims: list[_Claim], pool: Pool, seed: str) -> Occurrence:
    if len(claims) > 1:
        claims.sort(key=lambda claim: claim[:2])
    wall, _, moment, policy = claims[-1]
    at = moment.at
    return Occurrence(
        pool=pool,
        action=policy.action,
        type=policy.type,
        policy=policy.sentence,
        source=policy.source,
        scheduled_at=at,
        due_at=_due(at, policy, seed),
        wall=wall,
        local=moment.local,
        retry_for=policy.retry_for,
        catch_up=policy.catch_up,
        eclipsed=tuple(_eclipsed(claim, seed) for claim in reversed(claims[:-1])) if len(claims) > 1 else (),
    )


def _due(at: datetime, policy: EffectivePolicy, seed: str) -> datetime:
    return at + delay(seed, policy.spread) if policy.spread else at


def _eclipsed(claim: _Claim, seed: str) -> Eclipsed:
    _, _, moment, policy = claim
    return Eclipsed(policy.sentence, policy.source, policy.type, _due(moment.at, policy, seed), moment.local)
