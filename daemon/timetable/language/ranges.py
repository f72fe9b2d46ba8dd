"""The mark between the ends of a range: a dash or dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.vocabulary import SHORT_DAYS, WEEKDAY_OF
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.problems import ClauseError


_WORDS = ("to", "through", "thru", "till")
_ENDS = frozenset({Kind.WORD, Kind.DATE, Kind.NUMBER})


def range_follows(cursor: Cursor) -> bool:
    """True where the mark of a range is ahead."""
    return cursor.token.kind in {Kind.DASH, Kind.DOTS}


def takes_range(cursor: Cursor) -> bool:
    """Step over the mark of a range, and say whether one was there.

    Raises:
        ClauseError: the range is written with a word.
    """
    token = cursor.token
    if token.is_word(*_WORDS) or (token.is_word("until") and cursor.ahead(1).kind is cursor.previous.kind is Kind.WORD):
        raise _in_words(cursor)
    return cursor.take_kind(Kind.DASH, Kind.DOTS) is not None


def _in_words(cursor: Cursor) -> ClauseError:
    """The refusal of a range whose mark is a word; its end goes with it."""
    begin, word = cursor.previous, cursor.take()
    end = cursor.take_kind(*_ENDS)
    mark = "-" if begin.kind is Kind.WORD else ".."
    hint = "write mon-fri or 2026-12-24..2026-12-31"
    if end is not None:
        hint = f'write "{_short(begin.word)}{mark}{_short(end.word)}"'
    return cursor.refusal(begin, f"a range is not written with {shown(word.text)}", hint, end or word)


def _short(word: str) -> str:
    return SHORT_DAYS[WEEKDAY_OF[word]] if word in WEEKDAY_OF else word
