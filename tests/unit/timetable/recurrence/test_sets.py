from __future__ import annotations

from datetime import date

import pytest

from daemon.timetable.recurrence.cron import read_cron
from daemon.timetable.recurrence.days import (
    LAST,
    AnyOf,
    DateSpan,
    EveryDay,
    MonthDays,
    Months,
    Nth,
    OnDate,
    Shifted,
    Weekdays,
    YearDay,
    YearSpan,
)
from daemon.timetable.recurrence.sets import any_of, date_span, months, nth, shifted, weekdays, year_span

MONDAY, TUESDAY = weekdays({0}), weekdays({1})
NEW_YEAR, CHRISTMAS = YearDay(1, 1), YearDay(12, 24)


def test_days_of_one_kind_become_one_set() -> None:
    """Weekdays, months and days of the month are joined; one set alone stands for itself."""
    assert any_of([MONDAY, TUESDAY]) == Weekdays(frozenset({0, 1}))
    assert any_of([months({1}), months({2})]) == Months(frozenset({1, 2}))
    assert any_of([MonthDays(frozenset({1})), MonthDays(frozenset({15}))]) == MonthDays(frozenset({1, 15}))


def test_all_of_a_kind_is_every_day() -> None:
    """Seven weekdays or twelve months are every day, and every day takes up everything beside it."""
    assert weekdays(range(7)) == EveryDay()
    assert any_of([weekdays(range(5)), weekdays({5, 6})]) == EveryDay()
    assert months(range(1, 13)) == EveryDay()
    assert any_of([months(range(1, 7)), months(range(7, 13)), CHRISTMAS]) == EveryDay()
    assert any_of([EveryDay(), CHRISTMAS]) == EveryDay()


def test_order_and_doubles_do_not_matter() -> None:
    """Equal sets are equal values whichever way they were said."""
    one = [
        MONDAY, CHRISTMAS, NEW_YEAR, nth(LAST, 4), nth(1, 0), months({3}), MonthDays(frozenset({3})),
        OnDate(date(2026, 1, 2)), OnDate(date(2026, 1, 1)), DateSpan(date(2026, 1, 1), date(2026, 1, 2)),
        YearSpan(CHRISTMAS, NEW_YEAR), shifted(CHRISTMAS, -1), shifted(NEW_YEAR, -1),
        shifted(MonthDays(frozenset({4, 5})), 1), shifted(months({1}), 1), shifted(months({2}), 1),
    ]  # fmt: skip
    parts = any_of(one)
    assert parts == any_of([any_of(one[5:]), any_of(reversed(one))])
    assert isinstance(parts, AnyOf)
    assert parts.parts[0] == MONDAY


def test_a_shift_is_said_in_one_way() -> None:
    """Weekdays turn, lists are shifted part by part, shifts add up and cancel out."""
    assert shifted(MONDAY, -1) == weekdays({6})
    assert shifted(EveryDay(), 1) == EveryDay()
    assert shifted(CHRISTMAS, 0) == CHRISTMAS
    assert shifted(shifted(CHRISTMAS, -1), 1) == CHRISTMAS
    assert shifted(shifted(CHRISTMAS, -1), -1) == Shifted(-2, CHRISTMAS)
    assert shifted(any_of([MONDAY, CHRISTMAS]), -1) == any_of([weekdays({6}), Shifted(-1, CHRISTMAS)])
    assert shifted(MonthDays(frozenset({1})), -1) == Shifted(-1, MonthDays(frozenset({1})))


def test_spans_and_ordinals_of_one_day_are_that_day() -> None:
    """The first day of the month is day 1, and a span from a day to itself is the day; the last day stays."""
    assert nth(1, None) == MonthDays(frozenset({1}))
    assert nth(LAST, None) == Nth(LAST, None)
    assert date_span(date(2026, 1, 1), date(2026, 1, 1)) == OnDate(date(2026, 1, 1))
    assert year_span(CHRISTMAS, CHRISTMAS) == CHRISTMAS


def test_only_what_the_language_has_goes_into_a_list() -> None:
    """The dates of a cron expression stand for themselves."""
    with pytest.raises(TypeError, match="no place"):
        any_of([read_cron("0 0 * * *").days, CHRISTMAS])
