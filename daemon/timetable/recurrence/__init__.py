"""When a policy is due: sets of dates, wall times and cron expressions, and the rule that makes instants of them."""

from __future__ import annotations

from daemon.timetable.recurrence.rule import Moment, Rule, rule_of

__all__ = ["Moment", "Rule", "rule_of"]
