"""Sets of days that a calendar decides about: bound to calendars, and what those say."""

from __future__ import annotations

from datetime import date

import pytest

from daemon.timetable.calendars.build import build, country_calendar
from daemon.timetable.calendars.definition import Definition
from daemon.timetable.calendars.spans import read_span
from daemon.timetable.recurrence.binding import (
    Calendars,
    asks_calendar,
    bound,
    calendars_in,
    names_holidays,
    names_in,
    needs_own,
    said_of,
)
from daemon.timetable.recurrence.days import Days, Holidays, Named, NthWorkday, Shifted, Weekdays, Workdays
from daemon.timetable.recurrence.sets import any_of, shifted, weekdays
from daemon.timetable.recurrence.year import dates_of

GERMANY = country_calendar("DE")
EXAMS = build(Definition("exams", dates=(read_span("2026-12-24..2026-12-31"),)))
CALENDARS = Calendars(GERMANY, {"exams": EXAMS})


@pytest.mark.parametrize("days", [Workdays(), Holidays(), NthWorkday(1), Named("exams"), shifted(Holidays(), -1)])
def test_a_set_without_its_calendar_gives_no_dates(days: Days) -> None:
    """It would have to guess."""
    with pytest.raises(TypeError, match="no calendar"):
        days.mask(2026)


def test_a_calendar_that_is_not_known_is_no_set_of_dates() -> None:
    """Whoever reads sentences lets no such name through."""
    with pytest.raises(KeyError):
        bound(Named("term"), CALENDARS)


@pytest.mark.parametrize(
    ("days", "january_and_last_week"),
    [
        (Holidays(), "01-01 12-25 12-26"),
        (Shifted(-1, Holidays()), "12-24 12-25 12-31"),
        (NthWorkday(1), "01-02"),
        (NthWorkday(-1), "12-31"),
        (Named("exams"), "12-24 12-25 12-26 12-27 12-28 12-29 12-30 12-31"),
        (any_of([Holidays(), shifted(Named("exams"), 1)]), "01-01 12-25 12-26 12-27 12-28 12-29 12-30 12-31"),
        (any_of([weekdays({3}), Holidays()]), "01-01 12-24 12-25 12-26 12-31"),
    ],
)
def test_a_bound_set_gives_its_calendars_dates(days: Days, january_and_last_week: str) -> None:
    """Parts of lists and shifted ones too; over the new year as well."""
    found = dates_of(bound(days, CALENDARS).mask(2026), 2026)
    shown = [f"{day:%m-%d}" for day in found if day <= date(2026, 1, 2) or day >= date(2026, 12, 24)]
    assert " ".join(shown) == january_and_last_week


def test_what_asks_which_calendar_is_known_without_it() -> None:
    """The pool's own, one by its name, or none."""
    mixed = any_of([weekdays({0}), Shifted(1, Holidays()), Named("exams")])
    assert (needs_own(mixed), asks_calendar(mixed), names_holidays(mixed), names_in(mixed)) == (
        True,
        True,
        True,
        frozenset({"exams"}),
    )
    assert (needs_own(Named("x")), asks_calendar(Named("x")), names_holidays(Workdays())) == (False, True, False)
    assert not asks_calendar(Weekdays(frozenset({0})))
    assert calendars_in(bound(mixed, CALENDARS)) == (EXAMS, GERMANY)
    assert calendars_in(mixed) == ()


def test_what_calendars_say_of_the_date_that_counts() -> None:
    """Of the day before Christmas it is Christmas that is asked about."""
    days = bound(any_of([shifted(Holidays(), -1), Named("exams"), weekdays({3})]), CALENDARS)
    assert sorted(said_of(days, date(2026, 12, 24))) == [
        "2026-12-24 in exams (exams)",
        "2026-12-25 Christmas Day (DE)",
    ]
