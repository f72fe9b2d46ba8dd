from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from daemon.timetable.actions import ActionType
from daemon.timetable.language import PolicyError, Problem, options_from_table, parse_policy, policy_from_table
from daemon.timetable.policy import NO_CATCH_UP, Options


def problems(table: dict[str, object]) -> tuple[Problem, ...]:
    """What is wrong with a table."""
    with pytest.raises(PolicyError) as caught:
        policy_from_table(table)
    return caught.value.problems


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (
            {"action": "reboot", "days": "sunday", "at": "04:00", "type": "SOFT", "catch_up": "10m"},
            "reboot sunday 04:00 SOFT catch up 10m",
        ),
        (
            {"action": "stop", "cron": "0 20 * * 1-5", "zone": "Asia/Shanghai"},
            "stop cron '0 20 * * 1-5' in Asia/Shanghai",
        ),
        ({"action": "stop", "at": ["12:00", "18:30 and 19:00"]}, "stop 12:00, 18:30, 19:00"),
        ({"action": "stop", "days": ["mon", "fri"], "at": "20:00"}, "stop mon, fri 20:00"),
        ({"action": "stop", "days": "every day", "at": "20:00"}, "stop 20:00"),
        (
            {
                "action": "stop",
                "at": time(20),
                "from": date(2026, 12, 1),
                "until": "2027-01-31",
                "days": [date(2026, 12, 24)],
            },
            "stop 2026-12-24 20:00 from 2026-12-01 until 2027-01-31",
        ),
        (
            {"action": "stop", "at": "20:00", "during": ["march", "june"], "except": "on fridays"},
            "stop 20:00 during march, june except fri",
        ),
        ({"action": "stop", "at": "20:00", "spread": "20m", "retry": "1h"}, "stop 20:00 spread 20m retry for 1h"),
        ({"action": "stop", "at": "20:00", "catch_up": False}, "stop 20:00 no catch-up"),
        ({"action": "stop", "at": "20:00", "catch_up": "no"}, "stop 20:00 no catch-up"),
    ],
)
def test_a_table_is_another_spelling_of_a_sentence(table: dict[str, object], sentence: str) -> None:
    """The two give equal policies."""
    assert policy_from_table(table) == parse_policy(sentence)


@pytest.mark.parametrize(
    ("key", "value", "place", "mend"),
    [
        ("days", "weekdyas", "weekdyas", '"weekdays"'),
        ("at", "20:00, 24:00", "24:00", "next day"),
        ("at", "20:00 SOFT", "SOFT", "keys of their own"),
        ("cron", "0 25 * * *", "25", "0-23"),
        ("type", "MEDIUM", "MEDIUM", "SOFT and HARD"),
        ("zone", "Europe/Berln", "Europe/Berln", '"Europe/Berlin"'),
        ("from", "2026-02-30", "2026-02-30", "28 days"),
        ("action", "shutdown", "shutdown", '"stop"'),
        ("catch_up", "0m", "0m", "catch_up = false"),
        ("spread", "", "", "2h"),
        ("days", "first holiday", "holiday", "workday"),
    ],
)
def test_a_wrong_value_is_named_by_its_key_and_its_place(key: str, value: str, place: str, mend: str) -> None:
    """Offsets are those inside the value's own text."""
    table: dict[str, object] = (
        {"action": "stop", key: value} if key == "cron" else {"action": "stop", "at": "20:00", key: value}
    )
    (problem,) = problems(table)
    assert problem.key == key
    assert problem.index is None
    assert value[problem.start : problem.end] == place
    assert mend in (problem.hint or "")


def test_a_wrong_element_of_a_list_is_named_by_its_number() -> None:
    """Every element is read."""
    first, second = problems({"action": "stop", "at": ["20:00", "8pm", "24:00"]})
    assert (first.key, first.index, first.start, first.end) == ("at", 1, 0, 3)
    assert (second.key, second.index, second.start, second.end) == ("at", 2, 0, 5)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("at", 20, "found a number"),
        ("at", [20.5], "found a number"),
        ("at", [], "the list is empty"),
        ("spread", ["20m"], "found a list"),
        ("type", {"a": 1}, "found a table"),
        ("catch_up", True, "found true or false"),
        ("zone", None, "found something else"),
        ("from", datetime(2026, 1, 1, 8, 0), "needs a date, found"),  # noqa: DTZ001 - TOML's local date-time
        ("days", False, "the policy needs days"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(key: str, value: object, message: str) -> None:
    """Text, lists where a clause takes a list, TOML's dates and times; nothing else."""
    (problem,) = problems({"action": "stop", "at": "20:00", key: value})
    assert problem.key == key
    assert message in problem.message


def test_keys_are_checked() -> None:
    """Unknown ones with a near miss, clauses that are not in force plainly."""
    slip, unknown, later = problems({"action": "stop", "at": "20:00", "dayz": "mon", "colour": "red", "warn": "10m"})
    assert (slip.key, slip.hint) == ("dayz", 'did you mean "days"?')
    assert (unknown.key, unknown.message) == ("colour", '"colour" is no key of a policy')
    assert (later.key, later.message) == ("warn", 'not available yet in this version: "warn"')


def test_a_table_needs_an_action_and_a_time() -> None:
    """What is missing concerns the table as a whole."""
    assert [(problem.key, problem.message) for problem in problems({})] == [
        (None, "a policy needs an action"),
        (None, "a policy needs a time"),
    ]


def test_clauses_that_contradict_each_other_are_named_by_their_key() -> None:
    """HARD with start, cron beside days, until before from."""
    table = {
        "action": "start",
        "type": "HARD",
        "cron": "0 20 * * *",
        "days": "mon",
        "from": "2027-01-01",
        "until": "2026-01-01",
    }
    assert {problem.key for problem in problems(table)} == {"type", "cron", "until"}


def test_options_are_read_as_defaults_have_them() -> None:
    """[defaults], projects, groups and pools may set type, zone, spread, retry and catch_up."""
    table = {"type": "HARD", "zone": "utc", "spread": "20m", "retry": "1h", "catch_up": False}
    assert options_from_table(table) == Options(
        type=ActionType.HARD,
        zone="UTC",
        spread=timedelta(minutes=20),
        retry_for=timedelta(hours=1),
        catch_up=NO_CATCH_UP,
    )
    assert options_from_table({}) == Options()


def test_what_is_no_option_is_refused_as_a_default() -> None:
    """Keys of a policy that are no options, unknown keys, keys of clauses that are not in force, and wrong values."""
    with pytest.raises(PolicyError) as caught:
        options_from_table({"at": "20:00", "sprad": "1m", "warn": "10m", "retry": "0m"})
    messages = {problem.key: problem.message for problem in caught.value.problems}
    assert messages["at"] == '"at" is no option that can be a default'
    assert messages["sprad"] == '"sprad" is no key of a policy'
    assert messages["warn"].startswith("not available yet")
    assert messages["retry"] == "a retry must be longer than nothing"
