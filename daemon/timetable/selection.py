"""Which pools of a timetable a name means that somebody types: a key, ``project/key``, a pattern, or ``@group``."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError
from daemon.timetable.nearmiss import near_miss

if TYPE_CHECKING:
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable


class UnknownPoolError(PoolpowerError):
    """A name means no pool."""


def pools_meant(timetable: Timetable, name: str, where: str = "") -> tuple[Pool, ...]:
    """The pools that a name means, in the order of the file.

    Args:
        timetable: whose pools they are.
        name: a pool's key; ``project/key``; a shell-style pattern, of keys, with a "/" of ``project/key``; or ``@`` and
            the name of a group.
        where: words for the refusal that say which pools there are, e.g. ``of the schedule in force``.

    Raises:
        UnknownPoolError: it means none; the hint is None where no other name is near.
    """
    if name.startswith("@"):
        return _of_group(timetable, name.removeprefix("@"), where)
    pools = timetable.pools
    found = tuple(pool for pool in pools if name in (pool.key, f"{pool.project}/{pool.key}")) or tuple(
        pool for pool in pools if fnmatchcase(f"{pool.project}/{pool.key}" if "/" in name else pool.key, name)
    )
    if not found:
        near = near_miss(name.lower(), [pool.key.lower() for pool in pools])
        raise UnknownPoolError(f"{_no_pool(where)} is called {name!r}", _did_you_mean(near))
    return found


def _of_group(timetable: Timetable, name: str, where: str) -> tuple[Pool, ...]:
    found = tuple(pool for pool in timetable.pools if pool.group == name)
    if not found:
        groups = sorted({pool.group for pool in timetable.pools if pool.group is not None})
        near = _did_you_mean(near_miss(name, groups))
        known = f"groups with pools are {', '.join(groups)}" if groups else "no pool is in a group ([groups.NAME])"
        raise UnknownPoolError(f"{_no_pool(where)} is in a group {name!r}", near or known)
    return found


def _no_pool(where: str) -> str:
    return f"no pool {where}".rstrip()


def _did_you_mean(near: str | None) -> str | None:
    return f"did you mean {near!r}?" if near else None
