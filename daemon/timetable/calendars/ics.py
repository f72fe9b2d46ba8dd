"""The dates of an ``.ics`` file's all-day events.

Cancelled events do not count. Events at a time of day say nothing about dates: they are left out, and noted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from daemon.timetable.calendars.contentlines import events_of
from daemon.timetable.calendars.problems import IcsError
from daemon.timetable.calendars.repeating import MOST_LOOKED_AT
from daemon.timetable.calendars.series import Series, changed_dates, is_all_day, series_of
from daemon.timetable.recurrence.year import FIRST_YEAR, LAST_YEAR, between_dates

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 2_000_000
"""Characters of the largest file that is read."""


@dataclass(frozen=True, slots=True)
class IcsFinding:
    """Something in the file that does not count.

    Attributes:
        line: of the text, counted from 1.
        message: what was found.
        hint: the mend.
    """

    line: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ParsedIcs:
    """The dates of a file, equal to any other that has the same.

    Attributes:
        years: each year that has dates, in order, with its dates as bits (see `recurrence.year`).
        findings: what does not count.
    """

    years: tuple[tuple[int, int], ...]
    findings: tuple[IcsFinding, ...] = field(default=(), compare=False)

    def mask(self, year: int) -> int:
        """The dates of a year as bits."""
        index = bisect_left(self.years, (year, 0))
        found = index < len(self.years) and self.years[index][0] == year
        return self.years[index][1] if found else 0


def parse_ics(text: str) -> ParsedIcs:
    """The dates of the all-day events of a text, in the years of `recurrence.year`.

    Raises:
        IcsError: it is no calendar, has no all-day event, or asks for too much; the line says where.
    """
    if len(text) > LARGEST:
        message = f"the calendar has {len(text):,} characters, of at most {LARGEST:,}"
        raise IcsError(1, message, "export fewer years or events")
    series: list[Series] = []
    timed: list[IcsFinding] = []
    for event in events_of(text):
        if is_all_day(event):
            series.append(series_of(event))
        else:
            timed.append(IcsFinding(event.line, "an event at a time of day does not count", "make it last all day"))
    if not series:
        what = "only events at a time of day" if timed else "no event"
        line = timed[0].line if timed else 1
        raise IcsError(line, f"the calendar has {what}, and all-day events are needed", "make them last all day")
    years = _years(series)
    if not years:
        raise IcsError(series[0].line, "no event has any date", "see whether all are cancelled or excluded")
    return ParsedIcs(years, tuple(timed))


def _years(series: Sequence[Series]) -> tuple[tuple[int, int], ...]:
    masks: dict[int, int] = defaultdict(int)
    budget = MOST_LOOKED_AT
    changed = changed_dates(series)
    for it in series:
        spent, days = it.beginnings(budget, changed)
        budget -= spent
        for day in days:
            _add(masks, day, it.length)
    return tuple(sorted((year, bits) for year, bits in masks.items() if bits))


def _add(masks: dict[int, int], first: date, length: int) -> None:
    """The dates of an event that fall into the years that are looked at."""
    last = date.fromordinal(min(first.toordinal() + length - 1, date.max.toordinal()))
    for year in range(max(first.year, FIRST_YEAR), min(last.year, LAST_YEAR) + 1):
        masks[year] |= between_dates(first, last, year)
