"""Understands ``every 2 hours`` and ``hourly``, which are not in the language, well enough to say what to write.

A policy names its times of day. What repeats within the day is several times or a cron expression; what repeats over
days is a list of days.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from daemon.timetable.language.mend import Mend
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor

_NUMBERS = {
    word: number for number, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight"), 1)
} | {
    "ten": 10,
    "twelve": 12,
    "half": 1,
    "other": 2,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
}
_COUNT = rf"(?:(\d{{1,4}})(?:st|nd|rd|th)?|\b({'|'.join(_NUMBERS)})\b)?\s{{0,3}}(?:an?\s)?\s{{0,3}}"
_WITHIN_DAY = re.compile(
    rf"(?:every\s{{1,3}}|each\s{{1,3}}){_COUNT}(h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)\b|hourly\b",
    re.IGNORECASE,
)
_OVER_DAYS = re.compile(
    rf"(?:every|each)\s{{1,3}}{_COUNT}(d|days?|w|weeks?|months?|quarters?|years?)\b(?!\s{{1,3}}(?:before|after|\d))",
    re.IGNORECASE,
)
_NAME_THEM = {
    "d": 'name the days, such as "mon, wed, fri", or "day 1, 15" of the month',
    "w": 'name the day: "every monday", or "first monday" for once a month',
    "m": 'name the day of the month, such as "day 1" or "first monday"; "during march, june" limits the months',
    "q": 'name the days, such as "january 1, april 1, july 1, october 1"',
    "y": 'name the day of the year, such as "december 24"',
}
_HOUR, _DAY = 60, 24
_FIRST_HOUR = 8


def interval_within_day(cursor: Cursor) -> Mend | None:
    """The mend for ``every 2 hours``, ``every 15m`` and ``hourly``; None where something else is ahead."""
    found = _WITHIN_DAY.match(cursor.text, cursor.token.start) if cursor.token.is_word("every", "hourly") else None
    if found is None or ((found[3] or "").lower() == "second" and not (found[1] or found[2])):
        return None  # "every second friday"
    count, unit = _counted(found[1], found[2]), (found[3] or "h")[0].lower()
    if found[2] and found[2].lower() == "half" and unit == "h":
        count, unit = _HOUR // 2, "m"
    return Mend(
        found.end(),
        f"{shown(found[0])}: a policy names its times, it does not repeat within the day",
        _times(count, unit),
    )


def interval_over_days(cursor: Cursor) -> Mend | None:
    """The mend for ``every 2 days``, ``every week``, ``every other month``; None where something else is ahead."""
    found = _OVER_DAYS.match(cursor.text, cursor.token.start) if cursor.token.is_word("every") else None
    if found is None or (found[3].lower() == "day" and not (found[1] or found[2])):
        return None
    return Mend(found.end(), f"{shown(found[0])} is not in the language", _NAME_THEM[found[3][0].lower()])


def _counted(digits: str | None, word: str | None) -> int:
    return int(digits) if digits else _NUMBERS[word.lower()] if word else 1


def _times(count: int, unit: str) -> str:
    """Several times, and the cron expression for all day long where there is one."""
    if unit == "h" and 1 <= count < _DAY:
        hours = "*" if count == 1 else f"*/{count}"
        times = [f"{hour:02}:00" for hour in range(_FIRST_HOUR, _DAY, count)][:3]
        return f"name them, such as \"at {', '.join(times)}\", or write cron '0 {hours} * * *'"
    if unit == "m" and 1 <= count < _HOUR:
        return f"write cron '{'*' if count == 1 else f'*/{count}'} * * * *', or name the times"
    return 'name the times, such as "at 08:00, 12:00, 16:00"; a minute is the shortest step of cron'
