"""What will happen, and what will not and why: the rows that ``plan`` prints.

Besides the occurrences themselves a plan shows the policies that give way to another at the same instant (protocol
1.5), words that a newer word of the same instant supersedes at once (1.6, 2.1), and reboots of pools that are to be
off then (2.2). Overrides are known where whoever asks hands in their judgement (4.10); manual runs are not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from daemon.timetable.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from daemon.timetable.actions import ActionType
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable

_BACK: Final = (timedelta(days=8), timedelta(days=40), timedelta(days=400))
"""How far back the last word of a pool is looked for, step by step."""


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One row.

    Attributes:
        at: the instant the policy names, aware, UTC.
        local: the same in the policy's zone, aware.
        due_at: ``at`` and the pool's delay inside a spread, aware, UTC.
        pool: the pool.
        action: what is called for.
        type: SOFT or HARD.
        policy: its sentence, as formatted.
        source: where it stands.
        skipped: why it will not happen; None for what will.
    """

    at: datetime
    local: datetime
    due_at: datetime
    pool: Pool
    action: Action
    type: ActionType
    policy: str
    source: str
    skipped: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """The fields that ``plan --json`` prints."""
        return {
            "at": _utc(self.at),
            "local": self.local.isoformat(),
            "due_at": _utc(self.due_at),
            "project": self.pool.project,
            "pool": self.pool.key,
            "action": self.action.value,
            "type": self.type.value,
            "policy": self.policy,
            "source": self.source,
            "skipped": self.skipped,
        }


def plan(
    timetable: Timetable,
    after: datetime,
    until: datetime,
    pools: Collection[Pool] | None = None,
    refused: Callable[[Occurrence], str | None] | None = None,
) -> Iterator[PlanEntry]:
    """Every row of a span of time, oldest first; lazily.

    Args:
        timetable: what is planned.
        after: rows later than this instant (aware) ...
        until: ... and up to this one.
        pools: some of its pools; None for all.
        refused: why an override forbids an occurrence, None where none does. What is forbidden supersedes nothing and
            is no pool's last word (protocol 2.1).
    """
    refused = refused or _nothing_is
    wanted = timetable if pools is None else timetable.only(pools)
    last = _last_words(wanted, after, refused)
    for _, together in groupby(wanted.between(after, until), key=lambda occurrence: occurrence.scheduled_at):
        judged = [(occurrence, refused(occurrence)) for occurrence in together]
        final = {one.pool: one for one, refusal in judged if one.action.is_word and refusal is None}
        last |= final
        for one, refusal in judged:
            yield from _entries(one, refusal or _reason(one, final.get(one.pool), last.get(one.pool)))


def _nothing_is(_: Occurrence) -> None:
    """No overrides are known."""


def _entries(occurrence: Occurrence, skipped: str | None) -> Iterator[PlanEntry]:
    """The row of an occurrence, and those of the policies that give way to it."""
    for eclipsed in occurrence.eclipsed:
        yield PlanEntry(
            at=occurrence.scheduled_at,
            local=eclipsed.local,
            due_at=eclipsed.due_at,
            pool=occurrence.pool,
            action=occurrence.action,
            type=eclipsed.type,
            policy=eclipsed.policy,
            source=eclipsed.source,
            skipped=f'gives way to "{occurrence.policy}" ({occurrence.source}) at the same instant',
        )
    yield PlanEntry(
        at=occurrence.scheduled_at,
        local=occurrence.local,
        due_at=occurrence.due_at,
        pool=occurrence.pool,
        action=occurrence.action,
        type=occurrence.type,
        policy=occurrence.policy,
        source=occurrence.source,
        skipped=skipped,
    )


def _reason(occurrence: Occurrence, final: Occurrence | None, last: Occurrence | None) -> str | None:
    """Why an occurrence will not happen.

    Args:
        occurrence: the one in question.
        final: the newest word of its pool at the same instant.
        last: the newest word of its pool up to that instant.
    """
    if occurrence.action.is_word:
        if final is None or final is occurrence:
            return None
        return f'superseded at once by "{final.policy}" ({final.source})'
    if last is not None and last.action.turns_off:
        return f'pool is to be off since "{last.policy}" ({last.source})'
    return None


def _last_words(
    timetable: Timetable, until: datetime, refused: Callable[[Occurrence], str | None]
) -> dict[Pool, Occurrence]:
    """The newest word, up to an instant, of each pool that has reboots."""
    found: dict[Pool, Occurrence] = {}
    open_: list[Pool] = [
        pool
        for pool, policies in zip(timetable.pools, timetable.policies, strict=True)
        if any(policy.action is Action.REBOOT for policy in policies)
    ]
    for back in _BACK:
        words = timetable.only(open_).between(until - back, until)
        found |= {word.pool: word for word in words if word.action.is_word and refused(word) is None}
        open_ = [pool for pool in open_ if pool not in found]
    return found


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
