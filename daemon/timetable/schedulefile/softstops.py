"""Doubts about SOFT stops in the middle of the working day: softly or not, they cut off whoever is connected.

SOFT is what a stop is unless it says otherwise, so that only those are told that hardly anybody can want: early closing
on some dates is meant, and in the evening those who are still there are what SOFT is for.
"""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

from daemon.timetable.actions import Action, ActionType
from daemon.timetable.recurrence.days import Weekdays
from daemon.timetable.recurrence.times import time_text
from daemon.timetable.recurrence.year import span
from daemon.timetable.schedulefile import codes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.schedulefile.assembly import Assembly
    from daemon.timetable.schedulefile.horizon import Horizon

_YEAR: Final = span(0, 365)
_MON_FRI: Final = Weekdays(frozenset(range(5)))
_BEGIN: Final = time(9)
_END: Final = time(16)


def check_soft(policies: Iterable[EffectivePolicy], assembly: Assembly, horizon: Horizon) -> None:
    """Warn, once a file, where most working days of the coming year are cut in two by a SOFT stop."""
    at_work = ((policy, at) for policy in policies if (at := _at_work(policy)) is not None)
    found = [(policy, at) for policy, at in at_work if _is_usual(policy, assembly, horizon)]
    if found:
        policy, at = found[0]
        others = f" (and {len(found) - 1} more policies)" if len(found) > 1 else ""
        message = f"SOFT cuts off too whoever is connected, at {time_text(at)} of most working days{others}"
        hint = "choose a time when nobody works, or silence this where that is so"
        assembly.complaints.warn(codes.SOFT_AT_WORK, assembly.document.spot(assembly.paths[id(policy)]), message, hint)


def _at_work(policy: EffectivePolicy) -> time | None:
    """The first wall time of a SOFT stop at which people work."""
    if policy.action is not Action.STOP or policy.type is not ActionType.SOFT:
        return None
    return next((at for at in policy.rule.when.times if _BEGIN <= at < _END), None)


def _is_usual(policy: EffectivePolicy, assembly: Assembly, horizon: Horizon) -> bool:
    calendar = assembly.calendars.get(id(policy))
    worked = horizon.of_years(_MON_FRI.mask if calendar is None else calendar.workdays) & _YEAR
    return (horizon.dates(policy.rule) & worked).bit_count() * 2 > worked.bit_count()
