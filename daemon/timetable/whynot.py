"""Why a policy is not due on a date: the question that a plan leaves open, since it shows what is due only."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from daemon.timetable.language.daytext import days_in_words
from daemon.timetable.recurrence.binding import said_of
from daemon.timetable.recurrence.times import OnDays
from daemon.timetable.recurrence.year import FIRST_YEAR, LAST_YEAR, new_year
from daemon.timetable.wallclock import date_exists, instant_of
from daemon.timetable.zones import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.recurrence import Moment, Rule
    from daemon.timetable.recurrence.days import Days

_DAY = timedelta(days=1)


def moments_on(policy: EffectivePolicy, day: date) -> list[Moment]:
    """What a policy calls for on a local date of its zone, in order."""
    zone = zone_of(policy.rule.zone)
    begin = instant_of(datetime.combine(day, time.min), zone)
    end = instant_of(datetime.combine(day + _DAY, time.min), zone)
    around = policy.rule.between(begin - _DAY, end + _DAY)
    return [moment for moment in around if moment.wall[:10] == day.isoformat()]


def why_not(policy: EffectivePolicy, day: date) -> list[str]:
    """Every reason for which a policy is not due on a local date of its zone; none where it is due."""
    rule = policy.rule
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return [f"policies are due from {FIRST_YEAR} to {LAST_YEAR}"]
    reasons = [*_outside(rule, day), *_unwanted(rule, day)]
    if not reasons and not date_exists(day, zone_of(rule.zone)):
        reasons.append(f"{day} does not exist in {rule.zone}")
    return reasons


def _outside(rule: Rule, day: date) -> Iterator[str]:
    if rule.starts is not None and day < rule.starts:
        yield f"it is in force from {rule.starts} on"
    if rule.ends is not None and day > rule.ends:
        yield f"it was in force until {rule.ends}"


def _unwanted(rule: Rule, day: date) -> Iterator[str]:
    if not _has(rule.when.days, day):
        wanted = (
            f"only on {days_in_words(rule.when.days)}" if isinstance(rule.when, OnDays) else "its cron fields say no"
        )
        yield _because(f"{day:%A} {day}: {wanted}", rule.when.days, day)
    if rule.during is not None and not _has(rule.during, day):
        yield _because(f"only during {days_in_words(rule.during)}", rule.during, day)
    if rule.except_ is not None and _has(rule.except_, day):
        yield _because(f"except on {days_in_words(rule.except_)}", rule.except_, day)


def _because(reason: str, days: Days, day: date) -> str:
    said = "; ".join(dict.fromkeys(said_of(days, day)))
    return f"{reason} ({said})" if said else reason


def _has(days: Days, day: date) -> bool:
    return bool(days.mask(day.year) >> day.toordinal() - new_year(day.year) & 1)
