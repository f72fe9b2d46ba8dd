from __future__ import annotations

import pytest

from daemon.errors import PoolpowerError
from daemon.timetable.language import PolicyError, parse_policy

Found = list[tuple[str, str]]


def refused(sentence: str) -> PolicyError:
    """The error of a sentence that is none."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(sentence)
    return caught.value


def problems(sentence: str) -> Found:
    """Each problem as the text that it points at and its hint."""
    return [(sentence[problem.start : problem.end], problem.hint or "") for problem in refused(sentence).problems]


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("start first monday and friday 08:00", "first monday and friday", 'repeat the ordinal before "friday"'),
        ("start every second friday 08:00", "every second friday", '"second friday of the month"'),
        ("start every other friday 08:00", "every other", "name the days"),
        ("start every 2 hours", "every 2 hours", "cron '0 */2 * * *'"),
        ("start 07:30 and stop 20:00", "stop", "write two policies"),
        ("start 07:30 until 20:00", "20:00", '"stop at 20:00"'),
        ("start from 07:30", "07:30", '"at 07:30"'),
        (
            "start the day before monday and friday 08:00",
            "the day before monday and friday",
            "put the other days first",
        ),
        ("start first mon-fri 08:00", "first mon-", "repeat it"),
        (
            "start " + "the day before " * 8 + "december 24 08:00",
            "the day before " * 7 + "the day before",
            "name the day itself",
        ),
    ],
)
def test_what_can_be_meant_in_two_ways_is_refused_with_its_mend(sentence: str, place: str, mend: str) -> None:
    """Nothing is guessed at: the hint says how to write the one or the other."""
    found = problems(sentence)
    assert found[0][0] == place
    assert mend in found[0][1]


def test_two_pairs_of_days_and_times_are_two_policies() -> None:
    """Stop mon 20:00 and fri 18:00: both second clauses are named."""
    assert problems("stop mon 20:00 and fri 18:00") == [
        ("fri", "write two policies, one for each"),
        ("18:00", "write two policies, one for each"),
    ]


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("stop 20:00 fri tuesdays", "tuesdays"),
        ("stop 20:00 spread 10m spread 20m", "spread 20m"),
        ("stop 20:00 SOFT HARD", "HARD"),
        ("stop 20:00 in UTC in GMT", "in GMT"),
        ("stop 20:00 from 2026-01-01 from 2026-01-02", "from 2026-01-02"),
        ("stop 20:00 until 2026-01-01 until 2026-01-02", "until 2026-01-02"),
        ("stop 20:00 during june during july", "during july"),
        ("stop 20:00 except june except july", "except july"),
        ("stop 20:00 retry 1h retry 2h", "retry 2h"),
        ("stop 20:00 no catch-up catch up 1h", "catch up 1h"),
        ("stop cron '0 1 * * *' cron '0 2 * * *'", "cron '0 2 * * *'"),
        ("stop 20:00 mon at 21:00", "at 21:00"),
    ],
)
def test_each_clause_stands_once(sentence: str, place: str) -> None:
    """A second one of its kind is an error: two policies, or a comma inside one list."""
    (found, hint), *more = problems(sentence)
    assert found == place
    assert "two policies" in hint or "," in hint
    assert not more


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("stop 24:00", "24:00", "00:00 on the next day"),
        ("stop 25:00", "25:00", "00:00 to 23:59:59"),
        ("stop 20:60", "20:60", "00:00 to 23:59:59"),
        ("stop 20:00:60", "20:00:60", "00:00 to 23:59:59"),
        ("stop 20:0", "20:0", "20:00"),
        ("stop 1:2:3:4", "1:2:3:4", "20:00"),
        ("stop 20.00", "20.00", "write 20:00"),
        ("stop at 8pm", "8pm", "write 20:00"),
        ("stop 8 pm", "8 pm", "write 20:00"),
        ("stop 8:30 am", "8:30 am", "write 08:30"),
        ("stop 12am", "12am", "write 00:00"),
        ("stop 20h", "20h", "write 20:00"),
        ("stop 20h30", "20h30", "write 20:30"),
        ("stop at 20", "20", "20:00"),
        ("stop at noon", "noon", "12:00"),
        ("stop at weekdays 20:00", "weekdays", "20:00"),
        ("stop 20:00 21:00", "21:00", '", 21:00"'),
        ("stop weekdays", "", '"at 20:00"'),
        ("stop at", "", "20:00"),
        ("stop 99pm", "99pm", "day 1"),
        ("stop 1.5h", "1.5h", "expected"),
    ],
)
def test_a_time_that_is_none_is_refused_with_what_to_write(sentence: str, place: str, mend: str) -> None:
    """24:00, a clock of twelve hours, dots, and no time at all."""
    assert problems(sentence)[0][0] == place
    assert mend in problems(sentence)[0][1]


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("stop 2026-02-30 20:00", "2026-02-30", "February 2026 has 28 days"),
        ("stop 2026-13-01 20:00", "2026-13-01", "year-month-day"),
        ("stop 0000-01-01 20:00", "0000-01-01", "year-month-day"),
        ("stop 2026-2-1 20:00", "2026-2-1", "two digits"),
        ("stop february 30 20:00", "30", "days 1 to 29"),
        ("stop day 32 20:00", "32", "days 1 to 31"),
        ("stop day 0 20:00", "0", "days 1 to 31"),
        ("stop day 123456 20:00", "123456", "days 1 to 31"),
        ("stop 2026-12-31..2026-12-24 20:00", "2026-12-31..2026-12-24", "2026-12-24..2026-12-31"),
        ("stop day 15..1 20:00", "15..1", "day 1..15"),
        ("stop december 26..24 20:00", "..24", "december 24..26"),
        ("stop december 24 2026 20:00", "december 24 2026", '"2026-12-24"'),
        ("stop december 24th 20:00", "december 24th", '"december 24"'),
        ("stop 24 december 20:00", "24 december", '"december 24"'),
        ("stop on 24 december 20:00", "24 december", '"december 24"'),
        ("stop 1st 20:00", "1st", '"day 1"'),
        ("stop march 20:00", "march", '"during march"'),
        ("stop mon to fri 20:00", "mon to fri", "mon-fri"),
        ("stop mon- 20:00", "20:00", '"mon-fri"'),
        ("stop day 1.. 20:00", "20:00", '"day 1..7"'),
        ("stop december 24.. 20:00", "20:00", '"december 24..january 6"'),
        ("stop 20:00 during june-", "", '"june-august"'),
        ("stop 2026-12-24.. 20:00", "20:00", '"2026-12-24"'),
        ("stop last 20:00", "last", '"last day"'),
        ("stop first friday of june 20:00", "of", '"during march"'),
        ("stop mon tue 20:00", "tue", '", tue"'),
        ("stop on 20:00", "20:00", "day names"),
        ("stop the day before 20:00", "20:00", '"monday"'),
        ("stop 20:00 except exams", "exams", "workdays, holidays"),
        ("stop second holiday 20:00", "holiday", '"workday" or "day"'),
        ("stop 20:00 during", "", "day names"),
        ("stop 20:00 from monday", "monday", '"2026-12-24"'),
        ("stop 20:00 from 2027-01-01 until 2026-01-01", "until 2026-01-01", "swap"),
    ],
)
def test_days_that_cannot_be_are_refused_with_what_to_write(sentence: str, place: str, mend: str) -> None:
    """Dates that do not exist, ranges that run backwards, and the ways other languages put a date."""
    assert problems(sentence)[0][0] == place
    assert mend in problems(sentence)[0][1]


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("stop 20:00 retry for -5m", "-5m", "1h30m"),
        ("stop 20:00 retry for 0m", "0m", "some time"),
        ("stop 20:00 retry for 8d", "8d", "at most 7d"),
        ("stop 20:00 spread 0s", "0s", "leave the spread out"),
        ("stop 20:00 spread 25h", "25h", "at most 1d"),
        ("stop 20:00 catch up 0m", "0m", '"no catch-up"'),
        ("stop 20:00 catch up 1.5h", "1.5h", "1h30m"),
        ("stop 20:00 retry for 2 hours", "2 hours", '"2h"'),
        ("stop 20:00 retry for 2", "2", "1h30m"),
        ("stop 20:00 retry for long", "long", "1h30m"),
        ("stop 20:00 retry", "", "1h30m"),
        ("stop 20:00 catch 2h", "catch", '"catch up 2h"'),
        ("stop 20:00 catch-down 2h", "catch", '"catch up 2h"'),
        ("stop 20:00 no", "no", '"no catch-up"'),
    ],
)
def test_lengths_of_time_must_make_sense(sentence: str, place: str, mend: str) -> None:
    """Negative, zero, absurd and missing ones are refused, and units written out."""
    assert problems(sentence)[0][0] == place
    assert mend in problems(sentence)[0][1]


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("stop 20:00 in Europe/Berln", "Europe/Berln", '"Europe/Berlin"'),
        ("stop 20:00 in Berlin", "Berlin", '"Europe/Berlin"'),
        ("stop 20:00 in CET", "CET", "Europe/Berlin"),
        ("stop 20:00 in GMT+1", "GMT+1", "IANA"),
        ("stop 20:00 in UTC-05:30", "UTC-05:30", "IANA"),
        ("stop 20:00 in december", "in december", '"during december"'),
        ("stop 20:00 in", "in", "IANA"),
        ("stop 20:00 Europe/Berlin", "Europe/Berlin", '"in Europe/Berlin"'),
    ],
)
def test_zones_are_known_by_their_proper_names(sentence: str, place: str, mend: str) -> None:
    """Unknown names, abbreviations and offsets are refused with the name that was probably meant."""
    assert problems(sentence) == [(place, problems(sentence)[0][1])]
    assert mend in problems(sentence)[0][1]


@pytest.mark.parametrize("action", ["start", "hibernate"])
def test_what_cannot_be_forced_is_never_hard(action: str) -> None:
    """HARD is for stop and reboot."""
    assert problems(f"{action} 20:00 HARD") == [("HARD", "only stop and reboot can be forced; leave it out")]


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("stop weekdays cron '0 20 * * *'", "cron '0 20 * * *'", "into the expression"),
        ("stop cron '0 20 * * *' 20:00", "cron '0 20 * * *'", "into the expression"),
        ("stop cron '0 0 20 * * *'", "0 0 20 * * *", "no seconds"),
        ("stop cron '@daily'", "@daily", "five fields"),
        ("stop cron '0 25 * * *'", "25", "0-23"),
        ("stop cron 0 20 * * 1-5", "cron 0 20 * * 1-5", "'0 20 * * 1-5'"),
        ("stop cron '0 20 * * *", "'0 20 * * *", "'"),
    ],
)
def test_cron_is_checked_field_by_field(sentence: str, place: str, mend: str) -> None:
    """In quotes, five fields, and instead of days and times."""
    assert problems(sentence) == [(place, problems(sentence)[0][1])]
    assert mend in problems(sentence)[0][1]


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("stop 20:00 sparing users for 3h", "sparing users for 3h"),
        ("stop 20:00 sparing sessions", "sparing sessions"),
        ("stop 20:00 unless in use, waiting up to 2h", "unless in use, waiting up to 2h"),
        ("stop 20:00 warn 30m, 10m and 2m", "warn 30m, 10m and 2m"),
        ("stop 20:00 warn 10m 'good night', SOFT", "warn 10m 'good night'"),
        ("stop 20:00 then HARD for everyone after 45m", "then HARD for everyone after 45m"),
    ],
)
def test_what_is_not_in_force_is_refused_plainly(sentence: str, place: str) -> None:
    """Clauses for users, warnings and escalation are known, and said to be not available yet."""
    error = refused(sentence)
    assert [sentence[problem.start : problem.end] for problem in error.problems] == [place]
    assert error.message.startswith("not available yet in this version")


@pytest.mark.parametrize(
    ("sentence", "place", "meant"),
    [
        ("stop weekdyas 20:00", "weekdyas", "weekdays"),
        ("strat 20:00", "strat", "start"),
        ("stop 20:00 untl 2026-12-01", "untl", "until"),
        ("stop 20:00 during ocotber", "ocotber", "october"),
        ("stop mon, teu and wed 20:00", "teu", "tue"),
        ("stop 20:00 retyr for 2h", "retyr", "retry"),
        ("stop 20:00 sotf", "sotf", "soft"),
    ],
)
def test_a_slip_of_the_pen_is_one_problem_with_the_word_that_was_meant(sentence: str, place: str, meant: str) -> None:
    """Reading goes on with that word, so nothing else is complained about."""
    assert problems(sentence) == [(place, f'did you mean "{meant}"?')]


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("shutdown 20:00", "shutdown", '"stop"'),
        ("turn off 20:00", "turn off", 'write "stop"'),
        ("at 20:00 stop", "at", 'put "stop" first'),
        ("warn 10m 20:00", "warn", "start, stop, reboot or hibernate"),
        ("stop hourly", "hourly", "cron '0 * * * *'"),
        ("stop the pool at 20:00", "the pool", "expected days"),
        ("stop the pool hourly 20:00", "the pool", "expected days"),
        ("stop 20:00 # comment", "# comment", "SOFT or HARD"),
        ("stop 20:00 'hello'", "'hello'", "cron"),
        ("stop 20:00 'hello", "'hello", "quote"),
        ("stop 20:00 15", "15", "day 15"),
        ("stop 20:00 and weekdays", "and", "leave it out"),
        ("stop 20:00 and", "and", "leave it out"),
        ("stop 20:00 and and weekdays", "and", "leave it out"),
        ("stop at 20:00, SOFT and", "and", "leave it out"),
    ],
)
def test_what_is_not_understood_is_said_with_what_could_stand_there(sentence: str, place: str, mend: str) -> None:
    """Words that people try get their mend; anything else gets the list of what is expected."""
    assert problems(sentence)[0][0] == place
    assert mend in problems(sentence)[0][1]


def test_clauses_that_are_there_already_are_not_offered_again() -> None:
    """The list of expected clauses shrinks."""
    assert "SOFT or HARD" not in problems("stop 20:00 SOFT banana")[0][1]


@pytest.mark.parametrize("sentence", ["", "  \n"])
def test_an_empty_policy_is_refused_with_an_example(sentence: str) -> None:
    """Nothing but blanks is one problem."""
    assert problems(sentence) == [(sentence, 'write one such as "stop at 20:00 SOFT"')]


def test_every_problem_of_a_sentence_is_reported_at_once_in_order() -> None:
    """A clause that cannot be read hides no other one."""
    found = problems("stop weekdyas 24:00 in Europe/Berln SOFT banana retry for 0m from 2026-02-30 catch up 99d")
    assert [place for place, _ in found] == ["weekdyas", "24:00", "Europe/Berln", "banana", "0m", "2026-02-30", "99d"]


def test_a_clause_that_could_not_be_read_makes_no_second_problem() -> None:
    """Neither as missing nor as doubled nor as contradicting: the mend will change that."""
    assert len(problems("stop at nine")) == 1
    assert len(problems("stop mon to fri 20:00")) == 1
    assert len(problems("start cron 0 20 * * mon")) == 1
    assert len(problems("stop 20:00 from 2026-02-30 until 2020-01-01")) == 1
    assert len(problems("banana 20:00 HARD")) == 1


def test_a_second_action_is_complained_about_once() -> None:
    """What stands behind it belongs to the second policy, and is read for its own errors only."""
    assert [place for place, _ in problems("start mon 07:30 and stop fri 20:00 and stop 21:00 in Nowhere")] == [
        "stop",
        "Nowhere",
    ]


def test_the_error_is_one_of_ours_and_says_everything() -> None:
    """Message and hint can be printed as they are."""
    error = refused("stop 24:00 SOFT SOFT")
    assert isinstance(error, PoolpowerError)
    assert error.message == "24:00 is not a time of the day; the type is given twice"
    assert error.hint == "the day ends before it: write 00:00 on the next day"


def test_words_that_belong_to_nothing_are_passed_over_once() -> None:
    """Reading goes on behind "after" without "the day", which begins no item of days, and ends."""
    with pytest.raises(PolicyError) as refused:
        parse_policy("stop days after on 1")
    assert refused.value.problems[0].message == '"days after" is not understood'


def test_guessing_what_was_meant_stops_after_many_words() -> None:
    """A text that is no policy at all is refused all the same, without a guess for each of its words."""
    with pytest.raises(PolicyError) as refused:
        parse_policy("stop 20:00 " + "weekdyas " * 80)
    assert len(refused.value.problems) < 80
