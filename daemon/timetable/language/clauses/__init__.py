"""The clauses that are in force, each in a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.language.clauses import (
    action,
    actiontype,
    catchup,
    cron,
    days,
    during,
    ends,
    exceptions,
    retry,
    spread,
    starts,
    times,
    zone,
)

if TYPE_CHECKING:
    from daemon.timetable.language.clause import Clause

CLAUSES: Final[tuple[Clause[Any], ...]] = (
    action.CLAUSE,
    days.CLAUSE,
    times.CLAUSE,
    cron.CLAUSE,
    actiontype.CLAUSE,
    zone.CLAUSE,
    starts.CLAUSE,
    ends.CLAUSE,
    during.CLAUSE,
    exceptions.CLAUSE,
    spread.CLAUSE,
    retry.CLAUSE,
    catchup.CLAUSE,
)
"""In the order of canonical sentences."""

SPOKEN: Final[tuple[Clause[Any], ...]] = (
    action.CLAUSE,
    actiontype.CLAUSE,
    days.CLAUSE,
    times.CLAUSE,
    cron.CLAUSE,
    zone.CLAUSE,
    starts.CLAUSE,
    ends.CLAUSE,
    during.CLAUSE,
    exceptions.CLAUSE,
    spread.CLAUSE,
    retry.CLAUSE,
    catchup.CLAUSE,
)
"""In the order of explanations."""
