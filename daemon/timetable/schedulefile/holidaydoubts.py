"""Doubts about day words and the calendars that decide what they mean."""

from __future__ import annotations

from datetime import time
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from daemon.timetable.recurrence.binding import needs_own
from daemon.timetable.recurrence.days import LAST, AnyOf, Nth, NthWorkday, Shifted, Weekdays, Workdays
from daemon.timetable.recurrence.times import OnDays
from daemon.timetable.recurrence.year import dates_of
from daemon.timetable.schedulefile import codes
from daemon.timetable.schedulefile.tables import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.recurrence.days import Days
    from daemon.timetable.schedulefile.assembly import Assembly
    from daemon.timetable.schedulefile.complaints import Spot
    from daemon.timetable.timetable import Timetable

_MON_FRI: Final = frozenset(range(5))
_SAT_SUN: Final = frozenset({5, 6})
_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_WEEKS: Final = 26
"""A day of the week is one of the weekend where it is so in more weeks of a year than these."""
_MIDNIGHT: Final = time(0)


def check_words(policies: Iterable[EffectivePolicy], assembly: Assembly) -> None:
    """Warn about ``workdays`` where no calendar says what a holiday is (once a file), and about stops at 00:00."""
    without = []
    for policy in policies:
        if id(policy) not in assembly.calendars and any(needs_own(days) for days in _sets(policy)):
            without.append(policy)
        if _ends_before_it_began(policy):
            message = "00:00 is the beginning of each of these days: the evening before them is ended, not theirs"
            hint = 'for the night after them write "the day after workdays 00:00", or "tue-sat 00:00", or 23:59'
            assembly.complaints.warn(codes.MIDNIGHT, _spot(policy, assembly), message, hint)
    if without:
        message = "no calendar says what is a holiday here, so workdays are Monday to Friday on holidays too"
        hint = 'write holidays = "DE-BE" at the top of the file, with your country; or say "weekdays"'
        assembly.complaints.warn(codes.NO_CALENDAR, _spot(without[0], assembly), message, hint)


def check_weekends(policies: Iterable[EffectivePolicy], assembly: Assembly, year: int) -> None:
    """Warn about ``weekdays`` and ``weekends`` where the calendar has Monday to Friday among its weekend."""
    for policy in policies:
        calendar = assembly.calendars.get(id(policy))
        weekend = _weekend(calendar, year) if calendar is not None else frozenset[int]()
        words = {word for days in _sets(policy) for word in _western(days)} if weekend & _MON_FRI else set[str]()
        if calendar is not None and words:
            means = "Monday to Friday" if "weekdays" in words else "Saturday and Sunday"
            theirs = listed((_NAMES[day] for day in sorted(weekend)), "and")
            message = f"{min(words)} are {means}, always; the weekend of {calendar.name} is {theirs}"
            hint = 'write "workdays", which go by the calendar, or name the days: "sun-thu"'
            assembly.complaints.warn(codes.OTHER_WEEKEND, _spot(policy, assembly), message, hint)


def check_published(timetable: Timetable, assembly: Assembly, today: date) -> None:
    """Warn about years of which a calendar in use lacks the official holidays."""
    if not timetable.calendars:
        return
    from daemon.timetable.calendars.notices import unpublished  # noqa: PLC0415 - few files name a country

    for notice in unpublished(timetable.calendars, today):
        name = notice.calendar
        own = ("calendars", name)
        path = own if name in assembly.shelf.named else assembly.shelf.asked[name]
        spot = assembly.document.spot(path, key=path == own)
        assembly.complaints.warn(codes.UNPUBLISHED, spot, notice.message, notice.hint)


def _ends_before_it_began(policy: EffectivePolicy) -> bool:
    """True for a stop at 00:00 of weekdays, workdays, or a last day: whoever writes it can mean the night after."""
    when = policy.rule.when
    if not policy.action.turns_off or not isinstance(when, OnDays) or when.times[0] != _MIDNIGHT:
        return False
    return any(
        isinstance(part, Workdays | NthWorkday) or part == Weekdays(_MON_FRI) or part == Nth(LAST, None)
        for part in _unshifted(when.days)
    )


def _western(days: Days) -> Iterator[str]:
    """``weekdays`` and ``weekends`` where they stand in a set."""
    for part in _unshifted(days):
        if part in (Weekdays(_MON_FRI), Weekdays(_SAT_SUN)):
            yield "weekdays" if part == Weekdays(_MON_FRI) else "weekends"


def _unshifted(days: Days) -> tuple[Days, ...]:
    """The sets of which it is made; what is the day before or after something is meant as it is written."""
    parts = days.parts if isinstance(days, AnyOf) else (days,)
    return tuple(part for part in parts if not isinstance(part, Shifted))


@lru_cache(maxsize=1024)
def _weekend(calendar: Calendar, year: int) -> frozenset[int]:
    """The days of the week that are none of work, asked for by each of many policies."""
    weeks = [0] * len(_NAMES)
    for day in dates_of(calendar.weekend(year), year):
        weeks[day.weekday()] += 1
    return frozenset(day for day, number in enumerate(weeks) if number > _MOST_WEEKS)


def _sets(policy: EffectivePolicy) -> tuple[Days, ...]:
    written = policy.written
    days = written.when.days if isinstance(written.when, OnDays) else None
    return tuple(each for each in (days, written.during, written.except_) if each is not None)


def _spot(policy: EffectivePolicy, assembly: Assembly) -> Spot:
    return assembly.document.spot(assembly.paths[id(policy)])
