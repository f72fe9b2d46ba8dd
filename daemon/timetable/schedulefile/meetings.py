"""Policies of one pool that are due at the same time.

Opposite actions that meet on every date are an error: one of the two could never have its way. Validity must not depend
on the clock, on holidays or on zone data, so this is judged by dates and wall times alone, of policies in one zone;
where a calendar decides, only the same words are the same dates. Meetings on some dates only, meetings of policies that
want the same, and meetings across zones are warnings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, auto
from itertools import combinations
from typing import TYPE_CHECKING, Final

from daemon.timetable.actions import Action
from daemon.timetable.recurrence.year import FIRST_YEAR, LAST_YEAR, between_dates
from daemon.timetable.schedulefile import codes
from daemon.timetable.schedulefile.alike import is_own
from daemon.timetable.schedulefile.horizon import horizon_from
from daemon.timetable.schedulefile.needless import covers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, time

    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.recurrence import Rule
    from daemon.timetable.recurrence.days import Days
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.horizon import Horizon
    from daemon.timetable.schedulefile.places import KeyPath
    from daemon.timetable.timetable import Timetable

_YEAR: Final = timedelta(days=366)

_Dates = tuple["Days", "Days | None", "Days | None", "date | None", "date | None"]


class Overlap(Enum):
    """How the dates of two policies lie to each other."""

    NONE = auto()
    SOME = auto()
    ALL = auto()


@dataclass(slots=True)
class Meetings:
    """Finds the meetings of every pool; what was found for one pair of rules holds for every pool that has it.

    Attributes:
        paths: where each policy stands, by its identity.
        document: where errors stand.
        complaints: where they go.
        now: start of the year that is searched for meetings across zones, or None to leave those out.
    """

    paths: dict[int, KeyPath]
    document: Document
    complaints: Complaints
    now: datetime | None
    _overlaps: dict[tuple[_Dates, _Dates], Overlap] = field(default_factory=dict)
    _instants: dict[int, frozenset[datetime]] = field(default_factory=dict)
    _horizon: Horizon | None = None

    def check(self, timetable: Timetable) -> None:
        """Complain about every meeting, pools with the same policies being looked at once."""
        seen: set[tuple[int, ...]] = set()
        for pool, policies in zip(timetable.pools, timetable.policies, strict=True):
            key = tuple(map(id, policies))
            if key not in seen:
                seen.add(key)
                for earlier, later, overlap in self._pairs(policies):
                    self._complain(pool.key, earlier, later, overlap)

    def _pairs(self, policies: Sequence[EffectivePolicy]) -> Iterator[tuple[EffectivePolicy, EffectivePolicy, Overlap]]:
        """Policies that meet and should not, the one that stands later in the list second."""
        found: dict[tuple[int, int], Overlap] = {}
        for group in self._same_wall_time(policies):
            for earlier, later in combinations(group, 2):
                if (earlier, later) not in found and _concern(policies[earlier], policies[later]):
                    found[earlier, later] = self._overlap(policies[earlier].rule, policies[later].rule)
        if self.now is not None:
            found |= self._across_zones(policies, self.now)
        for (earlier, later), overlap in found.items():
            if overlap is not Overlap.NONE:
                yield policies[earlier], policies[later], overlap

    def _same_wall_time(self, policies: Sequence[EffectivePolicy]) -> Iterator[list[int]]:
        """Positions of policies with one wall time in one zone."""
        groups: dict[tuple[str, time], list[int]] = {}
        for position, policy in enumerate(policies):
            for time in policy.rule.when.times:
                groups.setdefault((policy.rule.zone, time), []).append(position)
        return (group for group in groups.values() if len(group) > 1)

    def _overlap(self, one: Rule, other: Rule) -> Overlap:
        key = (_dates(one), _dates(other))
        if key not in self._overlaps:
            asks = bool(one.calendars or other.calendars) and key[0] != key[1]
            self._overlaps[key] = self._compare_soon(*key) if asks else _compare(*key)
        return self._overlaps[key]

    def _compare_soon(self, one: _Dates, other: _Dates) -> Overlap:
        """Where a calendar decides: whether they meet this year or next, which makes a warning at most."""
        years = () if self.now is None else (self.now.year, self.now.year + 1)
        return Overlap.SOME if any(_mask(one, year) & _mask(other, year) for year in years) else Overlap.NONE

    def _across_zones(self, policies: Sequence[EffectivePolicy], now: datetime) -> dict[tuple[int, int], Overlap]:
        if len({policy.rule.zone for policy in policies}) == 1:
            return {}
        numbered = list(enumerate(policies))
        return {
            (earlier, later): Overlap.SOME
            for (earlier, one), (later, other) in combinations(numbered, 2)
            if one.rule.zone != other.rule.zone
            and _concern(one, other)
            and not self._year(one.rule, now).isdisjoint(self._year(other.rule, now))
        }

    def _year(self, rule: Rule, now: datetime) -> frozenset[datetime]:
        if id(rule) not in self._instants:
            self._instants[id(rule)] = frozenset(moment.at for moment in rule.between(now, now + _YEAR))
        return self._instants[id(rule)]

    def _complain(self, pool: str, earlier: EffectivePolicy, later: EffectivePolicy, overlap: Overlap) -> None:
        spot = self.document.spot(self.paths[id(later)])
        other = f'"{earlier.sentence}" ({earlier.source}), in the pool "{pool}"'
        covered = self._covered(earlier, later)
        if covered is not None:
            self._tell_pointless(pool, *covered)
        elif not _opposite(earlier.action, later.action):
            message = f"due at the same instant as {other}"
            self.complaints.warn(codes.SAME_INSTANT, spot, message, "only one of them is carried out")
        elif overlap is Overlap.ALL:
            message = f"on every date it meets its opposite at the same time: {other}"
            self.complaints.error(spot, message, "take one of them away, or give it another time")
        else:
            message = f"on some dates it meets its opposite at the same time: {other}"
            hint = "of two that meet the later wall time wins, at the same wall time the start"
            self.complaints.warn(codes.OPPOSITE, spot, message, hint)

    def _covered(
        self, earlier: EffectivePolicy, later: EffectivePolicy
    ) -> tuple[EffectivePolicy, EffectivePolicy] | None:
        """Which of two adds nothing, and beside which; of a schedule's and a pool's own only the own is blamed."""
        if self.now is None:
            return None
        self._horizon = self._horizon or horizon_from(self.now)
        if covers(earlier, later, self._horizon):
            return later, earlier
        is_alike = is_own(earlier) == is_own(later)
        return (earlier, later) if is_alike and covers(later, earlier, self._horizon) else None

    def _tell_pointless(self, pool: str, policy: EffectivePolicy, beside: EffectivePolicy) -> None:
        message = f'changes nothing beside "{beside.sentence}" ({beside.source}), in the pool "{pool}"'
        hint = "take it away, or silence this where it is to stay"
        self.complaints.warn(codes.POINTLESS, self.document.spot(self.paths[id(policy)]), message, hint)


def _concern(one: EffectivePolicy, other: EffectivePolicy) -> bool:
    """True for actions of which only one can have its way."""
    both = (one.action, other.action)
    return one.action is other.action or Action.REBOOT not in both


def _opposite(one: Action, other: Action) -> bool:
    return one.turns_off != other.turns_off


def _dates(rule: Rule) -> _Dates:
    return rule.when.days, rule.during, rule.except_, rule.starts, rule.ends


def _compare(one: _Dates, other: _Dates) -> Overlap:
    """Compare two sets of dates year by year, until it is known how they lie."""
    if one == other:
        return Overlap.ALL
    meet = differ = False
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        here, there = _mask(one, year), _mask(other, year)
        meet = meet or bool(here & there)
        differ = differ or here != there
        if meet and differ:
            return Overlap.SOME
    return Overlap.ALL if meet else Overlap.NONE


def _mask(dates: _Dates, year: int) -> int:
    """The dates of a year as bits."""
    days, during, except_, starts, ends = dates
    mask = days.mask(year) & between_dates(starts or date.min, ends or date.max, year)
    if during is not None:
        mask &= during.mask(year)
    return mask & ~except_.mask(year) if except_ is not None else mask
