"""What a calendar says of each date."""

from __future__ import annotations

from datetime import date

import pytest

from daemon.timetable.calendars.build import build, country_calendar
from daemon.timetable.calendars.calendar import WITHOUT_HOLIDAYS, Calendar
from daemon.timetable.calendars.definition import Definition
from daemon.timetable.calendars.ics import ParsedIcs
from daemon.timetable.calendars.published import Gap, Lack
from daemon.timetable.calendars.spans import Span, read_span
from daemon.timetable.recurrence.year import dates_of, new_year


def spans(*texts: str) -> tuple[Span, ...]:
    """The dates that texts name."""
    return tuple(read_span(text) for text in texts)


def is_in(bits: int, day: date) -> bool:
    """True where the bit of a date is set."""
    return bool(bits >> day.toordinal() - new_year(day.year) & 1)


def kind(calendar: Calendar, text: str) -> str:
    """What a date is: one of two letters for workday and holiday, in that order, or none."""
    day = date.fromisoformat(text)
    found = [("w", calendar.workdays), ("h", calendar.holidays), ("e", calendar.weekend)]
    return "".join(letter for letter, mask in found if is_in(mask(day.year), day))


OURS = build(
    Definition(
        "ours",
        country="CN",
        holidays=spans("2024-02-18", "2024-03-04", "2024-03-05", "2024-03-09", "2024-03-06"),
        except_=spans("2024-05-01", "2024-03-05", "2024-04-28", "2024-10-05"),
        workdays=spans("2024-10-01", "2024-03-16", "2024-03-06..2024-03-07", "2024-05-02"),
    )
)


@pytest.mark.parametrize(
    ("day", "what", "said"),
    [
        ("2024-03-08", "w", "workday"),
        ("2024-03-10", "e", "weekend"),
        ("2024-03-04", "h", "holiday"),
        ("2024-03-09", "he", "holiday"),
        ("2024-06-10", "h", "Dragon Boat Festival"),
        # The country's own make-up day, and one that the file makes a holiday again.
        ("2024-02-04", "we", "make-up working day"),
        ("2024-02-18", "he", "holiday"),
        # Taken out: the country's, its own, and what is no holiday anyway.
        ("2024-05-01", "w", "workday, Labor Day taken out"),
        ("2024-03-05", "w", "workday"),
        ("2024-10-05", "e", "weekend"),
        ("2024-04-28", "we", "make-up working day"),
        # Worked, whatever else is said.
        ("2024-10-01", "w", "make-up working day"),
        ("2024-05-02", "w", "make-up working day"),
        ("2024-03-16", "we", "make-up working day"),
        ("2024-03-06", "w", "make-up working day"),
        ("2024-03-07", "w", "make-up working day"),
    ],
)
def test_of_several_statements_the_most_particular_wins(day: str, what: str, said: str) -> None:
    """The file's workdays, its exceptions, its holidays, the country's make-up days, its holidays, the week."""
    assert kind(OURS, day) == what
    assert OURS.says(date.fromisoformat(day)) == said


def test_no_date_is_both_a_workday_and_a_holiday() -> None:
    """In any year, of any calendar."""
    for calendar in (OURS, WITHOUT_HOLIDAYS, country_calendar("CN"), country_calendar("IL")):
        for year in (2023, 2024, 2025):
            assert not calendar.workdays(year) & calendar.holidays(year)


def test_without_a_calendar_monday_to_friday_are_workdays() -> None:
    """And there are no holidays."""
    assert [kind(WITHOUT_HOLIDAYS, f"2024-12-{day}") for day in range(25, 30)] == ["w", "w", "w", "e", "e"]
    assert WITHOUT_HOLIDAYS.says(date(2024, 12, 25)) == "workday"
    assert WITHOUT_HOLIDAYS.gap(2030) is None


def test_a_weekend_of_its_own_replaces_the_countrys() -> None:
    """In every year; none at all is one too."""
    friday = build(Definition("a", country="DE", weekend=frozenset({4})))
    assert [kind(friday, f"2024-03-0{day}") for day in range(1, 4)] == ["e", "w", "w"]
    none = build(Definition("a", weekend=frozenset()))
    assert (none.weekend(2024), none.workdays(2024)) == (0, (1 << 366) - 1)


PLAIN = build(
    Definition(
        "exams",
        dates=spans("2027-01-18..2027-01-20", "december 24"),
        except_=spans("2027-01-19"),
        ics=ParsedIcs(((2027, 1),)),
    )
)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2027-01-18", "in exams"),
        ("2027-01-01", "in exams"),
        ("2030-12-24", "in exams"),
        ("2027-01-19", "not in exams"),
        ("2027-01-23", "not in exams, weekend"),
    ],
)
def test_a_plain_set_has_dates_and_no_holidays(day: str, said: str) -> None:
    """Its name as a day word means these dates."""
    assert PLAIN.says(date.fromisoformat(day)) == said
    assert is_in(PLAIN.dates(int(day[:4])), date.fromisoformat(day)) is said.startswith("in")


