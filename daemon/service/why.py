"""Why something was done to a pool at a time, or was not: from timetable, ledger, overrides, versions and calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from daemon.execution.overrides import in_words, refusal
from daemon.ledger import history, versions
from daemon.ledger.overrides import on_record
from daemon.ledger.records import instant
from daemon.service.conclusions import conclude
from daemon.service.foreseen import occurrence_json
from daemon.timetable.plan import plan
from daemon.timetable.schedulefile import ScheduleError, parse_schedule
from daemon.timetable.whynot import why_not
from daemon.timetable.zones import zone_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.overrides import Override
    from daemon.ledger.records import RunRecord
    from daemon.ledger.versions import Version
    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable

INSTANT = timedelta(microseconds=1)
AROUND = timedelta(hours=12)
"""How far before and after the instant is looked."""
NEXT_WITHIN = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class NotDue:
    """A policy that has no moment on the date in question.

    Attributes:
        policy: it.
        reasons: why.
        names_the_time: it would be due at the very time of day that is asked about.
    """

    policy: EffectivePolicy
    reasons: tuple[str, ...]
    names_the_time: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a pool around an instant.

    Attributes:
        pool: as the version that was asked has it.
        number: in the ledger; None where it has none.
        at: the instant, aware, UTC.
        now: the instant of the question.
        timetable: the version in force at that instant, else what the file says now.
        version: that version; None where there was none, or no ledger to ask.
        due: what it calls for around the instant, in order.
        not_due: the pool's policies that are not due on that date.
        runs: on record around the instant, oldest first.
        overrides: that lay on the pool at that instant.
        recorded: every override of the time around it, of this and other pools.
        upcoming: what is due next after it.
        has_ledger: whether there was one to ask.
    """

    pool: Pool
    number: int | None
    at: datetime
    now: datetime
    timetable: Timetable
    version: Version | None
    due: tuple[Occurrence, ...]
    not_due: tuple[NotDue, ...]
    runs: tuple[RunRecord, ...]
    overrides: tuple[Override, ...]
    recorded: tuple[Override, ...]
    upcoming: Occurrence | None
    has_ledger: bool

    def planned_skip_of(self, occurrence: Occurrence) -> str | None:
        """Why the plan says that it will not be carried out; None where it says nothing."""
        at = occurrence.scheduled_at
        rows = plan(self.timetable, at - INSTANT, at, pools=[self.pool], refused=self.skip_of)
        return next((row.skipped for row in rows if (row.action, row.policy) == _named(occurrence)), None)

    def skip_of(self, occurrence: Occurrence) -> str | None:
        """The override that an occurrence runs into, in words; None where there is none."""
        if self.number is None:
            return None
        skip = refusal(self.recorded, self.number, occurrence.action, occurrence.scheduled_at)
        return None if skip is None else skip.reason


def gather(conn: Connection | None, present: Timetable, pool: Pool, at: datetime, now: datetime) -> Facts:
    """Collect what is known.

    Args:
        conn: a reader of the ledger; None where there is none.
        present: what the schedule file says now.
        pool: one of its pools.
        at: the instant in question, aware, UTC.
        now: the instant of the question.
    """
    version = None if conn is None else versions.in_force_at(conn, at)
    timetable = _timetable_of(version, present)
    then = timetable.find(pool) or pool
    number = None if conn is None else history.number_of(conn, pool)
    only = timetable.only([then])
    recorded = () if conn is None else tuple(on_record(conn, at - AROUND, at + AROUND))
    return Facts(
        pool=then,
        number=number,
        at=at,
        now=now,
        timetable=timetable,
        version=version,
        due=tuple(only.between(at - AROUND, at + AROUND)),
        not_due=_not_due(only, at),
        runs=() if conn is None or number is None else tuple(history.around(conn, number, at - AROUND, at + AROUND)),
        overrides=tuple(one for one in recorded if number is not None and one.covers(number, at)),
        recorded=recorded,
        has_ledger=conn is not None,
        upcoming=next(only.between(at, at + NEXT_WITHIN), None),
    )


def answer(facts: Facts) -> dict[str, Any]:
    """The fields of ``why --json``."""
    conclusion = conclude(facts)
    local = facts.at.astimezone(zone_of(facts.timetable.timezone))
    version = facts.version
    return {
        "project": facts.pool.project,
        "pool": facts.pool.key,
        "at": instant(facts.at),
        "local": local.isoformat(),
        "answer": conclusion.answer,
        "change": conclusion.change,
        "version": None if version is None else version.id,
        "accepted_at": None if version is None else instant(version.accepted_at),
        "due": [{**occurrence_json(one), "calendar": one.calendar, "skipped": facts.skip_of(one)} for one in facts.due],
        "not_due": [
            {"policy": one.policy.sentence, "source": one.policy.source, "because": list(one.reasons)}
            for one in facts.not_due
        ],
        "runs": [run.to_json() for run in facts.runs],
        "overrides": [{"override": one.id, "what": in_words(one)} for one in facts.overrides],
    }


def _named(occurrence: Occurrence) -> tuple[str, str]:
    return occurrence.action, occurrence.policy


def _timetable_of(version: Version | None, present: Timetable) -> Timetable:
    if version is None:
        return present
    try:
        return parse_schedule(version.texts).timetable
    except ScheduleError:  # of an older poolpower, or with a zone that was dropped: what the file says now is the best
        return present


def _not_due(only: Timetable, at: datetime) -> tuple[NotDue, ...]:
    """The policies of the one pool that have no moment on the local date of the instant, each by its own zone."""
    found = []
    for policy in only.policies[0] if only.policies else ():
        local = at.astimezone(zone_of(policy.rule.zone))
        reasons = why_not(policy, local.date())
        if reasons:
            found.append(NotDue(policy, tuple(reasons), local.time().replace(microsecond=0) in policy.rule.when.times))
    return tuple(found)
