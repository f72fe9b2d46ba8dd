"""From facts to one plain sentence: what was done or not, why, and what would have to change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.ledger.states import Origin, State
from daemon.timetable.zones import zone_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from daemon.ledger.records import RunRecord
    from daemon.service.why import Facts, NotDue
    from daemon.timetable.occurrences import Occurrence

SAME = timedelta(minutes=1)
"""What lies this near to the instant is what was meant by it."""

_CHANGES = {
    State.FAILED: "`poolpower retry {run}` does it again; `poolpower show {run}` has the cloud's words",
    State.PARTIAL: "`poolpower retry {run}` does it again; `poolpower show {run}` names the desktops",
    State.UNKNOWN: "look at the pool, then `poolpower retry {run}` or `poolpower ensure {pool}`",
    State.EXPIRED: "a longer `retry for` in the policy, or `poolpower retry {run}`",
    State.MISSED: "a longer `catch up` in the policy, or `poolpower ensure {pool}` after an outage",
    State.SKIPPED: "`poolpower overrides --all-time` shows what lay on the pool; `poolpower now` is exempt from it",
    State.SUPERSEDED: "what came later counts; give the two other times if both are meant",
    State.PENDING: "it goes on; `poolpower show {run}` shows every attempt",
    State.ATTEMPTING: "it goes on; `poolpower show {run}` shows every attempt",
    State.ACCEPTED: "it goes on; `poolpower show {run}` shows every attempt",
}


_SKIPS = (
    (
        "withdrawn by version",
        "the file that came into force then does not call for it; `poolpower plan` shows what does",
    ),
    ("pool is to be off", "a reboot is for pools that are on: give it a time after the start"),
    ("observe mode", "run the daemon without --observe, and POOLPOWER_MODE=act"),
    ("cancelled by", "somebody called it off; `poolpower retry {run}` does it after all"),
)
"""How reasons begin that have mends of their own."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What there is to say.

    Attributes:
        answer: what was or was not done, and why.
        change: what would have to change; None where everything went as it was to.
    """

    answer: str
    change: str | None


def conclude(facts: Facts) -> Conclusion:
    """The conclusion of these facts: about what lies nearest to the instant, due or asked for by hand, else nothing."""
    due = min(facts.due, key=lambda one: abs(one.scheduled_at - facts.at), default=None)
    others = [run for run in facts.runs if run.origin != Origin.SCHEDULE]
    run = min(others, key=lambda one: abs(one.scheduled_at - facts.at), default=None)
    to_due = abs(due.scheduled_at - facts.at) if due is not None else SAME
    to_run = abs(run.scheduled_at - facts.at) if run is not None else SAME
    if due is not None and to_due < SAME and to_due <= to_run:
        return _of_occurrence(facts, due)
    if run is not None and to_run < SAME:
        return _of_run(facts, run, f"{_who(run)} asked for it: ")
    return _of_nothing(facts)


def _of_occurrence(facts: Facts, one: Occurrence) -> Conclusion:
    called = f'"{one.policy}" ({one.source}) calls for {one.action} at {_local(facts, one.scheduled_at)}'
    run = next((run for run in facts.runs if _is_of(run, one)), None)
    if run is not None:
        return _of_run(facts, run, f"{called}; ")
    if one.scheduled_at > facts.now:
        return _to_come(facts, one, called)
    if not facts.has_ledger:
        return Conclusion(f"{called}; what became of it only the ledger knows", "ask where the ledger can be read")
    if facts.version is None:
        told = f"{called}; no version was in force then, and a policy has no past"
        return Conclusion(told, f"`poolpower ensure {facts.pool.key}` brings the pool to what its schedule calls for")
    return Conclusion(f"{called}; it has no run: the daemon has not claimed that far", _START)


def _to_come(facts: Facts, one: Occurrence, called: str) -> Conclusion:
    skip, planned = facts.skip_of(one), facts.planned_skip_of(one)
    if skip is not None:
        return Conclusion(f"{called}; it will be skipped: {skip}", f"`poolpower resume {facts.pool.key}`")
    if planned is not None:
        return Conclusion(f"{called}; it will not be carried out: {planned}", "give it a time at which it counts")
    return Conclusion(f"{called}; it will be carried out", None)


_START = "`poolpower status` says whether the daemon runs; what is due while it is down is caught up at its start"


def _is_of(run: RunRecord, one: Occurrence) -> bool:
    is_scheduled = run.origin == Origin.SCHEDULE
    return is_scheduled and run.action == one.action and run.scheduled_at == one.scheduled_at


def _of_run(facts: Facts, run: RunRecord, because: str) -> Conclusion:
    state = State(run.state)
    told = f"{because}run {run.run} ({run.action} {run.type}) is {state}" + (f": {run.reason}" if run.reason else "")
    change = next((mend for begins, mend in _SKIPS if (run.reason or "").startswith(begins)), _CHANGES.get(state))
    return Conclusion(told, None if change is None else change.format(run=run.run, pool=facts.pool.key))


def _who(run: RunRecord) -> str:
    return run.who or {"enforce": "the end of a hold"}.get(run.origin, "an administrator")


def _of_nothing(facts: Facts) -> Conclusion:
    """First the policies that name this very time of day: they are what somebody has missed."""
    missed = [one for one in facts.not_due if one.names_the_time]
    told = f"nothing {'was' if facts.at <= facts.now else 'will be'} due at {_local(facts, facts.at)}"
    parts = [
        f'{told}: "{one.policy.sentence}" ({one.policy.source}): {" and ".join(one.reasons)}' for one in missed[:1]
    ]
    parts += [f'"{one.policy.sentence}" likewise: {" and ".join(one.reasons)}' for one in missed[1:]]
    parts = parts or [f"{told}: no policy of the pool names that time"]
    before = next((one for one in reversed(facts.due) if one.scheduled_at < facts.at), None)
    if before is not None:
        parts.append(f"before it came {before.action} at {_local(facts, before.scheduled_at)}")
    if facts.upcoming is not None:
        parts.append(f"next is {facts.upcoming.action} at {_local(facts, facts.upcoming.scheduled_at)}")
    return Conclusion("; ".join(parts), _change_of_dates(facts, missed))


def _change_of_dates(facts: Facts, missed: Sequence[NotDue]) -> str:
    once = f"`poolpower now ACTION {facts.pool.key}`"
    if not missed:
        return f"give the pool a policy for that time, or once: {once}"
    calendars = list(dict.fromkeys(calendar.name for one in missed for calendar in one.policy.calendars))
    if calendars:
        which = " or ".join(f'"{name}"' for name in calendars)
        return (
            f"mend the days of the policy, or the dates of the calendar {which} where those are wrong; or once: {once}"
        )
    return f"widen the days of the policy, or once: {once}"


def _local(facts: Facts, at: datetime) -> str:
    return f"{at.astimezone(zone_of(facts.timetable.timezone)):%a %Y-%m-%d %H:%M %z}"
