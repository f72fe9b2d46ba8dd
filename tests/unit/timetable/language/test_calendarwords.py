"""Day words that a calendar decides about: read and written without one, for a sentence is the same for every pool."""

from __future__ import annotations

import pytest

from daemon.timetable.language import PolicyError, describe, format_policy, parse_policy, policy_from_table
from daemon.timetable.recurrence.days import Holidays, Named, NthWorkday, Shifted, Workdays
from daemon.timetable.recurrence.times import OnDays

NAMES = {"exams": "exams", "term": "term", "school-term": "School-Term", "q1_2026": "q1_2026", "japan": "Japan"}


def canonical(sentence: str) -> str:
    """The canonical form, which is read back to the same policy."""
    policy = parse_policy(sentence, NAMES)
    written = format_policy(policy)
    assert parse_policy(written, NAMES) == policy
    return written


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("start the day before workdays 21:30", "start the day before workdays 21:30"),
        (
            "stop on last day of the month 23:00 during march, june, september and december",
            "stop last day 23:00 during march, june, september, december",
        ),
        ("reboot second tuesday 22:00", "reboot second tuesday 22:00"),
        ("start the day after second tuesday 01:00", "start the day after second tuesday 01:00"),
        ("start workdays 07:00 during term", "start workdays 07:00 during term"),
        ("stop the day before holidays at 14:00", "stop the day before holidays 14:00"),
        ("start last workday 05:00", "start last workday 05:00"),
        ("stop on december 24 and december 31 at 13:00", "stop december 24, december 31 at 13:00"),
        ("stop at 20:00, 21:00 and 22:00", "stop at 20:00, 21:00, 22:00"),
        ("stop at 20:00 SOFT", "stop at 20:00 SOFT"),
        ("start weekdays 07:30", "start weekdays 07:30"),
    ],
)
def test_what_administrators_write_first_reads_naturally(sentence: str, written: str) -> None:
    """Each is a policy, and has one canonical form."""
    assert canonical(sentence) == written


@pytest.mark.parametrize(
    ("days", "written"),
    [
        ("workday", "workdays"),
        ("every workday", "workdays"),
        ("on Holidays", "holidays"),
        ("holiday and weekends", "weekends, holidays"),
        ("first and last workday of the month", "first workday, last workday"),
        ("the fifth workday", "fifth workday"),
        ("the day after the day before workdays", "workdays"),
        ("the day before the last workday of the month", "the day before last workday"),
        ("the day before school-term", "the day before School-Term"),
        ("term, mon and EXAMS", "mon, exams, term"),
        ("q1_2026", "q1_2026"),
        ("workdays and exams", "workdays, exams"),
    ],
)
def test_calendar_words_are_read_and_written_in_one_form(days: str, written: str) -> None:
    """Names as the file spells them, in whatever case they are written."""
    at = "at " if not written[-1].isalpha() else ""
    assert canonical(f"stop {days} 20:00") == f"stop {written} {at}20:00"
    listed = days.removeprefix("every ").removeprefix("on ")
    assert canonical(f"stop 20:00 except {days} during {listed}") == f"stop at 20:00 during {written} except {written}"


def test_the_values_know_no_calendar_yet() -> None:
    """It comes with the pool."""
    words = {"workdays": Workdays(), "holidays": Holidays(), "term": Named("term"), "third workday": NthWorkday(3)}
    for word, days in words.items():
        when = parse_policy(f"stop {word} 20:00", NAMES).when
        assert isinstance(when, OnDays)
        assert when.days == days
    shifted = parse_policy("stop the day before holidays 20:00").when
    assert isinstance(shifted, OnDays)
    assert shifted.days == Shifted(-1, Holidays())


def test_a_table_takes_calendars_names_too() -> None:
    """As text and in lists, behind days, during and except."""
    table = {
        "action": "stop",
        "days": ["workdays", "Term"],
        "at": "20:00",
        "during": "school-term",
        "except": ["exams"],
    }
    sentence = "stop workdays, term 20:00 during School-Term except exams"
    assert policy_from_table(table, NAMES) == parse_policy(sentence, NAMES)


def test_they_are_put_into_words() -> None:
    """A name stands in quotes, so that nobody takes it for a word of the language."""
    words = describe(parse_policy("stop last workday and term 20:00 except the day after holidays", NAMES), "UTC")
    assert 'on the dates of "term" and the last workday of the month at 20:00' in words
    assert "except on the day after holidays" in words


def test_a_zone_stays_a_zone_though_a_calendar_bears_its_name() -> None:
    """``in`` is followed by zones only; elsewhere the name is the calendar's."""
    assert canonical("stop japan 20:00 in Japan") == "stop Japan 20:00 in Japan"
    with pytest.raises(PolicyError, match='"exams" is not a time zone'):
        parse_policy("stop 20:00 in exams", NAMES)


def problem(sentence: str) -> tuple[str, str | None]:
    """What the only problem is about, and its mend."""
    with pytest.raises(PolicyError) as raised:
        parse_policy(sentence, NAMES)
    (found,) = raised.value.problems
    return sentence[found.start : found.end], found.hint


@pytest.mark.parametrize(
    ("sentence", "place", "mend"),
    [
        ("start first monday and friday 08:00", "first monday and friday", 'repeat the ordinal before "friday"'),
        ("start 07:30 and stop 20:00", "stop", "write two policies"),
        ("start every second friday 08:00", "every second friday", '"second friday of the month"'),
        ("start 07:30 until 20:00", "20:00", '"stop at 20:00"'),
        ("stop 20:00 except exmas", "exmas", 'did you mean "exams"?'),
        ("stop school-trem 20:00", "school-trem", 'did you mean "School-Term"?'),
        ("stop schol-trem 20:00", "schol-trem", 'did you mean "School-Term"?'),
        ("stop mon-wen 20:00", "wen", 'did you mean "wed"?'),
        ("stop wrokdays 20:00", "wrokdays", 'did you mean "workdays"?'),
        ("stop 20:00 during easter", "easter", "workdays, holidays, Japan, School-Term, exams"),
        ("stop second holiday 20:00", "holiday", '"workday" or "day"'),
        ("stop first exams 20:00", "first", 'write "first monday"'),
        ("stop the day before exams and monday 20:00", "the day before exams and monday", "put the other days first"),
        ("stop workdays exams 20:00", "exams", 'write ", exams"'),
        ("exams stop 20:00", "exams", 'put "stop" first'),
    ],
)
def test_what_is_meant_otherwise_is_refused_with_its_mend(sentence: str, place: str, mend: str) -> None:
    """In its place."""
    found, hint = problem(sentence)
    assert found == place
    assert mend in (hint or "")


def test_times_of_two_lists_of_days_are_two_policies() -> None:
    """``stop mon 20:00 and fri 18:00`` cannot be one."""
    with pytest.raises(PolicyError) as raised:
        parse_policy("stop mon 20:00 and fri 18:00")
    assert {one.hint for one in raised.value.problems} == {"write two policies, one for each"}
