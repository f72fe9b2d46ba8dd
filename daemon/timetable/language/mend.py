"""What is understood although it is not in the language: what was written, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.problems import ClauseError


class Mend(NamedTuple):
    """A stretch of the sentence that begins at the cursor, and how it is refused.

    Attributes:
        end: offset behind its last character.
        message: what was found.
        hint: what to write.
    """

    end: int
    message: str
    hint: str


def refuse(cursor: Cursor, mend: Mend) -> ClauseError:
    """Step over the whole stretch, so that nothing in it is complained about again, and give what to raise."""
    first = cursor.token
    last = cursor.take_until(mend.end)
    return cursor.refusal(first, mend.message, mend.hint, last)
