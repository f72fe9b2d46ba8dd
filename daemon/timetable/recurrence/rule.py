"""When a policy is due: the one place where days, times, bounds and a zone become instants.

A rule is a value. Policies that say the same in the same zone have the same rule (`rule_of` hands out one object for
them), so whoever holds many pools asks each rule once. Nothing here reads a clock, and everything is lazy.

Each local date that the rule names gives its wall times; nearly every date has one offset, which turns them all into
instants by a subtraction. The dates around a jump of the clock are taken together, resolved one by one and put in
order, because there the second pass of one date can come after the first pass of the next.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from daemon.timetable.recurrence.binding import Calendars, bound, calendars_in, said_of
from daemon.timetable.recurrence.times import OnDays, read_wall, time_text
from daemon.timetable.recurrence.year import FIRST_YEAR, LAST_YEAR, between_dates, dates_of, new_year
from daemon.timetable.wallclock import date_exists, instant_of, passes, steady_offset
from daemon.timetable.zones import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import time
    from typing import TypeAlias
    from zoneinfo import ZoneInfo

    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.policy import Policy
    from daemon.timetable.recurrence.cron import Cron
    from daemon.timetable.recurrence.days import Days

    _Clock: TypeAlias = tuple[tuple[time, str], ...]

FIRST_INSTANT = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
LAST_INSTANT = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)

# A wall time is never taken more than a gap later than the clock would show it, and no gap is longer than a day.
_BACK = timedelta(days=2)


class Moment(NamedTuple):
    """One instant at which a rule is due.

    Attributes:
        at: the instant, aware, UTC.
        wall: identity of the local date and wall time, e.g. ``2026-10-25T02:30``; the second pass of a repeated hour
            ends in ``/2`` (protocol 3.2).
        local: the same instant in the rule's zone, aware, for people.
    """

    at: datetime
    wall: str
    local: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """Days and times, or cron, in a zone, between bounds.

    Attributes:
        when: wall times of chosen days, or a cron expression.
        zone: proper IANA name.
        starts: first local date, inclusive, or None.
        ends: last local date, inclusive, or None.
        during: local dates it is limited to, or None.
        except_: local dates taken out, or None.
    """

    when: OnDays | Cron
    zone: str
    starts: date | None = None
    ends: date | None = None
    during: Days | None = None
    except_: Days | None = None

    def between(self, after: datetime, until: datetime) -> Iterator[Moment]:
        """What is due with ``after < at <= until`` (aware instants), in order of the instants, then of wall times."""
        if after >= LAST_INSTANT:
            return
        for moment in self._moments_from(max(after, FIRST_INSTANT)):
            if moment.at > until:
                return
            if moment.at > after:
                yield moment

    def next_after(self, instant: datetime) -> Moment | None:
        """The first moment later than an aware instant; None where none follows."""
        return next(self.between(instant, LAST_INSTANT), None)

    def dates(self, first: date) -> Iterator[date]:
        """The local dates from one on that the rule names, in order, whether the zone's calendar has them or not."""
        begin = max(first, self.starts or first)
        last_year = min(LAST_YEAR, (self.ends or date.max).year)
        for year in range(max(begin.year, FIRST_YEAR), last_year + 1):
            mask = _mask(self, year)
            if year == begin.year:
                skipped = begin.toordinal() - new_year(year)
                mask = mask >> skipped << skipped
            yield from dates_of(mask, year)

    def mask(self, year: int) -> int:
        """The local dates of a year that the rule names, as bits (see `year`); worked out anew each time."""
        return _worked_out(self, year)

    def names(self, wall: str) -> bool:
        """True where the rule calls for a local date and wall time, given by its identity (see `Moment.wall`)."""
        asked = read_wall(wall)
        if asked is None or not FIRST_YEAR <= asked.day.year <= LAST_YEAR or asked.time not in self.when.times:
            return False
        if not _mask(self, asked.day.year) >> asked.day.toordinal() - new_year(asked.day.year) & 1:
            return False
        return wall in {moment.wall for moment in _jumping(asked.day, (asked.time,), zone_of(self.zone), self.when)}

    @property
    def calendars(self) -> tuple[Calendar, ...]:
        """The calendars that decide about its dates, in the order in which it names them."""
        return tuple(calendar for days in self._sets() for calendar in calendars_in(days))

    def said_of(self, day: date) -> str | None:
        """What its calendars say of a local date; None where no calendar is asked."""
        return "; ".join(dict.fromkeys(said for days in self._sets() for said in said_of(days, day))) or None

    def _sets(self) -> tuple[Days, ...]:
        return tuple(days for days in (self.when.days, self.during, self.except_) if days is not None)

    def _moments_from(self, after: datetime) -> Iterator[Moment]:
        """The moments later than an instant in order; on nights around a jump perhaps some earlier ones too."""
        zone, clock = zone_of(self.zone), _clock(self.when)
        around_jump: list[Moment] = []
        is_behind = True
        for day in self.dates(after.astimezone(zone).date() - _BACK):
            offset = steady_offset(day, zone)
            if offset is None:
                around_jump += _jumping(day, self.when.times, zone, self.when)
                continue
            if around_jump:
                yield from sorted(around_jump, key=_instant)
                around_jump = []
            passed = _passed(clock, day, after + offset) if is_behind else 0
            is_behind = passed > 0
            text = day.isoformat()
            for time, suffix in clock[passed:]:
                local = datetime.combine(day, time, zone)
                yield Moment(local.replace(tzinfo=UTC) - offset, text + suffix, local)
        yield from sorted(around_jump, key=_instant)


