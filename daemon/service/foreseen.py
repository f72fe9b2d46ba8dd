"""What an override will do to the schedule: which occurrences it skips, and which come all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from daemon.execution.overrides import refusal
from daemon.ledger.records import instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from daemon.ledger.book import Book
    from daemon.ledger.overrides import Override
    from daemon.timetable.actions import Action
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable

MOST = 20
"""Occurrences that are named of one override."""
AHEAD = timedelta(days=8)
"""How far ahead of now, and beyond an override's end, is looked."""
LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an override will do.

    Attributes:
        skipped: the first occurrences that it skips.
        has_more: whether it skips more than those, or lasts longer than was looked ahead.
        kept: of one pool's override, what comes all the same: the first inside its time, and the first after it.
    """

    skipped: tuple[Occurrence, ...]
    has_more: bool
    kept: tuple[Occurrence, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As the answer to a call shows it."""
        return {
            "will_skip": [occurrence_json(one) for one in self.skipped],
            "more": self.has_more,
            "will_not_skip": [occurrence_json(one) for one in self.kept],
        }


def foresee(book: Book, override: Override, now: datetime, counted: int | None = None) -> Foreseen:
    """What an override will do to the version in force.

    Args:
        book: that version.
        override: in force, or about to be.
        now: from when on.
        counted: how many occurrences it was made for, all of which are named; None where it was made for a time.
    """
    numbers = book.numbers
    pools = [pool for pool in book.timetable.pools if override.pool_no in (None, numbers[pool.project, pool.key])]
    timetable = book.timetable if override.pool_no is None else book.timetable.only(pools)
    ahead = now + AHEAD
    until = override.ends_at if override.ends_at and (counted or override.ends_at < ahead) else ahead

    def is_skipped(one: Occurrence) -> bool:
        number = numbers[one.pool.project, one.pool.key]
        return refusal([override], number, one.action, one.scheduled_at) is not None

    most = max(MOST, counted or 0)
    found = list(islice((one for one in timetable.between(now, until) if is_skipped(one)), most + 1))
    has_more = len(found) > most or override.ends_at is None or override.ends_at > until
    kept = () if override.pool_no is None else _kept(timetable, override, now, is_skipped)
    return Foreseen(tuple(found[:most]), has_more, kept)


def _kept(
    timetable: Timetable, override: Override, now: datetime, is_skipped: Callable[[Occurrence], bool]
) -> tuple[Occurrence, ...]:
    """The first that comes inside the override's time, and the first after it; looked for a week at most."""
    ends_at = override.ends_at or now + AHEAD
    inside = (one for one in timetable.between(now, min(ends_at, now + AHEAD)) if not is_skipped(one))
    after = () if override.ends_at is None else timetable.between(ends_at, ends_at + AHEAD)
    first = [*islice(inside, 1), *islice((one for one in after if not is_skipped(one)), 1)]
    return tuple(dict.fromkeys(first))


def next_of(timetable: Timetable, pool: Pool, action: Action | None, now: datetime, count: int) -> list[Occurrence]:
    """The next occurrences of a pool, of one action or of any; fewer where a year has no more."""
    coming = timetable.only([pool]).between(now, now + LONGEST)
    return list(islice((one for one in coming if action in (None, one.action)), count))


def occurrence_json(occurrence: Occurrence) -> dict[str, Any]:
    """An occurrence in the answer to a call."""
    return {
        "at": instant(occurrence.scheduled_at.astimezone(UTC)),
        "local": occurrence.local.isoformat(),
        "project": occurrence.pool.project,
        "pool": occurrence.pool.key,
        "action": str(occurrence.action),
        "type": str(occurrence.type),
        "policy": occurrence.policy,
    }
