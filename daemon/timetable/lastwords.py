"""What a schedule calls for at an instant: the newest start, stop or hibernate of each pool up to then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable

LONGEST: Final = timedelta(days=400)
"""How far back a word is looked for."""
_BACK: Final = (timedelta(days=1), timedelta(days=8), timedelta(days=40), LONGEST)


def last_words(
    timetable: Timetable, pools: Iterable[Pool], until: datetime, counts: Callable[[Occurrence], bool]
) -> dict[Pool, Occurrence]:
    """The newest word of each of these pools, as the schedule has it.

    Args:
        timetable: whose policies are asked; what was in force before it does not matter.
        pools: of the timetable; one without a word in the 400 days before is left out of the answer.
        until: the instant, itself included; aware.
        counts: which occurrences count at all.
    """
    found: dict[Pool, Occurrence] = {}
    looked_for = set(pools)
    for back in _BACK:
        if not looked_for:
            break
        for occurrence in timetable.only(looked_for).between(until - back, until):
            if occurrence.action.is_word and counts(occurrence):
                found[occurrence.pool] = occurrence
        looked_for -= found.keys()
    return found
