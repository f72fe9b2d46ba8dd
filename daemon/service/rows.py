"""What the rows of ``status`` are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daemon.ledger.overrides import Kind
from daemon.ledger.records import instant
from daemon.timetable.plan import PlanEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from daemon.ledger.book import Book
    from daemon.ledger.overrides import Override
    from daemon.ledger.records import RunRecord
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable


def numbered(book: Book) -> dict[int, Pool]:
    """The pools of a version by their numbers in the ledger, in the order of the file."""
    return {book.numbers[pool.project, pool.key]: pool for pool in book.timetable.pools}


def next_json(timetable: Timetable, pool: Pool, now: datetime) -> dict[str, str | None] | None:
    """What is due next for a pool, as ``plan`` prints it; None where nothing ever is."""
    occurrence = timetable.next_for(pool, now)
    if occurrence is None:
        return None
    return PlanEntry(
        at=occurrence.scheduled_at,
        local=occurrence.local,
        due_at=occurrence.due_at,
        pool=pool,
        action=occurrence.action,
        type=occurrence.type,
        policy=occurrence.policy,
        source=occurrence.source,
    ).to_json()


def record_json(record: RunRecord | None) -> dict[str, Any] | None:
    """A run as ``history`` prints it; None where there is none."""
    return None if record is None else record.to_json()


def override_json(standing: Sequence[Override], pool_no: int, now: datetime) -> dict[str, Any] | None:
    """The override in force for a pool that says most, as ``status`` prints it; None where there is none."""
    lying = sorted((one for one in standing if one.covers(pool_no, now)), key=lambda one: (_WEIGHT[one.kind], one.id))
    if not lying:
        return None
    override = lying[0]
    return {
        "override": override.id,
        "kind": str(override.kind),
        "action": None if override.action is None else str(override.action),
        "until": None if override.ends_at is None else instant(override.ends_at),
        "reason": override.reason,
        "who": override.who,
        "more": len(lying) - 1,
    }


_WEIGHT = {Kind.PAUSE: 0, Kind.HOLD_ON: 1, Kind.HOLD_OFF: 1, Kind.SKIP: 2}
