"""The dates of the coming two years as the bits of one integer, the first being today."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from daemon.timetable.recurrence.year import LAST_YEAR, days_in, new_year, span

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from daemon.timetable.recurrence import Rule

DAYS: Final = 731
_LAST_START: Final = date(LAST_YEAR - 2, 1, 1)
"""Later there are no two years to look at."""
_WHOLE: Final = span(0, DAYS - 1)


@dataclass(slots=True)
class Horizon:
    """What rules name between today and two years from now; each rule is asked once.

    Attributes:
        today: the date of bit 0.
    """

    today: date
    _known: dict[int, int] = field(default_factory=dict)

    def dates(self, rule: Rule) -> int:
        """The coming dates that a rule names."""
        if id(rule) not in self._known:
            self._known[id(rule)] = self.of_years(rule.mask)
        return self._known[id(rule)]

    def of_years(self, mask: Callable[[int], int]) -> int:
        """The coming dates of whatever gives those of a year."""
        first = self.today.year
        bits = mask(first) | mask(first + 1) << days_in(first) | mask(first + 2) << days_in(first) + days_in(first + 1)
        return bits >> self.today.toordinal() - new_year(first) & _WHOLE

    def first(self, dates: int) -> date:
        """The first of some dates, of which there is at least one."""
        return self.today + timedelta(days=(dates & -dates).bit_length() - 1)


def horizon_from(now: datetime) -> Horizon:
    """The horizon at an instant (aware)."""
    return Horizon(min(now.date(), _LAST_START))
