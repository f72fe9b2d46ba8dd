from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from daemon.timetable.actions import Action, ActionType
from daemon.timetable.language import format_policy, parse_policy
from daemon.timetable.policy import NO_CATCH_UP, Policy
from daemon.timetable.recurrence.cron import Cron
from daemon.timetable.recurrence.days import EveryDay, YearDay
from daemon.timetable.recurrence.sets import any_of, weekdays
from daemon.timetable.recurrence.times import OnDays

EVENING = OnDays(EveryDay(), (time(20),))


def canonical(sentence: str) -> str:
    """The canonical form."""
    return format_policy(parse_policy(sentence))


@pytest.mark.parametrize("sentence", ["stop at 20:00 SOFT", "start weekdays 07:30"])
def test_the_two_sentences_that_everyone_writes_first_are_canonical(sentence: str) -> None:
    """They are read, and written back as they are."""
    assert canonical(sentence) == sentence


def test_every_clause_is_read() -> None:
    """One sentence with all of them, in an order of its own."""
    assert parse_policy(
        "reboot in Asia/Shanghai HARD from 2026-12-01 until 2027-01-31 on weekends except december 24 during december, "
        "spread 20m, retry for 1h, catch up 10m at 04:00"
    ) == Policy(
        action=Action.REBOOT,
        when=OnDays(weekdays({5, 6}), (time(4),)),
        type=ActionType.HARD,
        zone="Asia/Shanghai",
        starts=date(2026, 12, 1),
        ends=date(2027, 1, 31),
        during=parse_policy("stop 20:00 during december").during,
        except_=YearDay(12, 24),
        spread=timedelta(minutes=20),
        retry_for=timedelta(hours=1),
        catch_up=timedelta(minutes=10),
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "STOP AT 20:00",
        "stop, daily, 20:00",
        "stop every day at 20:00",
        "  stop \t on daily\n20:00 , ",
        "stop mon-sun 20:00",
        "stop weekdays and weekends 20:00",
        "stop tue-mon 20:00",
        "stop 20:00, 20:00:00 and 20:00",
    ],
)
def test_there_are_many_ways_to_say_every_day_at_eight(sentence: str) -> None:
    """Case, blanks, commas, the little words and the way the week is put do not matter."""
    assert parse_policy(sentence) == Policy(Action.STOP, EVENING)


@pytest.mark.parametrize(
    ("days", "written"),
    [
        ("mondays", "mon"),
        ("on every Friday", "fri"),
        ("mon,wed and fri", "mon, wed, fri"),
        ("fri-mon", "fri-mon"),
        ("monday – wednesday", "mon-wed"),
        ("mon, tue, wed, sun", "sun-wed"),
        ("tue, thurs", "tue, thu"),
        ("weekend", "weekends"),
        ("weekdays, sat", "mon-sat"),
        ("first monday of the month", "first monday"),
        ("every first monday", "first monday"),
        ("every second friday of every month", "second friday"),
        ("the last day of the month", "last day"),
        ("the first day", "day 1"),
        ("first, third and last tuesday", "first tuesday, third tuesday, last tuesday"),
        ("friday and first monday", "fri, first monday"),
        ("day 1, 15", "day 1, 15"),
        ("days 1-5 and 15", "day 1..5, 15"),
        ("december 24, 25 and 31", "december 24, december 25, december 31"),
        ("dec 24..26", "december 24..26"),
        ("december 24..january 6", "december 24..january 6"),
        ("sept 1..sept 1", "september 1"),
        ("february 29", "february 29"),
        ("2026-12-24, 2026-12-28..2026-12-31", "2026-12-24, 2026-12-28..2026-12-31"),
        ("2026-12-24 - 2026-12-31", "2026-12-24..2026-12-31"),
        ("the day before december 24", "the day before december 24"),
        ("day after 2026-12-24", "the day after 2026-12-24"),
        ("the day before monday", "sun"),
        ("the day before the last friday of the month", "the day before last friday"),
        ("the day before day 1", "the day before day 1"),
        ("the day before the day before december 24", "the day before the day before december 24"),
        ("the day after the day before december 24", "december 24"),
        ("mon and the day before december 24 and the day before january 1",
         "mon, the day before january 1, the day before december 24"),
    ],
)  # fmt: skip
def test_days_are_read_and_written_in_one_form(days: str, written: str) -> None:
    """What means the same is written the same, with "at" where the days end in a number."""
    at = "at " if written[-1].isdigit() else ""
    assert canonical(f"stop {days} 20:00") == f"stop {written} {at}20:00"


