"""Policies that leave nothing to be done: what another one says already, and stops that come after a stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daemon.timetable.actions import ActionType
from daemon.timetable.schedulefile import codes
from daemon.timetable.schedulefile.alike import is_own

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import time

    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.schedulefile.alike import Alike
    from daemon.timetable.schedulefile.assembly import Assembly
    from daemon.timetable.schedulefile.horizon import Horizon
    from daemon.timetable.schedulefile.places import KeyPath

_MOST_TIMES: Final = 48
"""Policies of more wall times a day are crontabs that sweep; whoever writes one knows that it mostly finds nothing."""


def covers(one: EffectivePolicy, other: EffectivePolicy, horizon: Horizon) -> bool:
    """True where, for the coming two years, one policy says all that another says, in the same manner."""
    mine, theirs = one.rule, other.rule
    if (mine.zone, mine.when.is_elapsed) != (theirs.zone, theirs.when.is_elapsed) or _manner(one) != _manner(other):
        return False
    dates = horizon.dates(theirs)
    return bool(dates) and not dates & ~horizon.dates(mine) and set(theirs.when.times) <= set(mine.when.times)


def check_defeated(pools: Sequence[Alike], assembly: Assembly, horizon: Horizon) -> None:
    """Warn about a pool's own stops that find the pool stopped by its schedule, on every date."""
    told: set[KeyPath] = set()
    for several in pools:
        shared = [policy for policy in several.offs if not is_own(policy)]
        for own in several.offs if shared else ():
            earlier = _defeater(own, shared, several.starts, horizon) if is_own(own) else None
            path = assembly.paths[id(own)]
            if earlier is None or path in told:
                continue
            told.add(path)
            message = (
                f"the pool is off by then: it has "
                f'"{earlier.sentence}" ({earlier.source}) too, and no start in between, in {several.named}'
            )
            hint = 'own policies are added to those of the schedule: leave its stops out with without = ["stop"]'
            assembly.complaints.warn(codes.DEFEATED, assembly.document.spot(path), message, hint)


def _defeater(
    own: EffectivePolicy, shared: Sequence[EffectivePolicy], starts: Sequence[EffectivePolicy], horizon: Horizon
) -> EffectivePolicy | None:
    """The schedule's policy that leaves an own one nothing to do; a forced one still has something after SOFT."""
    dates = horizon.dates(own.rule)
    candidates = [other for other in shared if other.type is own.type or own.type is not ActionType.HARD]
    if not dates or any(len(each.rule.when.times) > _MOST_TIMES for each in (own, *candidates, *starts)):
        return None
    for other in candidates:
        if other.rule.zone == own.rule.zone and not dates & ~horizon.dates(other.rule):
            begin = other.rule.when.times[0]
            if begin < own.rule.when.times[0] and not _started(starts, begin, own, horizon):
                return other
    return None


def _started(starts: Sequence[EffectivePolicy], begin: time, own: EffectivePolicy, horizon: Horizon) -> bool:
    """True where something starts the pool again after a wall time and before the last of an own policy."""
    end = own.rule.when.times[-1]
    return any(
        start.rule.zone != own.rule.zone
        or (
            horizon.dates(start.rule) & horizon.dates(own.rule)
            and any(begin <= at <= end for at in start.rule.when.times)
        )
        for start in starts
    )


def _manner(policy: EffectivePolicy) -> tuple[object, ...]:
    return policy.action, policy.type, policy.spread, policy.retry_for, policy.catch_up
