"""What is wrong with a calendar, and where."""

from __future__ import annotations

from daemon.errors import PoolpowerError


class CalendarError(PoolpowerError, ValueError):
    """A calendar cannot be what its definition says.

    Attributes:
        key: key of the definition's table that is wrong (``country``, ``weekend``); None for the table as a whole.
        value: what is wrong among several values of that key, as it was given; None where there is one.
    """

    def __init__(
        self, message: str, hint: str | None = None, *, key: str | None = None, value: str | None = None
    ) -> None:
        """Carry the place beside the message."""
        super().__init__(message, hint)
        self.key = key
        self.value = value


class IcsError(CalendarError):
    """The text of an ``.ics`` file gives no dates.

    Attributes:
        line: of the text, counted from 1.
    """

    def __init__(self, line: int, message: str, hint: str | None = None) -> None:
        """Name the line in the message too: what is shown is the place in the schedule file that names the other."""
        super().__init__(f"{message} (line {line} of the .ics file)", hint, key="ics")
        self.line = line
