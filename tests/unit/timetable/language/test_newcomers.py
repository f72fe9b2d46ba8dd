"""What people write who have not read the manual: one problem each, with what to write instead."""

from __future__ import annotations

import pytest

from daemon.timetable.language import PolicyError, Problem, format_policy, parse_policy, policy_from_table


def problems(sentence: str) -> tuple[Problem, ...]:
    """What is wrong with a sentence."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(sentence)
    return caught.value.problems


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("stop at 20:00-21:00", "20:00-21:00", "one at 20:00 and one at 21:00"),
        ("start between 07:30 and 20:00", "between 07:30 and 20:00", "two policies"),
        ("start from 07:30 to 20:00", "from 07:30 to 20:00", "two policies"),
        ("start from 07:30 - 20:00", "from 07:30 - 20:00", "two policies"),
        ("stop at 8 p.m.", "8 p.m.", "write 20:00"),
        ("stop at 12 a.m.", "12 a.m.", "write 00:00"),
        ("stop at 20 Uhr", "20 Uhr", "write 20:00"),
        ("stop at 20:00 Uhr", "20:00 Uhr", "write 20:00"),
        ("stop at 20:00h", "20:00h", "write 20:00"),
        ("stop at 2000", "2000", "write 20:00"),
        ("start 730", "730", "write 07:30"),
        ("stop 20;00", "20;00", "write 20:00"),
        ("stop 20-00", "20-00", "write 20:00"),
        ("stop 20,00", "20,00", "write 20:00"),
        ("stop 20 00", "20 00", "write 20:00"),
        ("stop at 20", "20", "write 20:00"),
        ("stop at 7", "7", "write 07:00 or 19:00"),
        ("stop at 77", "77", "it like 20:00"),
        ("stop at 20:00:00.000", "20:00:00.000", "write 20:00:00"),
        ("stop at 20:00+01:00", "20:00+01:00", '"20:00 in Europe/Berlin"'),
        ("stop at 20:00Z", "20:00Z", '"20:00 in UTC"'),
        ('stop "20:00"', '"20:00"', "write 20:00"),
        ("stop at '20:00'", "'20:00'", "write 20:00"),
        ("stop at 'eight'", "'eight'", "20:00"),
        ("stop at Europe/Berlin", "Europe/Berlin", '"in Europe/Berlin"'),
        ("stop midnight", "midnight", "write 00:00"),
        ("stop tonight", "tonight", "22:00"),
        ("stop now", "now", "poolpower now"),
        ("stop in 2 hours", "in 2 hours", '"at 20:00"'),
        ("stop after 2h", "after 2h", '"at 20:00"'),
        ("stop 2026-12-24T20:00", "2026-12-24T20:00", '"2026-12-24 20:00"'),
        ("stop 2026-12-24T20:00:00Z", "2026-12-24T20:00:00Z", '"2026-12-24 20:00:00 in UTC"'),
        ("stop 2026-12-24T20:00+01:00", "2026-12-24T20:00+01:00", "in Europe/Berlin"),
        ("stop 2026-12-24T20:0:0:0", "2026-12-24T20:0:0:0", "2026-12-24 20:00"),
    ],
)
def test_times_of_other_notations_are_one_problem(sentence: str, place: str, mend: str) -> None:
    """Spans, halves of the day, offsets, dots and digits: no second error about what is meant."""
    _one(sentence, place, mend)


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("start every hour", "every hour", "cron '0 * * * *'"),
        ("start hourly", "hourly", "cron '0 * * * *'"),
        ("start every two hours", "every two hours", "at 08:00, 10:00, 12:00"),
        ("start every half an hour", "every half an hour", "cron '*/30 * * * *'"),
        ("start every 15m", "every 15m", "cron '*/15 * * * *'"),
        ("start every minute", "every minute", "cron '* * * * *'"),
        ("start every 30 seconds", "every 30 seconds", "shortest step"),
        ("stop 20:00 every week", "every week", '"every monday"'),
        ("stop 20:00 every second week", "every second week", '"every monday"'),
        ("stop 20:00 every 2 days", "every 2 days", '"mon, wed, fri"'),
        ("stop 20:00 every month", "every month", '"day 1"'),
        ("stop 20:00 every quarter", "every quarter", "january 1"),
        ("stop 20:00 every year", "every year", '"december 24"'),
        ("stop 0 20 * * 1-5", "0 20 * * 1-5", "cron '0 20 * * 1-5'"),
        ("stop '0 20 * * 1-5'", "'0 20 * * 1-5'", "cron '0 20 * * 1-5'"),
        ("stop @daily", "@daily", "cron '0 0 * * *'"),
        ("stop cron 0 20 * * mon", "cron 0 20 * * mon", "cron '0 20 * * mon'"),
        ("stop 20:00 @nothing", "@nothing", "expected"),
    ],
)
def test_intervals_and_bare_cron_are_one_problem(sentence: str, place: str, mend: str) -> None:
    """What repeats within the day is several times or cron; what repeats over days is days."""
    _one(sentence, place, mend)


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("start mo-fr 07:30", "mo-fr", '"mon-fri"'),
        ("start mo, mi und fr 07:30", "mo, mi und fr", '"mon, wed and fri"'),
        ("start montag bis freitag 07:30", "montag bis freitag", '"mon-fri"'),
        ("start lun..ven 07:30", "lun..ven", '"mon-fri"'),
        ("start m-f 07:30", "m-f", '"mon-fri"'),
        ("start 07:30 on mo", "mo", '"mon"'),
        ("start mo at 07:30", "mo", '"mon"'),
        ("start each day 07:30", "each", '"every"'),
        ("stop at 20:00 on monday to friday", "monday to friday", '"mon-fri"'),
        ("stop at 20:00 on monday until friday", "monday until friday", '"mon-fri"'),
        ("stop from monday to friday at 20:00", "monday to friday", '"mon-fri"'),
        ("stop 20:00 from monday", "monday", '"mon"'),
        ("stop 20:00 2026-12-24 to 2026-12-31", "2026-12-24 to 2026-12-31", '"2026-12-24..2026-12-31"'),
        ("stop day 1 to 5 20:00", "1 to 5", '"1..5"'),
        ("stop mon to 20:00", "mon to", "mon-fri"),
        ("stop mon & wed 20:00", "&", '"," or "and"'),
        ("stop 20:00 or 21:00", "or", '"," or "and"'),
        ("stop mon/wed/fri 20:00", "mon/wed/fri", '"mon, wed, fri"'),
        ("stop 1-5 20:00", "1-5", '"mon-fri"'),
        ("start business days 07:30", "business days", '"workdays"'),
        ("stop 20:00 but not on friday", "but not on", '"except"'),
        ("stop 20:00 except from 2026-12-24 to 2026-12-31", "from 2026-12-24 to 2026-12-31", "2026-12-24..2026-12-31"),
        ("stop 20:00 except from 2026-12-24", "from 2026-12-24", '"except 2026-12-24"'),
        ("stop week 20:00", "week", "weekdays"),
        ("stop 20:00 during 2026", "2026", "day names"),
        ("stop 20:00 during december 2026", "december 2026", '"2026-12-01..2026-12-31"'),
    ],
)
def test_days_of_other_tongues_are_one_problem(sentence: str, place: str, mend: str) -> None:
    """German, French and very short day names, ranges in words, lists with other marks."""
    _one(sentence, place, mend)


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("stop 20:00 from 1.12.2026", "1.12.2026", '"2026-12-01"'),
        ("stop 20:00 from 1.12.26", "1.12.26", '"2026-12-01"'),
        ("stop 20:00 from 12/01/2026", "12/01/2026", '"2026-12-01" or "2026-01-12"'),
        ("stop 20:00 from 24/12/2026", "24/12/2026", 'write "2026-12-24"'),
        ("stop 20:00 from 24/24/2026", "24/24/2026", '"2026-12-24"'),
        ("stop 20:00 from 2026/12/01", "2026/12/01", '"2026-12-01"'),
        ("stop 20:00 until 31.1.", "31.1.", '"YYYY-01-31" with the year'),
        ("stop 20:00 until 31.0.2026", "31.0.2026", '"2026-12-24"'),
        ("stop 20:00 from december 1", "december 1", '"YYYY-12-01"'),
        ("stop 20:00 from 1 december 2026", "1 december 2026", '"2026-12-01"'),
        ("stop 20:00 from december", "december", '"2026-12-24"'),
        ("stop 20:00 from 2026-12-01T08:00", "2026-12-01T08:00", '"2026-12-01"'),
        ("stop 20:00 from tomorrow", "tomorrow", '"2026-12-24"'),
        ("stop 20:00 until", "", '"2026-12-24"'),
        ("stop 20:00 on 24.12.", "24.12.", '"december 24"'),
        ("stop 20:00 24.12.-31.12.", "24.12.-31.12.", '"december 24..december 31"'),
        ("stop 20:00 24.12.-31", "24.12.-31", "2026-12-24"),
        ("stop 20:00 except 24.12.2026", "24.12.2026", '"2026-12-24"'),
        ("stop 20:00 24th of december", "24th of december", '"december 24"'),
        ("stop 20:00 on 15th of every month", "15th of every month", '"day 15"'),
        ("stop every 3rd friday 20:00", "3rd friday", '"third friday"'),
        ("stop 20:00 every 15th", "15th", '"day 15"'),
        ("stop 20:00 9th friday", "9th", '"day 9"'),
    ],
)
def test_dates_of_other_notations_are_one_problem(sentence: str, place: str, mend: str) -> None:
    """Day and month first, slashes, ordinals, no year: the ISO date is worked out where it can be."""
    _one(sentence, place, mend)


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("stop 20:00 in +01:00", "+01:00", "IANA"),
        ("stop 20:00 in 'UTC'", "in 'UTC'", "without quotes"),
        ("stop at 20:00 Berlin", "Berlin", '"in Europe/Berlin"'),
        ("stop at 20:00 berlin time", "berlin time", '"in Europe/Berlin"'),
        ("stop at 20:00 New York", "New York", '"in America/New_York"'),
        ("stop at 20:00 in New York", "New York", '"in America/New_York"'),
        ("stop at 20:00 in America/New York", "America/New York", '"in America/New_York"'),
        ("stop at 20:00 Shanghia", "Shanghia", '"in Asia/Shanghai"'),
        ("stop at 20:00 CET", "CET", '"in Europe/Berlin"'),
        ("stop at 20:00 IST", "IST", "expected"),
        ("stop at 20:00 UTC", "UTC", '"in UTC"'),
        ("stop at 20:00 UTC+1", "UTC+1", "IANA"),
        ("stop at 20:00 local time", "local time", "leave it out"),
        ("stop at 20:00 tz Europe/Berlin", "tz", '"in"'),
        ("stop at 20:00 banana", "banana", "expected"),
    ],
)
def test_zones_without_their_word_are_one_problem(sentence: str, place: str, mend: str) -> None:
    """Cities, with a slip too, abbreviations and offsets."""
    _one(sentence, place, mend)


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("turn on at 07:30", "turn on", '"start"'),
        ("turn it off at 20:00", "turn it off", '"stop"'),
        ("power-off at 20:00", "power-off", '"stop"'),
        ("power the pool at 20:00", "power", "start, stop, reboot and hibernate"),
        ("sleep at 20:00", "sleep", '"hibernate"'),
        ("please stop at 20:00", "please", 'put "stop" first'),
        ("hard stop at 20:00", "hard", 'put "stop" first'),
        ("stop 20:00 gracefully", "gracefully", '"SOFT"'),
        ("stop 20:00 --force", "--force", '"HARD"'),
        ("stop 20:00 type=SOFT", "type=", "leave it out"),
        ("stop @ 20:00", "@", '"at"'),
        ("stop at 20:00.", ".", "leave it out"),
        ("stop pool engineering at 20:00", "pool engineering", "schedule file"),
        ("stop 20:00 if nobody is logged in", "if nobody is logged in", "leave it out"),
        ("stop 20:00 retry 3 times", "3 times", '"retry for 2h"'),
        ("stop 20:00 retry every 5m", "every 5m", '"retry for 2h"'),
        ("stop 20:00 no retry", "no retry", '"retry for 1m"'),
        ("stop 20:00 catch up never", "never", '"no catch-up"'),
        ("stop 20:00 warn users 10 minutes before", "warn users 10 minutes before", "leave it out"),
    ],
)
def test_other_words_are_one_problem(sentence: str, place: str, mend: str) -> None:
    """Actions with particles, manners, pools and conditions, which no policy says."""
    _one(sentence, place, mend)


@pytest.mark.parametrize(
    "sentence",
    ["in W-SU", "in NZ-CHAT", "in Etc/GMT+5", "last friday of each month", "every second friday of the month"],
)
def test_what_is_in_the_language_is_never_reworded(sentence: str) -> None:
    """A zone's name may look like days, "each month" like "each day"."""
    assert format_policy(parse_policy(f"stop 20:00 {sentence}"))


def test_values_of_a_table_are_reworded_only_where_the_words_can_stand() -> None:
    """``W-SU`` is a zone, and the slash of a cron expression no mark between items."""
    table = {"action": "stop", "cron": "0 8-18/2 * * mon", "zone": "W-SU"}
    assert policy_from_table(table).zone == "W-SU"
    with pytest.raises(PolicyError) as caught:
        policy_from_table({"action": "stop", "at": "20:00", "days": "mo-fr"})
    assert caught.value.hint == 'write "mon-fri"'


def _one(sentence: str, place: str, mend: str) -> None:
    found = [(sentence[problem.start : problem.end], problem.hint or "") for problem in problems(sentence)]
    assert found == [(place, found[0][1])]
    assert mend in found[0][1]
