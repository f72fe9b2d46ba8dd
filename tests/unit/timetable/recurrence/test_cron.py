from __future__ import annotations

from datetime import time

import pytest

from daemon.timetable.recurrence.cron import CronError, read_cron
from daemon.timetable.recurrence.year import dates_of


def dates(expression: str, year: int = 2026) -> list[str]:
    """The dates of a year that an expression names, without the year."""
    return [day.strftime("%m-%d") for day in dates_of(read_cron(expression).days.mask(year), year)]


def test_an_expression_is_kept_with_single_blanks_and_small_letters() -> None:
    """What means the same is the same value."""
    assert read_cron("  0 20  *\t* MON-FRI ").expression == "0 20 * * mon-fri"
    assert read_cron("0 20 * * MON") == read_cron("0  20 * * mon")


def test_times_are_all_minutes_of_all_hours() -> None:
    """In order."""
    assert read_cron("0,30 8-9 * * *").times == (time(8), time(8, 30), time(9), time(9, 30))


def test_sunday_is_zero_and_seven() -> None:
    """By crontab(5)."""
    assert dates("0 0 * * 0") == dates("0 0 * * 7") == dates("0 0 * * sun")
    assert dates("0 0 * 1 5-7") == dates("0 0 * 1 0,5,6")


def test_two_restricted_day_fields_are_joined_by_or() -> None:
    """The first of the month and every Monday; a field that begins with * restricts nothing."""
    assert dates("0 0 1 2 1") == ["02-01", "02-02", "02-09", "02-16", "02-23"]
    assert dates("0 0 * 2 1") == ["02-02", "02-09", "02-16", "02-23"]
    assert dates("0 0 1 2 *") == ["02-01"]
    assert dates("0 0 */7 2 0") == ["02-01", "02-08", "02-15", "02-22"]


def test_a_date_that_a_year_lacks_is_left_out() -> None:
    """29 February is due in leap years only."""
    assert dates("0 0 29 2 *") == []
    assert dates("0 0 29 2 *", 2028) == ["02-29"]


@pytest.mark.parametrize(
    ("expression", "is_elapsed"),
    [("0 * * * *", True), ("0 */2 * * *", True), ("*/5 2 * * *", False), ("0 0-23 * * *", False), ("0 2 * * *", False)],
)
def test_the_hour_field_decides_whether_real_hours_count(expression: str, is_elapsed: bool) -> None:
    """Fixed hours are wall times, a wildcard counts real hours."""
    assert read_cron(expression).is_elapsed is is_elapsed


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("60 20 * * *", "60"),
        ("0 24 * * *", "24"),
        ("0 20 0 * *", "0"),
        ("0 20 * 13 *", "13"),
        ("0 20 * * 8", "8"),
        ("0 20 * foo *", "foo"),
        ("0 20 L * *", "L"),
        ("0 20 LW * *", "LW"),
        ("0 20 * * 5L", "5L"),
        ("0 20 * * 5#2", "5#2"),
        ("5/10 20 * * *", "5/10"),
        ("0 20 * * mon/2", "mon/2"),
        ("*/0 20 * * *", "*/0"),
        ("0 20 * * fri-mon", "fri-mon"),
        ("0 20 30 2 *", "30"),
        ("0 20 31 4,6 *", "31"),
        ("٣ 20 * * *", "٣"),
        ("0 " + "1" * 5000 + " * * *", "1" * 5000),
    ],
)
def test_a_wrong_field_is_named_in_its_place(expression: str, found: str) -> None:
    """Out of range, beyond crontab(5), or a day that no named month has."""
    with pytest.raises(CronError) as caught:
        read_cron(expression)
    assert expression[caught.value.start : caught.value.end] == found
    assert caught.value.hint


@pytest.mark.parametrize("expression", ["", "0 20 * *", "0 0 20 * * 1-5", "@daily", " @reboot"])
def test_other_than_five_fields_are_refused(expression: str) -> None:
    """No seconds and no nicknames."""
    with pytest.raises(CronError, match=r"five fields|nicknames"):
        read_cron(expression)
