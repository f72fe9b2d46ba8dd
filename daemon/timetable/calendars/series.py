"""Events of whole days: when they begin, and how long they last.

Every date of an event counts, its end being the first date behind it (RFC 5545, 3.6.1). An event of its own that
changes one date of a series stands in its place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from daemon.timetable.calendars.contentlines import Event, Property
from daemon.timetable.calendars.problems import IcsError
from daemon.timetable.calendars.recurrencerule import read_rule
from daemon.timetable.calendars.repeating import periods_of
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LONGEST_REPEATED = 366
_WEEK = 7
_DATE = re.compile(r"[0-9]{8}")
_DURATION = re.compile(r"\+?P([0-9]{1,5})([DW])")


@dataclass(frozen=True, slots=True)
class Series:
    """An event of whole days, with all its repetitions.

    Attributes:
        event: where it stands.
        start: the first date.
        length: how many days each repetition has; 0 for a cancelled event.
    """

    event: Event
    start: date
    length: int

    @property
    def line(self) -> int:
        """Where it begins in the file, counted from 1."""
        return self.event.line

    def beginnings(self, budget: int, changed: Mapping[str, set[date]]) -> tuple[int, set[date]]:
        """How many dates had to be looked at, and those on which it begins.

        Args:
            budget: how many dates may be looked at.
            changed: from `changed_dates`.

        Raises:
            IcsError: the budget does not suffice, or a date or the rule cannot be read.
        """
        if not self.length:
            return 0, set()
        if self.length > budget:
            raise IcsError(self.line, "the events of the calendar last too long", "give them an end that you mean")
        rule, uid = self.event.one("RRULE"), self.event.one("UID")
        spent, days = (self.length, {self.start}) if rule is None else self._repeated(rule, budget)
        days.update(day for listed in self.event.all("RDATE") for day in _dates(listed))
        if self.event.one("RECURRENCE-ID") is None:
            days -= {day for listed in self.event.all("EXDATE") for day in _dates(listed)}
            elsewhere = changed.get(uid.value, set()) if uid is not None else set()
            days = {day for day in days if day not in elsewhere}
        return spent, days

    def _repeated(self, found: Property, budget: int) -> tuple[int, set[date]]:
        spent, days = 0, set[date]()
        for looked_at, several in periods_of(read_rule(found, self.start), self.start):
            spent += looked_at
            if spent > budget:
                raise IcsError(found.line, "the events of the calendar repeat too often", "end them: UNTIL=20301231")
            days.update(several)
        return spent, days


def is_all_day(event: Event) -> bool:
    """True where an event has a date to begin on, and no time of day.

    Raises:
        IcsError: it does not say when it begins.
    """
    begin = event.one("DTSTART")
    if begin is None:
        raise IcsError(event.line, "an event has no DTSTART", "give it a date, or delete it")
    return _DATE.fullmatch(begin.value.strip()) is not None or str(begin.parameters.get("VALUE")).upper() == "DATE"


def series_of(event: Event) -> Series:
    """What an all-day event says.

    Raises:
        IcsError: a date or a length cannot be read, or does not make sense.
    """
    status = event.one("STATUS")
    starts = [_date(begin) for begin in event.all("DTSTART")]
    if status is not None and status.value.strip().upper() == "CANCELLED":
        return Series(event, starts[0], 0)
    length = _length(event, starts[0])
    if length > _LONGEST_REPEATED and (event.one("RRULE") or event.one("RDATE")):
        raise IcsError(event.line, f"an event of {length} days repeats", "make it shorter, or give it dates one by one")
    return Series(event, starts[0], length)


def changed_dates(series: Iterable[Series]) -> dict[str, set[date]]:
    """The dates of each series, by its UID, that events of their own stand for.

    Raises:
        IcsError: an event changes all later dates too, which is not understood.
    """
    changed: dict[str, set[date]] = defaultdict(set)
    for it in series:
        of, uid = it.event.one("RECURRENCE-ID"), it.event.one("UID")
        if of is None or uid is None:
            continue
        if "RANGE" in of.parameters:
            raise IcsError(of.line, "a change of every later date is not understood", "end the series, begin another")
        changed[uid.value].add(_date(of))
    return changed


def _length(event: Event, start: date) -> int:
    """How many days an event has."""
    end, duration = event.one("DTEND"), event.one("DURATION")
    if end is not None:
        days = (_date(end) - start).days
        if days < 0:
            raise IcsError(end.line, "an event ends before it begins", "DTEND is the first date behind the event")
        return max(days, 1)
    return 1 if duration is None else _days(duration)


def _days(duration: Property) -> int:
    found = _DURATION.fullmatch(duration.value.strip().upper())
    if found is None or not int(found[1]):
        raise IcsError(duration.line, f"{shown(duration.value)} is no number of days", "write it like P1D or P2W")
    return int(found[1]) * (_WEEK if found[2] == "W" else 1)


def _dates(listed: Property) -> Iterator[date]:
    for value in listed.value.split(","):
        yield _date(Property(listed.line, listed.name, listed.parameters, value))


def _date(found: Property) -> date:
    value = found.value.strip()
    try:
        return date.fromisoformat(value if _DATE.fullmatch(value) else "")
    except ValueError:
        hint = "an all-day event has dates like 20270118"
        raise IcsError(found.line, f"{shown(value)} of {found.name} is not a date", hint) from None
