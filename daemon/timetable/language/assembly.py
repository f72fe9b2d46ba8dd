"""Makes a policy of the clauses that were read, and says what is wrong between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.clauses import CLAUSES
from daemon.timetable.policy import Policy
from daemon.timetable.recurrence.days import EveryDay
from daemon.timetable.recurrence.times import OnDays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import time

    from daemon.timetable.language.clause import Phrase
    from daemon.timetable.language.problems import Problem
    from daemon.timetable.recurrence.cron import Cron

_FIELDS = {"from": "starts", "until": "ends", "except": "except_", "retry": "retry_for"}
"""Fields of a policy that are not called like their clause."""

_WHEN = ("days", "at", "cron")


def between_clauses(phrases: Mapping[str, Phrase]) -> Iterator[tuple[str, Problem]]:
    """What each clause finds wrong with the others, with the clause's key."""
    for clause in CLAUSES:
        problem = clause.check(phrases) if clause.key in phrases else None
        if problem is not None:
            yield clause.key, problem


def has_time(phrases: Mapping[str, Phrase]) -> bool:
    """True where the clauses say a time of day, even one that could not be read."""
    return "at" in phrases or "cron" in phrases


def assemble(phrases: Mapping[str, Phrase]) -> Policy:
    """The policy that clauses make up; all of them could be read, and `has_time` is true."""
    fields = {_FIELDS.get(key, key): phrase.value for key, phrase in phrases.items() if key not in _WHEN}
    return Policy(when=_when(phrases), **fields)


def _when(phrases: Mapping[str, Phrase]) -> OnDays | Cron:
    if "cron" in phrases:
        cron: Cron = phrases["cron"].value
        return cron
    times: tuple[time, ...] = phrases["at"].value
    return OnDays(phrases["days"].value if "days" in phrases else EveryDay(), times)
