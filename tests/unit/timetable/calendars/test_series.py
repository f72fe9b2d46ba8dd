"""Events of whole days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from daemon.timetable.calendars.contentlines import Event, events_of
from daemon.timetable.calendars.problems import IcsError
from daemon.timetable.calendars.series import changed_dates, is_all_day, series_of

START = "DTSTART;VALUE=DATE:20240105"
FIRST = date(2024, 1, 5)


def event(*lines: str) -> Event:
    """An event of these lines, of which the first is line 3."""
    (found,) = events_of("\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]))
    return found


def begins(*lines: str, changed: dict[str, set[date]] | None = None) -> list[int]:
    """How many days after its first date an event begins."""
    _, found = series_of(event(*lines)).beginnings(10_000, changed or {})
    return sorted((day - FIRST).days for day in found)


@pytest.mark.parametrize(
    ("line", "all_day"),
    [
        (START, True),
        ("DTSTART:20240105", True),
        ("DTSTART;VALUE=date:2024", True),
        ("DTSTART:20240105T090000Z", False),
        ("DTSTART;TZID=Asia/Shanghai:20240105T090000", False),
    ],
)
def test_an_event_with_a_date_to_begin_on_lasts_all_day(line: str, all_day: bool) -> None:
    """Whether it says that it is a date or just looks like one."""
    assert is_all_day(event(line)) is all_day


def test_an_event_has_to_begin() -> None:
    """The error stands at the event."""
    with pytest.raises(IcsError, match="has no DTSTART") as caught:
        is_all_day(event("UID:a"))
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("line", "length"),
    [
        ("UID:a", 1),
        ("DTEND;VALUE=DATE:20240106", 1),
        ("DTEND;VALUE=DATE:20240105", 1),
        ("DTEND;VALUE=DATE:20240112", 7),
        ("DURATION:P3D", 3),
        ("DURATION:+p2w", 14),
        ("STATUS:confirmed", 1),
        ("STATUS:cancelled", 0),
    ],
)
def test_an_event_has_so_many_days(line: str, length: int) -> None:
    """Its end is the first date behind it; one without an end has one day, a cancelled one none."""
    found = series_of(event(START, line))
    assert (found.start, found.length, found.line) == (FIRST, length, 2)


def test_a_cancelled_event_never_begins() -> None:
    """Its rule is not even looked at."""
    assert series_of(event(START, "STATUS:CANCELLED", "RRULE:nonsense")).beginnings(0, {}) == (0, set())


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (["DTSTART;VALUE=DATE:20240230"], 3, '"20240230" of DTSTART is not a date'),
        (["DTSTART;VALUE=DATE:2024-01-05"], 3, "is not a date"),
        ([START, "DTEND:20240104"], 4, "ends before it begins"),
        ([START, "DTEND:20240105T100000"], 4, "of DTEND is not a date"),
        ([START, "DURATION:PT1H"], 4, '"PT1H" is no number of days'),
        ([START, "DURATION:P0D"], 4, "is no number of days"),
        ([START, "DURATION:-P1D"], 4, "is no number of days"),
        ([START, "DURATION:P367D", "RRULE:FREQ=YEARLY"], 2, "an event of 367 days repeats"),
        ([START, "DURATION:P53W", "RDATE:20250105"], 2, "an event of 371 days repeats"),
    ],
)
def test_dates_and_lengths_that_make_no_sense_are_refused(lines: list[str], line: int, message: str) -> None:
    """At the line where they stand."""
    with pytest.raises(IcsError) as caught:
        series_of(event(*lines))
    assert caught.value.line == line
    assert message in caught.value.message


def test_a_long_event_may_stand_once() -> None:
    """Only repetitions of more than a year are refused."""
    assert series_of(event(START, "DURATION:P99999D")).length == 99_999


def test_an_event_repeats_by_its_rule_and_its_list() -> None:
    """Less what it excludes, the first date among it; lists have several dates in a line, and several lines."""
    assert begins(START) == [0]
    assert begins(START, "RRULE:FREQ=DAILY;COUNT=3") == [0, 1, 2]
    assert begins(START, "RDATE;VALUE=DATE:20240108,20240109", "RDATE:20240115") == [0, 3, 4, 10]
    assert begins(START, "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20240105, 20240107", "EXDATE:20240108") == [1]


@pytest.mark.parametrize("line", ["EXDATE;TZID=Asia/Shanghai:20240106T000000", "RDATE;VALUE=PERIOD:20240106/P1D"])
def test_lists_of_anything_but_dates_are_refused(line: str) -> None:
    """What they would mean for an event of whole days cannot be known."""
    with pytest.raises(IcsError, match="is not a date") as caught:
        begins(START, line)
    assert caught.value.line == 4


def test_a_changed_date_of_a_series_is_left_to_the_event_that_changes_it() -> None:
    """By the series' UID; the event that changes it stands where it was moved to."""
    changes = [
        event("DTSTART:20240120", "UID:a", "RECURRENCE-ID;VALUE=DATE:20240106"),
        event("DTSTART:20240105", "UID:b"),
        event("DTSTART:20240106", "RECURRENCE-ID:20240106"),
    ]
    changed = changed_dates(map(series_of, changes))
    assert changed == {"a": {date(2024, 1, 6)}}
    rule = "RRULE:FREQ=DAILY;COUNT=3"
    assert begins(START, "UID:a", rule, changed=changed) == [0, 2]
    assert begins(START, "UID:other", rule, changed=changed) == [0, 1, 2]
    assert begins("DTSTART:20240106", "UID:a", "RECURRENCE-ID:20240106", changed=changed) == [1]


def test_a_change_of_all_later_dates_is_refused() -> None:
    """The mend is to end the series and to begin another."""
    later = event(START, "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20240106")
    with pytest.raises(IcsError, match="every later date") as caught:
        changed_dates([series_of(later)])
    assert caught.value.line == 5


def test_what_is_looked_at_is_paid_from_the_budget() -> None:
    """A rule that would look at more is refused, with the mend."""
    found = series_of(event(START, "RRULE:FREQ=WEEKLY;COUNT=10"))
    spent, days = found.beginnings(70, {})
    assert (spent, max(days)) == (70, FIRST + timedelta(weeks=9))
    with pytest.raises(IcsError, match="repeat too often") as caught:
        found.beginnings(69, {})
    assert (caught.value.line, caught.value.hint) == (4, "end them: UNTIL=20301231")
