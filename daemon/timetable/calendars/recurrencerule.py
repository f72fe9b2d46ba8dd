"""Reads the RRULE of an all-day event; what cannot be understood is refused, for half a rule gives wrong dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from daemon.timetable.calendars.problems import IcsError
from daemon.timetable.calendars.repeating import Repeating, settled
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daemon.timetable.calendars.contentlines import Property

_FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"},
)
_SINGLE = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MEND = "give the dates one by one, or as a rule by year, month, week or day"


def read_rule(found: Property, start: date) -> Repeating:
    """The rule of an event that first begins on a date.

    Raises:
        IcsError: it cannot be read, or has parts that are not understood.
    """
    parts = _parts(found)
    frequency = str(parts["FREQ"][0])
    interval, count = (int(parts.get(part, [1])[0]) for part in ("INTERVAL", "COUNT"))
    weekdays = frozenset(_weekday(day) for day in parts.get("BYDAY", ()))
    numbered = any(ordinal for ordinal, _ in weekdays)
    if interval < 1 or count < 1 or (numbered and frequency in {"WEEKLY", "DAILY"}):
        raise _refusal(found)
    return settled(
        Repeating(
            frequency=frequency,
            interval=interval,
            count=count if "COUNT" in parts else None,
            until=_until(parts["UNTIL"][0]) if "UNTIL" in parts else None,
            months=_numbers(found, parts, "BYMONTH", 1, 12),
            month_days=_numbers(found, parts, "BYMONTHDAY", -31, 31),
            weekdays=weekdays,
            positions=_numbers(found, parts, "BYSETPOS", -366, 366),
            week_start=_DAYS.index(str(parts["WKST"][0])[-2:]) if "WKST" in parts else 0,
        ),
        start,
    )


def _parts(found: Property) -> Mapping[str, list[Any]]:
    from icalendar.prop import vRecur  # noqa: PLC0415 - costs 85 ms, and few schedules have an .ics file

    try:
        parts: Mapping[str, list[Any]] = vRecur.from_ical(found.value)
    except ValueError:
        raise _refusal(found) from None
    if not set(parts) <= _PARTS or not all(parts.values()) or str(parts.get("FREQ", [""])[0]) not in _FREQUENCIES:
        raise _refusal(found)
    has_lists = any(len(parts.get(part, ())) > 1 for part in _SINGLE)
    if has_lists or not isinstance(parts.get("UNTIL", [date.max])[0], date):
        raise _refusal(found)
    return parts


def _weekday(day: Any) -> tuple[int, int]:
    return int(day.relative or 0), _DAYS.index(day.weekday)


def _numbers(found: Property, parts: Mapping[str, list[Any]], part: str, least: int, most: int) -> frozenset[int]:
    numbers = frozenset(int(number) for number in parts.get(part, ()))
    if not all(number and least <= number <= most for number in numbers):
        raise _refusal(found)
    return numbers


def _until(until: date | datetime) -> date:
    """The last date; many programs write an instant even for events of whole days."""
    return until.date() if isinstance(until, datetime) else until


def _refusal(found: Property) -> IcsError:
    return IcsError(found.line, f"the rule {shown(found.value)} is not understood", _MEND)
