"""The mark between the ends of a range: a dash or dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.tokens import Kind
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor


def range_follows(cursor: Cursor) -> bool:
    """True where the mark of a range is ahead."""
    return cursor.token.kind in {Kind.DASH, Kind.DOTS}


def takes_range(cursor: Cursor) -> bool:
    """Step over the mark of a range, and say whether one was there.

    Raises:
        ClauseError: the range is written with a word.
    """
    if cursor.token.is_word("to", "through", "till"):
        token = cursor.take()
        raise cursor.refusal(
            token, f"a range is not written with {shown(token.text)}", "write mon-fri or 2026-12-24..2026-12-31"
        )
    return cursor.take_kind(Kind.DASH, Kind.DOTS) is not None
