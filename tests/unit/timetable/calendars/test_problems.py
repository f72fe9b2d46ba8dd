"""What is wrong with a calendar, and where."""

from __future__ import annotations

from daemon.errors import PoolpowerError
from daemon.timetable.calendars.problems import CalendarError, IcsError


def test_errors_carry_their_place() -> None:
    """The key of the table, one of its values, or the line of the calendar file."""
    error = CalendarError("wrong", "mend", key="weekend", value="x")
    assert (error.message, error.hint, error.key, error.value) == ("wrong", "mend", "weekend", "x")
    assert (CalendarError("wrong").key, CalendarError("wrong").hint) == (None, None)
    of_file = IcsError(7, "wrong")
    assert (of_file.line, of_file.key, of_file.value) == (7, "ics", None)
    assert of_file.message == "wrong (line 7 of the .ics file)"
    assert isinstance(of_file, CalendarError)
    assert isinstance(error, PoolpowerError)
    assert isinstance(error, ValueError)
