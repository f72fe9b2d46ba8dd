"""A policy as it is in force for a pool: nothing left open, and the rule that says when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from daemon.timetable.language import format_policy
from daemon.timetable.recurrence import rule_of
from daemon.timetable.recurrence.times import OnDays

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from daemon.timetable.actions import Action, ActionType
    from daemon.timetable.policy import Options, Policy
    from daemon.timetable.recurrence import Rule


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
    """

    written: Policy
    source: str
    rule: Rule
    action: Action
    type: ActionType
    spread: timedelta
    retry_for: timedelta
    catch_up: timedelta

    @cached_property
    def sentence(self) -> str:
        """The policy as formatted."""
        return format_policy(self.written)

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
        if not isinstance(rule.when, OnDays):
            yield format_policy(full)
            return
        for time in rule.when.times:
            yield format_policy(replace(full, when=OnDays(rule.when.days, (time,))))


def effective(policy: Policy, options: Options, source: str) -> EffectivePolicy:
    """Settle what a policy leaves open by the options around it, a zone among them, and by what is built in."""
    full = policy.with_defaults(options)
    return EffectivePolicy(
        written=policy,
        source=source,
        rule=rule_of(full, full.zone or _UTC),
        action=full.action,
        type=full.effective_type,
        spread=full.effective_spread,
        retry_for=full.effective_retry_for,
        catch_up=full.effective_catch_up,
    )
