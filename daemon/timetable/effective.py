"""A policy as it is in force for a pool: nothing left open, and the rule that says when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from daemon.timetable.language import format_policy
from daemon.timetable.recurrence import rule_of
from daemon.timetable.recurrence.binding import Calendars, asks_calendar, names_holidays, names_in, needs_own
from daemon.timetable.recurrence.times import OnDays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, timedelta

    from daemon.timetable.actions import Action, ActionType
    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.policy import Options, Policy
    from daemon.timetable.recurrence import Rule
    from daemon.timetable.recurrence.days import Days


_UTC = "UTC"


@dataclass(frozen=True)  # no slots: the sentence is written when it is first asked for
class EffectivePolicy:
    """A policy with everything it left open settled; pools that share it share one object.

    Attributes:
        written: the policy as its sentence or table has it.
        source: where it stands, e.g. ``schedule office-hours #2``.
        rule: when it calls.
        action: what it calls for.
        type: SOFT or HARD.
        spread: width of the window for each pool's own delay, zero for none.
        retry_for: how long it is retried.
        catch_up: how late it may still be carried out after an outage, zero for not at all.
        calendars: those that decide about its dates, in the order in which it names them.
    """

    written: Policy
    source: str
    rule: Rule
    action: Action
    type: ActionType
    spread: timedelta
    retry_for: timedelta
    catch_up: timedelta
    calendars: tuple[Calendar, ...] = ()

    @cached_property
    def sentence(self) -> str:
        """The policy as formatted."""
        return format_policy(self.written)

    def said_of(self, day: date) -> str | None:
        """What those calendars say of a local date; None where there are none."""
        return _said_of(self.rule, day) if self.calendars else None

    def spelled_out(self) -> Iterator[str]:
        """What is in force, a full sentence for each wall time: equal where the meaning is, however it was written."""
        rule = self.rule
        full = replace(
            self.written,
            type=self.type,
            zone=rule.zone,
            spread=self.spread or None,
            retry_for=self.retry_for,
            catch_up=self.catch_up,
        )
        by = "".join(f" by {calendar.identity}" for calendar in self.calendars)
        if not isinstance(rule.when, OnDays):
            yield format_policy(full) + by
            return
        for time in rule.when.times:
            yield format_policy(replace(full, when=OnDays(rule.when.days, (time,)))) + by


def effective(
    policy: Policy, options: Options, source: str, named: Mapping[str, Calendar] = MappingProxyType({})
) -> EffectivePolicy:
    """Settle what a policy leaves open by the options around it and by what is built in.

    Args:
        policy: as its sentence or table has it.
        options: of the pool, a zone among them; without a calendar there are no holidays.
        source: where it stands.
        named: the calendars that it may call by name.

    Raises:
        KeyError: it names a calendar that is not among them.
    """
    full = policy.with_defaults(options)
    calendars = _calendars(options, named) if _needs_calendars(full) else None
    rule = rule_of(full, full.zone or _UTC, calendars)
    return EffectivePolicy(
        written=policy,
        source=source,
        rule=rule,
        action=full.action,
        type=full.effective_type,
        spread=full.effective_spread,
        retry_for=full.effective_retry_for,
        catch_up=full.effective_catch_up,
        calendars=() if calendars is None else rule.calendars,
    )


def _calendars(options: Options, named: Mapping[str, Calendar]) -> Calendars:
    from daemon.timetable.calendars.calendar import WITHOUT_HOLIDAYS  # noqa: PLC0415 - few files need one

    return Calendars(options.holidays or WITHOUT_HOLIDAYS, named)


def _needs_calendars(policy: Policy) -> bool:
    return any(asks_calendar(days) for days in _sets(policy))


def calls_for_holidays(policy: Policy) -> bool:
    """True where it says ``holidays``, which means nothing without a calendar."""
    return any(names_holidays(days) for days in _sets(policy))


def asks_own(policy: Policy) -> bool:
    """True where the calendar of the pool decides about its dates."""
    return any(needs_own(days) for days in _sets(policy))


def names_called(policy: Policy) -> frozenset[str]:
    """The calendars that it calls by their names."""
    return frozenset[str]().union(*(names_in(days) for days in _sets(policy)))


def _sets(policy: Policy) -> Iterator[Days]:
    days = policy.when.days if isinstance(policy.when, OnDays) else None
    yield from (part for part in (days, policy.during, policy.except_) if part is not None)


@lru_cache(maxsize=4096)
def _said_of(rule: Rule, day: date) -> str | None:
    return rule.said_of(day)
