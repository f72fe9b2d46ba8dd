"""What a new version of the schedule adds and takes away (protocol 3.4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable

AHEAD: Final = timedelta(hours=24)
"""How far ahead versions are compared."""

_ONE_IN: Final = 5
_ALWAYS_FREE: Final = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes from one version to the next.

    Attributes:
        added: occurrences of the time compared that only the new version has, in order.
        removed: those that only the old one has.
        changed: those that both have, of another type or at another moment of a spread, as they were and will be.
        pools_added: pools that only the new version has, in the order of its file.
        pools_removed: those that only the old one has.
    """

    added: tuple[Occurrence, ...]
    removed: tuple[Occurrence, ...]
    changed: tuple[tuple[Occurrence, Occurrence], ...]
    pools_added: tuple[Pool, ...]
    pools_removed: tuple[Pool, ...]


def compare(old: Timetable, new: Timetable, after: datetime, ahead: timedelta = AHEAD) -> Difference:
    """Compare two versions over the 24 hours, or another time, that follow an instant (aware).

    Occurrences are the same where pool, action, local date and wall time are (protocol 3.2); a pool that was renamed
    but keeps its id is the same pool.
    """
    before = {_key(occurrence, old): occurrence for occurrence in old.between(after, after + ahead)}
    behind = {_key(occurrence, old): occurrence for occurrence in new.between(after, after + ahead)}
    both = ((before[key], occurrence) for key, occurrence in behind.items() if key in before)
    return Difference(
        added=tuple(occurrence for key, occurrence in behind.items() if key not in before),
        removed=tuple(occurrence for key, occurrence in before.items() if key not in behind),
        changed=tuple((was, will) for was, will in both if (was.type, was.due_at) != (will.type, will.due_at)),
        pools_added=_missing(new.pools, old),
        pools_removed=_missing(old.pools, new),
    )


def takes_away_much(old: Timetable, new: Timetable, at: datetime) -> str | None:
    """The reason to hold the new version back, or None (protocol 3.4).

    Much is more than a fifth, and more than two, of the pools or of the actions of the 24 hours that follow ``at``
    (aware). Actions are counted for each pool: one that only moves to another time is not taken away.
    """
    gone = len(_missing(old.pools, new))
    if _is_much(gone, len(old.pools)):
        return f"it takes away {gone} of {len(old.pools)} pools"
    before, behind = _counts(old, old, at), _counts(new, old, at)
    lost, total = (before - behind).total(), before.total()
    if _is_much(lost, total):
        return f"it takes away {lost} of the {total} actions of the next 24 hours"
    return None


def _is_much(lost: int, total: int) -> bool:
    return lost > _ALWAYS_FREE and lost * _ONE_IN > total


def _missing(pools: Iterable[Pool], other: Timetable) -> tuple[Pool, ...]:
    return tuple(pool for pool in pools if other.find(pool) is None)


def _counts(timetable: Timetable, old: Timetable, at: datetime) -> Counter[tuple[str, str, str]]:
    keys = (_key(occurrence, old) for occurrence in timetable.between(at, at + AHEAD))
    return Counter((project, pool, action) for project, pool, action, _ in keys)


def _key(occurrence: Occurrence, old: Timetable) -> tuple[str, str, str, str]:
    """What makes occurrences of two versions the same; pools count as the old version names them."""
    pool = old.find(occurrence.pool) or occurrence.pool
    return pool.project, pool.key, occurrence.action, occurrence.wall
