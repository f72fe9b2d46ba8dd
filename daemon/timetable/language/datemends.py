"""Understands the dates that people write and the language has not, well enough to say what to write.

``24.12.2026``, ``24.12.``, ``12/24/2026``, ``2026/12/24``, ``the 24th of december``, ``15th of the month``,
``3rd friday``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from daemon.timetable.language.mend import Mend
from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import DAY_NAMES, MONTH_NAMES, MONTH_OF, ORDINAL_NAMES, WEEKDAY_OF
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor

_MONTH = "|".join(sorted(MONTH_OF, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(WEEKDAY_OF, key=len, reverse=True))
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})?")
_SLASHED = re.compile(r"(\d{1,4})/(\d{1,2})/(\d{1,4})")
_OF_MONTH = re.compile(
    rf"(?:the\s{{1,3}})?(\d{{1,2}})(?:st|nd|rd|th)?\s{{1,3}}(?:of\s{{1,3}})?({_MONTH})\b(?:,?\s{{1,3}}(\d{{4}})\b)?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"({_MONTH})\s{{1,3}}(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s{{1,3}}(\d{{4}})\b)?(?![:.])", re.IGNORECASE
)
_COUNTED = re.compile(rf"(?:the\s{{1,3}})?(\d{{1,2}})(?:st|nd|rd|th)\s{{1,3}}({_WEEKDAY})\b", re.IGNORECASE)
_DAY = re.compile(
    r"(?:the\s{1,3})?(\d{1,2})(?:st|nd|rd|th)\b"
    r"(?:\s{1,3}(?:day\s{1,3})?of\s{1,3}(?:(?:the|every|each|any)\s{1,3})?month\b)?",
    re.IGNORECASE,
)
_RANGE_MARK = re.compile(r"(?<=[\d.])(?:-|–|\.\.+|…)(?=\d)")
_QUOTE: Final = '"'
_EXAMPLE: Final = '"2026-12-24"'
_CENTURY: Final = 2000
_MONTHS, _DAYS = 12, 31
_KINDS = frozenset({Kind.OTHER_DATE, Kind.MEASURE})


def begins_other_date(cursor: Cursor, offset: int = 0) -> bool:
    """True where a date or ordinal of another notation begins so many tokens ahead, its article included."""
    token = cursor.ahead(offset + cursor.ahead(offset).is_word("the"))
    return token.kind is Kind.OTHER_DATE or (token.kind is Kind.MEASURE and _DAY.match(token.text) is not None)


def other_date(cursor: Cursor, *, needs_year: bool) -> Mend | None:
    """The mend for a date in another notation ahead; None where something else is.

    Args:
        cursor: stands before it.
        needs_year: days of every year do not do.
    """
    token = cursor.token
    if token.kind is Kind.OTHER_DATE:
        return _in_digits(cursor, needs_year=needs_year)
    for pattern, day, month in (
        ((_OF_MONTH, 1, 2), (_MONTH_FIRST, 2, 1)) if needs_year or begins_other_date(cursor) else ()
    ):
        if found := pattern.match(cursor.text, token.start):
            mend = _date(int(found[day]), MONTH_OF[found[month].lower()], found[3], needs_year=needs_year)
            return _mend(found.end(), found[0], mend)
    if not begins_other_date(cursor) or needs_year:
        return None
    if (found := _COUNTED.match(cursor.text, token.start)) and 1 <= int(found[1]) <= len(ORDINAL_NAMES):
        name = DAY_NAMES[WEEKDAY_OF[found[2].lower()]].lower()
        return _mend(found.end(), found[0], f'"{ORDINAL_NAMES[int(found[1]) - 1]} {name}"')
    found = _DAY.match(cursor.text, token.start)
    return found and _mend(found.end(), found[0], f'"day {int(found[1])}"')


def _in_digits(cursor: Cursor, *, needs_year: bool) -> Mend:
    """One date, or the dates that hang together with it: ``24.12.-31.12.2026``."""
    chunk = re.compile(r"[\d./–…-]+").match(cursor.text, cursor.token.start)
    text = cursor.token.text if chunk is None else chunk[0]
    parts = [_one(part, needs_year=needs_year) for part in _RANGE_MARK.split(text)]
    mend = parts[0] if len(parts) == 1 else f'"{"..".join(part.strip(_QUOTE) for part in parts)}"'
    return _mend(cursor.token.start + len(text), text, mend)


def _one(text: str, *, needs_year: bool) -> str:
    if found := _DOTTED.fullmatch(text):
        return _date(int(found[1]), int(found[2]), found[3], needs_year=needs_year)
    if found := _SLASHED.fullmatch(text):
        first, second, third = found.groups()
        if len(first) == len("2026"):
            return _date(int(third), int(second), first, needs_year=needs_year)
        return _either(int(first), int(second), third, needs_year=needs_year)
    return _EXAMPLE


def _either(first: int, second: int, year: str, *, needs_year: bool) -> str:
    """Month before day, as in America, or after it, as elsewhere; both where both can be."""
    readings = [(day, month) for day, month in ((second, first), (first, second)) if month <= _MONTHS]
    written = dict.fromkeys(_date(day, month, year, needs_year=needs_year) for day, month in readings)
    return " or ".join(written) or _EXAMPLE


def _date(day: int, month: int, year: str | None, *, needs_year: bool) -> str:
    if not (1 <= month <= _MONTHS and 1 <= day <= _DAYS):
        return _EXAMPLE
    if year is None:
        return (
            f'"YYYY-{month:02}-{day:02}" with the year' if needs_year else f'"{MONTH_NAMES[month - 1].lower()} {day}"'
        )
    number = int(year) + (_CENTURY if len(year) == len("26") else 0)
    return f'"{number:04}-{month:02}-{day:02}"'


def _mend(end: int, text: str, mend: str) -> Mend:
    return Mend(end, f"{shown(text)} is not how a date is written here", f"write {mend}")
