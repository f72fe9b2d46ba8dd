"""The lines of an ``.ics`` text."""

from __future__ import annotations

import pytest

from daemon.timetable.calendars.contentlines import Event, events_of
from daemon.timetable.calendars.problems import IcsError


def events(*lines: str, ending: str = "\r\n") -> list[Event]:
    """The events of a text of these lines."""
    return list(events_of(ending.join(lines)))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_events_have_their_line_and_what_decides_about_dates(ending: str) -> None:
    """Lines are counted from 1, with either line end; a summary decides nothing."""
    (event,) = events(
        "\ufeffBEGIN:VCALENDAR",
        "begin:vevent",
        "SUMMARY:x",
        "dtstart;value=DATE:20270118",
        "",
        "RDATE:20270120",
        "RDATE:20270121",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
        ending=ending,
    )
    assert event.line == 2
    assert [(it.line, it.name, it.value) for it in event.properties] == [
        (4, "DTSTART", "20270118"),
        (6, "RDATE", "20270120"),
        (7, "RDATE", "20270121"),
    ]
    assert event.properties[0].parameters == {"VALUE": "DATE"}
    assert [it.value for it in event.all("RDATE")] == ["20270120", "20270121"]
    first = event.one("RDATE")
    assert first is not None
    assert first.value == "20270120"
    assert event.one("UID") is None


def test_folded_lines_are_joined_and_keep_the_number_of_their_first() -> None:
    """With a blank or a tab, in the midst of a word."""
    (event,) = events("BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTST", " ART:2027", "\t0118", "END:VEVENT", "END:VCALENDAR")
    assert [(it.line, it.name, it.value) for it in event.properties] == [(3, "DTSTART", "20270118")]


def test_what_stands_inside_something_else_is_no_part_of_the_event() -> None:
    """Alarms in an event, time zones beside it, to-dos, and whatever stands in the calendar itself."""
    (event,) = events(
        "BEGIN:VCALENDAR",
        "DTSTART:1",
        "BEGIN:VTODO",
        "DTSTART:2",
        "END:VTODO",
        "BEGIN:VTIMEZONE",
        "BEGIN:STANDARD",
        "DTSTART:3",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "UID:a",
        "BEGIN:VALARM",
        "DURATION:PT15M",
        "END:VALARM",
        "DTSTART:20270118",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    assert [it.name for it in event.properties] == ["UID", "DTSTART"]


def test_a_text_can_hold_several_calendars() -> None:
    """Their events follow each other, and none inherits from the one before."""
    one = ("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", "END:VEVENT", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR")
    assert [len(event.properties) for event in events(*one, *one)] == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ([""], 1, "there is no calendar in it"),
        (["  "], 1, "there is no calendar in it"),
        (["<html>"], 1, "is no line of a calendar"),
        (["", "BEGIN:VEVENT"], 2, "a calendar is expected here"),
        (["VERSION:2.0"], 1, "a calendar is expected here"),
        (["END:VCALENDAR"], 1, "a calendar is expected here"),
        (["BEGIN:VCALENDAR", "BEGIN:VEVENT"], 2, "the calendar does not end"),
        (["BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VCALENDAR"], 3, "does not end the VEVENT of line 2"),
        (["BEGIN:VCALENDAR", "BEGIN:VEVENT", 'DTSTART;VALUE="DA:20270118'], 3, "cannot be read"),
        (["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;VALUE:20270118"], 3, "cannot be read"),
        (["BEGIN:VCALENDAR", "nonsense"], 2, '"nonsense" is no line of a calendar'),
    ],
)
def test_what_is_no_calendar_is_refused_at_its_line(lines: list[str], line: int, message: str) -> None:
    """The mend is to export it again."""
    with pytest.raises(IcsError) as caught:
        events(*lines)
    assert caught.value.line == line
    assert message in caught.value.message
    assert "export the calendar again" in (caught.value.hint or "")
    assert caught.value.key == "ics"
