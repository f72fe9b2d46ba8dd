"""The dates of an ``.ics`` file."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.timetable.calendars.ics import LARGEST, ParsedIcs, parse_ics
from daemon.timetable.calendars.problems import IcsError
from daemon.timetable.recurrence.year import dates_of

NEW_YEAR = "DTSTART;VALUE=DATE:20270101"
RULE = r"FREQ=(YEARLY|DAILY);(COUNT|INTERVAL|UNTIL|BYDAY|WKST)=[A-Z0-9,/-]{0,9}"
TIMED = ["DTSTART:20270105T090000Z"]


def calendar(*events: list[str]) -> str:
    """A text with these events."""
    lines = [line for event in events for line in ("BEGIN:VEVENT", *event, "END:VEVENT")]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def dates(*events: list[str]) -> list[str]:
    """All dates of these events."""
    return [str(day) for year, bits in parse_ics(calendar(*events)).years for day in dates_of(bits, year)]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ([NEW_YEAR], ["2027-01-01"]),
        (["DTSTART:20261231", "DTEND:20270102"], ["2026-12-31", "2027-01-01"]),
        (["DTSTART:20270131", "DURATION:P2D", "RRULE:FREQ=YEARLY;UNTIL=20270131"], ["2027-01-31", "2027-02-01"]),
        ([NEW_YEAR, "RRULE:FREQ=WEEKLY;UNTIL=20270115", "EXDATE:20270108"], ["2027-01-01", "2027-01-15"]),
        ([NEW_YEAR, "RRULE:FREQ=WEE", " KLY;COUNT=2"], ["2027-01-01", "2027-01-08"]),
        (["DTSTART:19691230", "DTEND:19700102"], ["1970-01-01"]),
        (["DTSTART:21991231", "DURATION:P3D"], ["2199-12-31"]),
    ],
)
def test_every_date_of_an_all_day_event_counts(event: list[str], expected: list[str]) -> None:
    """Of several days, over the new year, repeated, folded; in the years 1970 to 2199."""
    assert dates(event) == expected


def test_events_overlap_and_move() -> None:
    """Each date counts once; a moved one counts where it was moved to, and a cancelled one not at all."""
    series = [NEW_YEAR, "UID:a", "RRULE:FREQ=DAILY;COUNT=4"]
    moved = ["DTSTART:20270110", "UID:a", "RECURRENCE-ID;VALUE=DATE:20270102"]
    cancelled = ["DTSTART:20270103", "UID:a", "RECURRENCE-ID;VALUE=DATE:20270103", "STATUS:CANCELLED"]
    assert dates(series, moved, cancelled, [NEW_YEAR]) == ["2027-01-01", "2027-01-04", "2027-01-10"]


def test_events_at_a_time_of_day_are_noted() -> None:
    """Each with its line; they say nothing about dates."""
    found = parse_ics(calendar(TIMED, [NEW_YEAR], TIMED))
    assert found.years == ((2027, 1),)
    assert [(it.line, it.message) for it in found.findings] == [
        (3, "an event at a time of day does not count"),
        (9, "an event at a time of day does not count"),
    ]
    assert found.findings[0].hint == "make it last all day"


def test_the_dates_alone_make_two_files_equal() -> None:
    """How they are written does not matter, nor what does not count."""
    one = parse_ics(calendar([NEW_YEAR, "DURATION:P2D"]))
    other = parse_ics(calendar(TIMED, [NEW_YEAR], ["DTSTART:20270102", "SUMMARY:x"]))
    assert (one, hash(one)) == (other, hash(other))
    assert one != parse_ics(calendar([NEW_YEAR]))


def test_a_year_is_looked_up() -> None:
    """Years between, before and behind those that have dates have none."""
    found = ParsedIcs(((2026, 5), (2028, 7)))
    assert [found.mask(year) for year in range(2025, 2030)] == [0, 5, 0, 7, 0]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("not a calendar", 1, "is no line of a calendar"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", 1, "the calendar has no event"),
        (calendar(TIMED), 3, "only events at a time of day"),
        (calendar([NEW_YEAR, "STATUS:CANCELLED"]), 3, "no event has any date"),
        (calendar(["DTSTART:19690101"]), 3, "no event has any date"),
        (calendar(["DTSTART:99991231", "DURATION:P99999D"]), 3, "no event has any date"),
        (calendar([NEW_YEAR, "EXDATE:20270101"]), 3, "no event has any date"),
        (calendar([NEW_YEAR, "RRULE:FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=31"]), 3, "no event has any date"),
        ("x" * (LARGEST + 1), 1, "2,000,001 characters, of at most 2,000,000"),
    ],
)
def test_a_file_without_dates_is_refused(text: str, line: int, message: str) -> None:
    """With the line and a mend; what has no date ever, and what is too large, among it."""
    with pytest.raises(IcsError) as caught:
        parse_ics(text)
    assert caught.value.line == line
    assert message in caught.value.message
    assert caught.value.hint


def test_endless_series_end_with_the_years_that_are_looked_at() -> None:
    """Sixty such rules would do; the dates of one of them show it."""
    assert dates(["DTSTART:21980105", "RRULE:FREQ=YEARLY"]) == ["2198-01-05", "2199-01-05"]
    assert dates([NEW_YEAR, "RRULE:FREQ=YEARLY"])[-1] == "2199-01-01"


def test_a_file_cannot_ask_for_any_amount_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its events share one budget: a file that would use it up is refused at the rule that does."""
    monkeypatch.setattr("daemon.timetable.calendars.ics.MOST_LOOKED_AT", 7 * 200)
    endless = [NEW_YEAR, "RRULE:FREQ=YEARLY"]
    assert len(dates(endless)) == 173
    with pytest.raises(IcsError, match="repeat too often") as caught:
        dates(endless, endless)
    assert caught.value.line == 9


