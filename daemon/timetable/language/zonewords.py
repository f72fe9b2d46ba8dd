"""Finds the time zone that is meant by words: ``Berlin``, ``New York``, ``CET``, ``berlin time``, ``UTC+1``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from daemon.timetable.language.mend import Mend
from daemon.timetable.language.tokens import Kind
from daemon.timetable.quoting import shown
from daemon.timetable.zones import likely_zone, zone_spelled

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor

_MOST_WORDS = 3
_MOST_GUESSES = 50
"""How many problems a sentence may have until slips are not guessed at any more, for each guess takes a while."""
_OFFSET = re.compile(r"(?:utc|gmt|z)\s?[+-]\s?\d[\d:]*", re.IGNORECASE)
_LOCAL = re.compile(r"(?:local|server|system|wall|clock)\s{1,3}(?:clock\s{1,3})?time\b", re.IGNORECASE)


def zone_in_words(cursor: Cursor, fewest: int = 1) -> Mend | None:
    """The mend for a zone that the words ahead name, at least so many of them; None where they name none.

    Of several readings the longest counts: ``New York`` before ``New``. Slips are allowed in a single word only.
    """
    if cursor.token.kind not in {Kind.WORD, Kind.PATH}:
        return None
    for count in range(_MOST_WORDS, fewest - 1, -1):
        words = [cursor.ahead(step) for step in range(count)]
        if all(word.kind is Kind.WORD for word in words[1:]):
            text = cursor.text[cursor.token.start : words[-1].end]
            guesses = count == 1 and len(cursor.problems) < _MOST_GUESSES
            found = likely_zone(text) if guesses else zone_spelled(text)
            if found is not None:
                return Mend(words[-1].end, f"{shown(text)} is not the name of a time zone", f'write "in {found}"')
    return None


def zone_without_in(cursor: Cursor) -> Mend | None:
    """The mend for a zone that stands without ``in``, for an offset, and for ``local time``; None for all else."""
    local = _LOCAL.match(cursor.text, cursor.token.start)
    if local is not None:
        hint = 'leave it out where the schedule file\'s zone is meant, else write "in Europe/Berlin"'
        return Mend(local.end(), f"{shown(local[0])} names no zone", hint)
    offset = _OFFSET.match(cursor.text, cursor.token.start)
    if offset is not None:
        hint = 'write "in" and the zone\'s IANA name, such as in Europe/Berlin'
        return Mend(offset.end(), f"{shown(offset[0])} is an offset, not a zone", hint)
    mend = zone_in_words(cursor)
    if mend is None:
        return None
    text = cursor.text[cursor.token.start : mend.end]
    following = cursor.ahead(len(text.split()))
    end = following.end if following.is_word("time", "timezone", "zone") else mend.end
    return Mend(end, f'{shown(cursor.text[cursor.token.start : end])} stands without "in"', mend.hint)
