"""Doubts about the nights on which clocks change: what comes first on all other days does not come first then.

In one zone the order of wall times is kept, but those inside the hour that clocks skip become one instant. Between two
zones that do not change on the same day, the order itself can turn round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Final

from daemon.timetable.schedulefile import codes
from daemon.timetable.wallclock import date_exists, instant_of, steady_offset
from daemon.timetable.zones import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import time

    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.recurrence import Rule
    from daemon.timetable.schedulefile.alike import Alike
    from daemon.timetable.schedulefile.assembly import Assembly
    from daemon.timetable.schedulefile.horizon import Horizon
    from daemon.timetable.schedulefile.places import KeyPath

_AHEAD: Final = 366
_WEEK: Final = 7
_DAY: Final = timedelta(days=1)
_MOST_TIMES: Final = 24
"""Of policies with more wall times a day, crontabs that sweep, the order does not matter."""


@dataclass(slots=True)
class ClockChanges:
    """Finds the starts and stops whose order the next changes of the clock disturb.

    Attributes:
        assembly: where policies stand, and where warnings go.
        horizon: the coming dates.
    """

    assembly: Assembly
    horizon: Horizon
    _changes: dict[str, tuple[date, ...]] = field(default_factory=dict)

    def check(self, pools: Sequence[Alike]) -> None:
        """Warn about each pair of opposite policies once, with the first date."""
        told: set[tuple[KeyPath, KeyPath]] = set()
        for several in pools:
            for start, off in product(several.starts, several.offs):
                day = self._disturbed(start, off)
                pair = (self.assembly.paths[id(start)], self.assembly.paths[id(off)])
                if day is not None and pair not in told:
                    told.add(pair)
                    self._warn(several, start, off, day)

    def _warn(self, pools: Alike, start: EffectivePolicy, off: EffectivePolicy, day: date) -> None:
        later, other = (start, off) if pools.policies.index(start) > pools.policies.index(off) else (off, start)
        if start.rule.zone == off.rule.zone:
            what = f"on {day} clocks skip an hour, and it comes at the same instant as its opposite"
            hint = "keep clear of the hour that clocks skip, or leave out that date"
        else:
            what = (
                f"from {day} on the clocks of the two zones lie otherwise, and it is on the other side of its opposite"
            )
            hint = "give both one zone, or leave an hour and more between them"
        message = f'{what} "{other.sentence}" ({other.source}), in {pools.named}'
        spot = self.assembly.document.spot(self.assembly.paths[id(later)])
        self.assembly.complaints.warn(codes.CLOCK_CHANGE, spot, message, hint)

    def _disturbed(self, one: EffectivePolicy, other: EffectivePolicy) -> date | None:
        """The first date on which two policies are due in another order than on the day before a change."""
        rules = one.rule, other.rule
        if any(rule.when.is_elapsed or len(rule.when.times) > _MOST_TIMES for rule in rules):
            return None
        is_one_zone = one.rule.zone == other.rule.zone
        days, nights = (1, (0,)) if is_one_zone else (_WEEK, (-1, 0, 1))
        for change in sorted({*self._of(one.rule.zone), *self._of(other.rule.zone)}):
            for further, by in product(range(days), nights):
                day = change + further * _DAY
                is_due = self._due(one, day) and self._due(other, day + by * _DAY)
                if is_due and _turns(rules, change - _DAY, day, by):
                    return day
        return None

    def _due(self, policy: EffectivePolicy, day: date) -> bool:
        bit = (day - self.horizon.today).days
        return bool(bit >= 0 and self.horizon.dates(policy.rule) >> bit & 1)

    def _of(self, zone: str) -> tuple[date, ...]:
        """The dates of the coming year on which the clock of a zone changes."""
        if zone not in self._changes:
            self._changes[zone] = tuple(_changes(zone, self.horizon.today))
        return self._changes[zone]


def _changes(name: str, today: date) -> Iterator[date]:
    zone = zone_of(name)
    for further in range(_AHEAD):
        day = today + further * _DAY
        if steady_offset(day, zone) is None and date_exists(day, zone):
            yield day


def _turns(rules: tuple[Rule, Rule], before: date, day: date, nights: int) -> bool:
    """True where wall times come in another order; those of two zones that meet are told of by `meetings`."""
    one, other = rules
    for at, there in product(one.when.times, other.when.times):
        mine, theirs = (one.zone, at), (other.zone, there)
        was, is_ = _order(mine, theirs, before, nights), _order(mine, theirs, day, nights)
        if was != is_ and (one.zone == other.zone or was * is_ < 0):
            return True
    return False


def _order(one: tuple[str, time], other: tuple[str, time], day: date, nights: int) -> int:
    """Less than, equal to or greater than zero, as the first of two wall times comes first, with or second."""
    mine = instant_of(datetime.combine(day, one[1]), zone_of(one[0]))
    theirs = instant_of(datetime.combine(day + nights * _DAY, other[1]), zone_of(other[0]))
    return (mine > theirs) - (mine < theirs)