def test_a_file_may_have_a_thousand_birthdays() -> None:
    """Each of every year, begun in 1604 as some programs write it."""
    born = [[f"DTSTART:1604{1 + index % 12:02}15", "RRULE:FREQ=YEARLY"] for index in range(1000)]
    assert len(dates(*born)) == 230 * 12


def test_a_file_cannot_have_any_number_of_long_events() -> None:
    """What lasts counts too: the first event beyond the budget is named."""
    ages = [["DTSTART:19700101", "DTEND:21991231"] for _ in range(60)]
    assert len(dates(*ages[:40])) == 84_005
    with pytest.raises(IcsError, match="last too long") as caught:
        parse_ics(calendar(*ages))
    assert caught.value.line == 3 + 4 * (4_000_000 // 84_005)


def test_deep_nesting_and_long_lists_are_read_in_one_pass() -> None:
    """Neither recursion nor a search that begins again for every line."""
    with pytest.raises(IcsError, match="does not end"):
        parse_ics("BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 20_000)
    listed = ",".join(["20270102"] * 10_000)
    assert dates([NEW_YEAR, f"RDATE:{listed}"]) == ["2027-01-01", "2027-01-02"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "STATUS", "RECURRENCE-ID"]),
            st.sampled_from(["", ";VALUE=DATE", ";TZID=UTC", ';X="a:b"', ";;", ";RANGE=THISANDFUTURE"]),
            st.one_of(
                st.text(max_size=12),
                st.from_regex(r"(2027|9999|0001)(0[1-9]|1[0-3])(0[1-9]|3[0-2])", fullmatch=True),
                st.from_regex(RULE, fullmatch=True),
            ),
        ),
        max_size=5,
    )
)
def test_whatever_a_file_says_it_has_dates_or_an_error_with_its_line(lines: list[tuple[str, str, str]]) -> None:
    """No text makes anything else go wrong."""
    text = calendar([NEW_YEAR, "UID:a"], ["".join([*line[:2], ":", line[2]]) for line in lines])
    refusal: IcsError | None = None
    try:
        assert date(2027, 1, 1) in dates_of(parse_ics(text).mask(2027), 2027)
    except IcsError as error:
        refusal = error
    assert refusal is None or (refusal.line >= 1 and refusal.hint)
