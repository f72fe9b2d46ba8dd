"""Dates as calendars list them."""

from __future__ import annotations

from datetime import date

import pytest

from daemon.timetable.calendars.problems import CalendarError
from daemon.timetable.calendars.spans import Span, is_dated, mask_of, read_span, span_text
from daemon.timetable.recurrence.days import DateSpan, OnDate, YearDay, YearSpan
from daemon.timetable.recurrence.year import dates_of

EVE = date(2026, 12, 24)


@pytest.mark.parametrize(
    ("text", "span", "written"),
    [
        ("2026-12-24", OnDate(EVE), "2026-12-24"),
        (" 2026-12-24 .. 2026-12-31 ", DateSpan(EVE, date(2026, 12, 31)), "2026-12-24..2026-12-31"),
        ("2026-12-24..2026-12-24", OnDate(EVE), "2026-12-24"),
        ("December 24", YearDay(12, 24), "december 24"),
        ("dec  24..JAN 6", YearSpan(YearDay(12, 24), YearDay(1, 6)), "december 24..january 6"),
        ("may 1..may 1", YearDay(5, 1), "may 1"),
        ("february 29", YearDay(2, 29), "february 29"),
    ],
)
def test_every_form_is_read_and_written(text: str, span: Span, written: str) -> None:
    """In any case and with blanks; what is written is read back."""
    assert read_span(text) == span
    assert span_text(span) == written
    assert read_span(written) == span


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "is not a date", 'write "2026-12-24"'),
        ("2026-12-24..", "is not a date", 'write "2026-12-24"'),
        ("24.12.2026", "is not a date", 'write "2026-12-24"'),
        ("2026-01-01..2026-01-02..2026-01-03", "has more than two ends", "december 24"),
        ("2026-12-24..january 6", "has a year at one end only", "write both ends with a year"),
        ("december 24..2027-01-06", "has a year at one end only", "or none of them"),
        ("2026-12-31..2026-12-24", "ends before it begins", 'write "2026-12-24..2026-12-31"'),
        ("dec 31..december 24", "ends before it begins", 'write "december 24..december 31"'),
        ("2026-02-30", "there is no 2026-02-30", "year-month-day"),
        ("1969-12-31", "lies outside the years 1970 to 2199", "mend the year"),
        ("2200-01-01", "lies outside the years 1970 to 2199", "mend the year"),
        ("decmber 24", "has no month: decmber", 'did you mean "december 24"?'),
        ("xyz 24", "has no month: xyz", 'write "2026-12-24"'),
        ("june 31", "there is no june 31", "june has days 1 to 30"),
        ("feb 0", "there is no feb 0", "february has days 1 to 29"),
    ],
)
def test_what_is_no_date_is_refused_with_the_mend(text: str, message: str, hint: str) -> None:
    """The value goes with the error, so that its place in a list can be found."""
    with pytest.raises(CalendarError) as caught:
        read_span(text)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.value == text


def test_only_dates_with_a_year_are_dated() -> None:
    """Days of every year say nothing about a certain one."""
    assert [is_dated(read_span(text)) for text in ("2026-12-24", "2026-12-24..2026-12-31")] == [True, True]
    assert [is_dated(read_span(text)) for text in ("december 24", "december 24..january 6")] == [False, False]


def test_several_are_joined() -> None:
    """Over the new year too, and none of them means no date."""
    mask = mask_of([read_span("december 31..january 1"), read_span("2026-12-24"), read_span("2027-01-05")], 2026)
    assert list(dates_of(mask, 2026)) == [date(2026, 1, 1), EVE, date(2026, 12, 31)]
    assert mask_of([], 2026) == 0
