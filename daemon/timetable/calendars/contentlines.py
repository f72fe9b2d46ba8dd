"""The lines of an ``.ics`` text (RFC 5545, 3.1): folded ones joined, each with its place, events apart.

Only what stands directly inside an event matters here. All else (time zones, alarms, to-dos) is stepped over, so that
the time this takes grows with the length of the text and with nothing in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.timetable.calendars.problems import IcsError
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EVENT_DEPTH = 2
_MEND = "export the calendar again, as an .ics file, and put it in place whole"
_READ = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "STATUS", "UID", "RECURRENCE-ID"})


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an event.

    Attributes:
        line: where it stands, counted from 1.
        name: in capitals.
        parameters: by name, in capitals.
        value: as written.
    """

    line: int
    name: str
    parameters: Mapping[str, object]
    value: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        line: where it begins, counted from 1.
        properties: those that decide about its dates, in order.
    """

    line: int
    properties: tuple[Property, ...]

    def one(self, name: str) -> Property | None:
        """The property of a name; the first of several."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Property]:
        """Every property of a name."""
        return (found for found in self.properties if found.name == name)


def events_of(text: str) -> Iterator[Event]:
    """The events of every calendar in a text, in order.

    Raises:
        IcsError: it is no ``.ics`` text, or it is cut off.
    """
    open_parts: list[tuple[str, int]] = []
    kept: list[Property] = []
    found_any = False
    for line, content in _unfolded(text):
        name, value = _split(line, content)
        in_event = len(open_parts) == _EVENT_DEPTH and open_parts[-1][0] == "VEVENT"
        if name == "BEGIN":
            if not open_parts and value != "VCALENDAR":
                raise IcsError(line, f"a calendar is expected here, not {shown(content)}", _MEND)
            open_parts.append((value, line))
            found_any = True
            kept = [] if len(open_parts) == _EVENT_DEPTH else kept
        elif not open_parts:
            raise IcsError(line, f"a calendar is expected here, not {shown(content)}", _MEND)
        elif name == "END":
            part, begin = open_parts.pop()
            if part != value:
                raise IcsError(line, f"{shown(content)} does not end the {part} of line {begin}", _MEND)
            if in_event:
                yield Event(begin, tuple(kept))
        elif in_event and name in _READ:
            kept.append(_property(line, name, content))
    if open_parts or not found_any:
        line = open_parts[-1][1] if open_parts else 1
        raise IcsError(line, "the calendar does not end" if open_parts else "there is no calendar in it", _MEND)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, joined with the lines that continue it; empty ones are left out."""
    pieces: list[str] = []
    begin = 1
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        piece = line.removesuffix("\r")
        if piece[:1] in {" ", "\t"} and pieces:
            pieces.append(piece[1:])
            continue
        if pieces:
            yield begin, "".join(pieces)
        pieces, begin = [piece] if piece.strip() else [], number
    if pieces:
        yield begin, "".join(pieces)


def _split(line: int, content: str) -> tuple[str, str]:
    """The name of a line in capitals, and of one without parameters the value in capitals too."""
    head, colon, value = content.partition(":")
    if not colon:
        raise IcsError(line, f"{shown(content)} is no line of a calendar", _MEND)
    return head.partition(";")[0].strip().upper(), value.strip().upper()


def _property(line: int, name: str, content: str) -> Property:
    from icalendar.parser import Contentline  # noqa: PLC0415 - costs 85 ms, and few schedules have an .ics file

    try:
        _, parameters, value = Contentline(content).parts()  # type: ignore[no-untyped-call]
    except ValueError:
        raise IcsError(line, f"{shown(content)} cannot be read", _MEND) from None
    return Property(line, name, {str(key).upper(): parameters[key] for key in parameters}, value)
