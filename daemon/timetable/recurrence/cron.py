"""Cron expressions by crontab(5), five fields, read by `cronsim`.

cronsim is handed naive local dates only, to say which of them match; what a wall time means as an instant is the
business of `wallclock`. What cronsim reads beyond crontab(5) - a sixth field, ``L``, ``#``, ``5/10`` - is refused.

Where the hour field begins with ``*`` the expression counts real hours: it is due in both passes of a repeated hour
and is not made up for inside a gap. With fixed hours it names wall times, and each is due exactly once like any other.
(Debian's cron looks at the minute field too; by the design it is the hour that decides.) As in Debian's cron a
day-of-month or day-of-week that begins with ``*`` does not restrict; where both restrict, either is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache, reduce
from operator import or_

from cronsim import CronSim, CronSimError

from daemon.errors import PoolpowerError
from daemon.timetable.quoting import shown
from daemon.timetable.recurrence.year import dates_of, whole

FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")

_ANY_DATE = datetime(2000, 1, 1)  # noqa: DTZ001 - cronsim takes a naive start and we never let it walk
_CHARACTERS = re.compile(r"[0-9A-Za-z*/,-]{1,250}", re.ASCII)
_LONE_STEP = re.compile(r"(?:^|,)\w+/")
_LIMITS = ("0-59", "0-59 of hours 0-23", "1-31", "1-12 or jan-dec", "0-7 or sun-sat, Sunday being 0 and 7")
_FIELD = re.compile(r"\S+")


class CronError(PoolpowerError, ValueError):
    """The text is no crontab(5) expression.

    Attributes:
        start: where in the text the trouble begins.
        end: where it ends.
    """

    def __init__(self, message: str, hint: str, start: int, end: int) -> None:
        """Keep the place beside the message."""
        super().__init__(message, hint)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Cron:
    """A crontab(5) expression: build it with `read_cron`, which checks it.

    Attributes:
        expression: five fields, lower case, one blank between them.
    """

    expression: str

    @property
    def days(self) -> _CronDays:
        """The dates that match."""
        return _CronDays(self.expression)

    @property
    def times(self) -> tuple[time, ...]:
        """The wall times of every matching date, ascending."""
        return _times(self.expression)

    @property
    def is_elapsed(self) -> bool:
        """True where real hours count: the hour field begins with ``*``."""
        return self.expression.split()[1].startswith("*")


@dataclass(frozen=True, slots=True)
class _CronDays:
    expression: str

    def mask(self, year: int) -> int:
        fields = _fields(self.expression)
        matching = (
            1 << index
            for index, day in enumerate(dates_of(whole(year), year))
            if day.month in fields.months and fields.match_day(day)
        )
        return reduce(or_, matching, 0)


def read_cron(text: str) -> Cron:
    """Read an expression such as ``0 20 * * 1-5``.

    Raises:
        CronError: it is none, with the place of the field that is wrong.
    """
    places = [(found[0], found.start(), found.end()) for found in _FIELD.finditer(text)]
    if len(places) != len(FIELDS):
        raise _wrong_number(text, places)
    for index, (field, start, end) in enumerate(places):
        _check_field(index, field, start, end)
    expression = " ".join(field for field, _, _ in places).lower()
    if not _is_read(expression):
        _, start, end = places[2]
        raise CronError("no month named here has such a day", "it would never be due", start, end)
    return Cron(expression)


def _wrong_number(text: str, places: list[tuple[str, int, int]]) -> CronError:
    if text.strip().startswith("@"):
        return CronError(
            "nicknames such as @daily are not read",
            "write the five fields, such as '0 20 * * 1-5'",
            0,
            len(text),
        )
    hint = "minute, hour, day of the month, month, day of the week; there are no seconds"
    return CronError(f"a cron expression has five fields, this has {len(places)}", hint, 0, len(text))


def _check_field(index: int, field: str, start: int, end: int) -> None:
    """Hand one field to cronsim with all others left open, so that the error has its place."""
    if _LONE_STEP.search(field):
        hint = "a step follows a range or *, such as 5-59/10"
        raise CronError(f"{shown(field)} is not a cron {FIELDS[index]}", hint, start, end)
    alone = ["*"] * len(FIELDS)
    alone[index] = field
    if _CHARACTERS.fullmatch(field) is None or _goes_beyond_crontab(index, field) or not _is_read(" ".join(alone)):
        hint = f"expected {_LIMITS[index]}, ranges, lists or */steps"
        raise CronError(f"{shown(field)} is not a cron {FIELDS[index]}", hint, start, end)


def _is_read(expression: str) -> bool:
    try:
        CronSim(expression, _ANY_DATE)
    except CronSimError:
        return False
    return True


def _goes_beyond_crontab(index: int, field: str) -> bool:
    """True for cronsim's ``L`` and ``LW`` (last day) and ``5L`` (last Friday)."""
    letters = re.findall(r"[a-z]+", field.lower())
    return any(word in {"l", "lw"} for word in letters) and index in {2, 4}


@lru_cache(maxsize=1024)
def _times(expression: str) -> tuple[time, ...]:
    fields = _fields(expression)
    return tuple(time(hour, minute) for hour in sorted(fields.hours) for minute in sorted(fields.minutes))


@lru_cache(maxsize=1024)
def _fields(expression: str) -> CronSim:
    return CronSim(expression, _ANY_DATE)
