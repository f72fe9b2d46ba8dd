"""Finds the pools of a timetable that a name or pattern on the command line means."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from daemon.cli.usage import WrongUseError
from daemon.timetable.nearmiss import near_miss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable


def select_pools(timetable: Timetable, names: Sequence[str]) -> tuple[Pool, ...] | None:
    """The pools that the names mean, in the order of the file; None, meaning all, where there are no names.

    Args:
        timetable: of the file.
        names: pool keys, ``project/key``, or shell-style patterns: of keys, with a "/" of ``project/key``.

    Raises:
        WrongUseError: a name means no pool.
    """
    if not names:
        return None
    chosen = {pool for name in names for pool in _meant(timetable, name)}
    return tuple(pool for pool in timetable.pools if pool in chosen)


def _meant(timetable: Timetable, name: str) -> list[Pool]:
    exact = [pool for pool in timetable.pools if name in (pool.key, f"{pool.project}/{pool.key}")]
    found = exact or [
        pool for pool in timetable.pools if fnmatchcase(f"{pool.project}/{pool.key}" if "/" in name else pool.key, name)
    ]
    if not found:
        near = near_miss(name.lower(), [pool.key.lower() for pool in timetable.pools])
        hint = f"did you mean {near!r}?" if near else "`poolpower check` names the file, its [pools.*] are the names"
        raise WrongUseError(f"no pool is called {name!r}", hint)
    return found