def test_a_plain_set_can_be_worked() -> None:
    """A make-up day is said to be one there too."""
    both = build(Definition("a", dates=spans("2027-01-18"), workdays=spans("2027-01-23")))
    assert both.says(date(2027, 1, 23)) == "make-up working day"
    assert list(dates_of(both.dates(2027), 2027)) == [date(2027, 1, 18)]


def test_the_name_of_a_countrys_calendar_means_its_holidays() -> None:
    """With those of a calendar file added."""
    both = build(Definition("a", country="DE", ics=ParsedIcs(((2027, 2),))))
    assert list(dates_of(both.dates(2027), 2027))[:2] == [date(2027, 1, 1), date(2027, 1, 2)]
    assert both.says(date(2027, 1, 2)) == "holiday"
    assert both.says(date(2027, 1, 1)) == "New Year's Day"
    assert both.name == "a"


def test_a_weekend_holiday_that_is_taken_out_is_still_weekend() -> None:
    """It says of which holiday."""
    found = build(Definition("a", country="DE", except_=spans("2026-12-26")))
    assert found.says(date(2026, 12, 26)) == "weekend, Second Day of Christmas taken out"


def test_categories_add_holidays() -> None:
    """To the country's public ones."""
    ordinary, catholic = country_calendar("DE-BY"), build(Definition("a", country="DE-BY", categories=("catholic",)))
    assert ordinary.holidays(2024) & catholic.holidays(2024) == ordinary.holidays(2024)
    assert ordinary.holidays(2024) != catholic.holidays(2024)


@pytest.mark.parametrize("year", [1970, 2199])
@pytest.mark.parametrize("code", ["CN", "IN", "IL", "DE-BE"])
def test_any_year_can_be_asked(code: str, year: int) -> None:
    """What is beyond the known data is ordinary; the years around are asked too, for days before and after."""
    found = country_calendar(code)
    for near in (year - 1, year, year + 1):
        assert found.workdays(near).bit_count() > 200
        assert found.is_published(near) is (found.gap(near) is None)


@pytest.mark.parametrize(
    ("more", "has_gap"),
    [
        (Definition("a", country="CN"), True),
        (Definition("a", country="CN", holidays=spans("2100-10-01")), False),
        (Definition("a", country="CN", workdays=spans("2099-12-31..2100-01-02")), False),
        (Definition("a", country="CN", ics=ParsedIcs(((2100, 1),))), False),
        (Definition("a", country="CN", ics=ParsedIcs(((2099, 1),))), True),
        (Definition("a", country="CN", holidays=spans("2099-10-01")), True),
        (Definition("a", country="CN", holidays=spans("october 1")), True),
        (Definition("a", country="CN", except_=spans("2100-10-01")), True),
        (Definition("a", holidays=spans("october 1")), False),
    ],
)
def test_nothing_is_missing_where_the_file_gives_dates_of_the_year(more: Definition, has_gap: bool) -> None:
    """Holidays, workdays or a calendar file; days of every year, and exceptions, do not show that one has looked."""
    found = build(more)
    assert found.gap(2100) == (Gap(Lack.DECREE) if has_gap else None)
    assert found.is_published(2100) is not has_gap


def test_calendars_are_equal_by_value() -> None:
    """Whoever made them; the name is part of it, since days are called by it."""
    one = Calendar(Definition("a", holidays=spans("2026-12-24")))
    same = Calendar(Definition("a", holidays=spans("2026-12-24")))
    assert one is not same
    assert one == one  # noqa: PLR0124 - the short cut for the same object
    assert (one, hash(one)) == (same, hash(same))
    assert one != Calendar(Definition("b", holidays=spans("2026-12-24")))
    assert one != Calendar(Definition("a", holidays=spans("2026-12-25")))
    assert one != Calendar(one.definition, country_calendar("DE").place)
    assert one != "a"
    assert len({one, same}) == 1
    assert "_hash" not in repr(one)


def test_two_of_the_same_hash_are_still_told_apart() -> None:
    """The hash only saves time."""
    one, other = Calendar(Definition("a", weekend=frozenset({1}))), Calendar(Definition("a", weekend=frozenset({2})))
    object.__setattr__(other, "_hash", hash(one))
    assert hash(one) == hash(other)
    assert one != other


def test_the_identity_is_that_of_the_definition_and_the_place() -> None:
    """Sixty-four hexadecimal digits."""
    assert country_calendar("DE").identity != country_calendar("DE-BE").identity
    assert len(bytes.fromhex(WITHOUT_HOLIDAYS.identity)) == 32