@lru_cache(maxsize=16_384)
def _interned(rule: Rule) -> Rule:
    return rule


def rule_of(policy: Policy, zone: str, calendars: Calendars | None = None) -> Rule:
    """When a policy is due, in its own zone or else in the one given; equal policies share one rule.

    Args:
        policy: the policy.
        zone: proper IANA name.
        calendars: of the pool; without them the rule cannot be asked where a calendar decides.
    """
    rule = Rule(policy.when, policy.zone or zone, policy.starts, policy.ends, policy.during, policy.except_)
    return _interned(rule if calendars is None else _bound(rule, calendars))


def _bound(rule: Rule, calendars: Calendars) -> Rule:
    when, during, except_ = rule.when, rule.during, rule.except_
    return replace(
        rule,
        when=OnDays(bound(when.days, calendars), when.times) if isinstance(when, OnDays) else when,
        during=None if during is None else bound(during, calendars),
        except_=None if except_ is None else bound(except_, calendars),
    )


@lru_cache(maxsize=16_384)
def _mask(rule: Rule, year: int) -> int:
    """The dates of a year that the rule names, as bits, remembered for whoever walks from one to the next."""
    return _worked_out(rule, year)


def _worked_out(rule: Rule, year: int) -> int:
    mask = rule.when.days.mask(year)
    if rule.during is not None:
        mask &= rule.during.mask(year)
    if rule.except_ is not None:
        mask &= ~rule.except_.mask(year)
    if rule.starts is not None or rule.ends is not None:
        mask &= between_dates(rule.starts or date.min, rule.ends or date.max, year)
    return mask


def _jumping(day: date, times: tuple[time, ...], zone: ZoneInfo, when: OnDays | Cron) -> list[Moment]:
    """The moments of a date on which the zone's clock may jump."""
    if not date_exists(day, zone):
        return []
    found = []
    for time in times:
        wall = datetime.combine(day, time)
        text = f"{day.isoformat()}T{time_text(time)}"
        instants = passes(wall, zone) if when.is_elapsed else (instant_of(wall, zone),)
        for suffix, at in zip(("", "/2"), instants, strict=False):
            found.append(Moment(at, text + suffix, at.astimezone(zone)))
    return found


def _passed(clock: _Clock, day: date, shown: datetime) -> int:
    """How many of a date's wall times are past when a clock shows a date and time."""
    if day != shown.date():
        return len(clock) if day < shown.date() else 0
    return bisect_right(clock, shown.time(), key=_time)


@lru_cache(maxsize=1024)
def _clock(when: OnDays | Cron) -> _Clock:
    """The wall times with the way their identity ends."""
    return tuple((time, "T" + time_text(time)) for time in when.times)


def _time(entry: tuple[time, str]) -> time:
    return entry[0]


def _instant(moment: Moment) -> datetime:
    return moment.at
