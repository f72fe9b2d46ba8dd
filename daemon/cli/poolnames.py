"""Finds the pools of a timetable that a name or pattern on the command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.cli.usage import WrongUseError
from daemon.timetable.selection import UnknownPoolError, pools_meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable


def select_pools(timetable: Timetable, names: Sequence[str]) -> tuple[Pool, ...] | None:
    """The pools that the names mean, in the order of the file; None, meaning all, where there are no names.

    Args:
        timetable: of the file.
        names: pool keys, ``project/key``, shell-style patterns: of keys, with a "/" of ``project/key``, or ``@group``.

    Raises:
        WrongUseError: a name means no pool.
    """
    if not names:
        return None
    chosen = {pool for name in names for pool in _meant(timetable, name)}
    return tuple(pool for pool in timetable.pools if pool in chosen)


def _meant(timetable: Timetable, name: str) -> tuple[Pool, ...]:
    try:
        return pools_meant(timetable, name)
    except UnknownPoolError as error:
        hint = error.hint or "`poolpower check` names the file, its [pools.*] are the names"
        raise WrongUseError(error.message, hint) from None