@pytest.mark.parametrize(
    ("limit", "written"),
    [
        ("during march, june", "during march, june"),
        ("during nov-feb", "during january, february, november, december"),
        ("during 2026-06-01..2026-08-31", "during 2026-06-01..2026-08-31"),
        ("during december 24 and january", "during january, december 24"),
        ("except fridays", "except fri"),
        ("except on friday, december 24", "except fri, december 24"),
        ("except every friday", "except fri"),
        ("except day 1, 15, during june", "during june except day 1, 15"),
    ],
)
def test_limits_and_exceptions_take_lists_of_days_and_months(limit: str, written: str) -> None:
    """Day words behind them belong to them."""
    assert canonical(f"stop {limit} 20:00") == f"stop at 20:00 {written}"


def test_day_words_behind_except_belong_to_it() -> None:
    """The list goes on behind a comma; the days of the policy begin anew with "on"."""
    assert canonical("stop except fri, sat on weekdays 20:00") == "stop weekdays 20:00 except fri, sat"


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ("at 12:00 and 18:30", (time(12), time(18, 30))),
        ("18:30, 7:05", (time(7, 5), time(18, 30))),
        ("00:00", (time(0),)),
        ("23:59:59", (time(23, 59, 59),)),
    ],
)
def test_times_are_read_to_the_second_and_put_in_order(times: str, expected: tuple[time, ...]) -> None:
    """HH:MM, HH:MM:SS and lists of them."""
    assert parse_policy(f"stop {times}").when == OnDays(EveryDay(), expected)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_cron_stands_in_quotes_of_either_kind(quote: str) -> None:
    """It takes the place of days and times, and goes with every other clause."""
    policy = parse_policy(f"stop cron {quote}0 20 * * 1-5{quote} HARD except december 24")
    assert policy.when == Cron("0 20 * * 1-5")
    assert format_policy(policy) == "stop cron '0 20 * * 1-5' HARD except december 24"


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ("retry 90m", "retry for 1h30m"),
        ("no catch up", "no catch-up"),
        ("no catchup", "no catch-up"),
        ("catch-up 2h", "catch up 2h"),
        ("catchup 26h", "catch up 1d2h"),
        ("spread over 20m", "spread 20m"),
        ("soft", "SOFT"),
        ("in NZ-CHAT", "in NZ-CHAT"),
        ("in etc/gmt+5", "in Etc/GMT+5"),
        ("in UTC", "in UTC"),
    ],
)
def test_options_are_read_and_written_in_one_form(options: str, written: str) -> None:
    """The little words are optional; lengths are written in their shortest form."""
    assert canonical(f"stop {options} 20:00") == f"stop at 20:00 {written}"


def test_restart_is_reboot() -> None:
    """Two words for one action."""
    assert parse_policy("restart 04:00").action is Action.REBOOT


def test_no_catch_up_is_said_and_not_unsaid() -> None:
    """It differs from a policy that is silent."""
    assert parse_policy("stop 20:00 no catch-up").catch_up == NO_CATCH_UP
    assert parse_policy("stop 20:00").catch_up is None


def test_months_and_days_together_limit_to_either() -> None:
    """A list is any of its items."""
    assert parse_policy("stop 20:00 during june and mon").during == any_of(
        [weekdays({0}), parse_policy("stop 20:00 during june").during or EveryDay()]
    )
