"""What `retry --since` does again: what each pool was last told, where that did not end well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select, text

from daemon.ledger import schema
from daemon.ledger.history import RECORD_COLUMNS
from daemon.ledger.listing import listed_table
from daemon.ledger.records import RunRecord
from daemon.ledger.states import Origin, State
from daemon.timetable.actions import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from typing import Any

    from sqlalchemy import CompoundSelect, Connection, Select

NOT_WELL = (State.FAILED, State.PARTIAL, State.EXPIRED, State.MISSED, State.UNKNOWN)
"""The ends after which a run is worth doing again."""

_runs = schema.runs
_BY_A_PERSON_OR_THE_SCHEDULE = (Origin.SCHEDULE, Origin.MANUAL)
_SET_ASIDE = (State.SKIPPED, State.VOID)
"""What takes nothing from the standing of an older run (protocol 2.1)."""


def to_do_again(
    conn: Connection, pools: Iterable[int], since: datetime, requests: Collection[str] = ()
) -> list[RunRecord]:
    """The last word of each pool, and the newest reboot after it, where they did not end well.

    What is older stands no more: a newer word has taken its place, whatever became of it (protocol, preamble and 2.3).
    A reboot of a pool that is to be off is pointless (2.2). Words come before reboots, else in order of id.

    Args:
        conn: a reader.
        pools: numbers of the pools that are asked about, however many.
        since: scheduled at or after, aware UTC.
        requests: ids of the call that asks: what it has made already does not count, so that a repeated call finds the
            same.
    """
    last_words = _last_words(pools, requests)
    found = (
        select(*RECORD_COLUMNS)
        .select_from(last_words)
        .join(_runs, _runs.c.id.in_(_either(last_words, requests)))
        .where(_runs.c.state.in_(NOT_WELL), _runs.c.scheduled_at >= since)
        .order_by(_runs.c.action == Action.REBOOT, _runs.c.id)
    )
    return [RunRecord(*row) for row in conn.execute(found)]


def _last_words(pools: Iterable[int], requests: Collection[str]) -> Any:
    """Number and last word of each pool; 0 where it has none."""
    each, word = listed_table(pools), _runs.alias("word")
    newest = _newest(word, each.c.value, requests).where(text(schema.STANDING_WORD)).correlate(each)
    return select(each.c.value.label("pool_no"), func.coalesce(newest.scalar_subquery(), 0).label("word")).cte("last")


def _either(last_words: Any, requests: Collection[str]) -> CompoundSelect[Any]:
    """Ids of the last word of a pool and of the newest reboot after it."""
    reboot, off = _runs.alias("reboot"), _runs.alias("off")
    is_to_be_off = exists().where(off.c.id == last_words.c.word, off.c.action.in_([a for a in Action if a.turns_off]))
    newest = (
        _newest(reboot, last_words.c.pool_no, requests)
        .where(
            reboot.c.id > last_words.c.word,
            reboot.c.action == Action.REBOOT,
            reboot.c.origin.in_(_BY_A_PERSON_OR_THE_SCHEDULE),
            reboot.c.state.not_in(_SET_ASIDE),
            ~is_to_be_off.correlate(last_words),
        )
        .correlate(last_words)
    )
    return select(last_words.c.word).correlate(last_words).union_all(select(newest.scalar_subquery()))


def _newest(runs: Any, pool_no: Any, requests: Collection[str]) -> Select[Any]:
    others = func.coalesce(runs.c.request, "").not_in(requests)
    return select(runs.c.id).where(runs.c.pool_no == pool_no, others).order_by(runs.c.id.desc()).limit(1)
