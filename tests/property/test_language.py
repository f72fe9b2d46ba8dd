"""The policy language against generated policies and arbitrary text."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.timetable.actions import Action, ActionType
from daemon.timetable.language import (
    POLICY_KEYS,
    PolicyError,
    Problem,
    describe,
    format_policy,
    parse_policy,
    policy_from_table,
)
from daemon.timetable.language.daytext import days_text
from daemon.timetable.policy import Policy, can_be_hard
from daemon.timetable.recurrence.cron import read_cron
from daemon.timetable.recurrence.days import LAST, EveryDay, Holidays, MonthDays, Named, NthWorkday, Workdays, YearDay
from daemon.timetable.recurrence.sets import any_of, date_span, months, nth, shifted, weekdays, year_span
from daemon.timetable.recurrence.times import OnDays
from daemon.timetable.recurrence.year import month_length

EXAMPLES = settings(max_examples=120, deadline=None)

ZONES = st.sampled_from(
    ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "W-SU", "GMT-0", "NZ-CHAT", "UTC"]
)
DATES = st.dates(date(1000, 1, 1), date(9999, 12, 31))
YEAR_DAYS = st.integers(1, 12).flatmap(
    lambda month: st.builds(YearDay, st.just(month), st.integers(1, month_length(2000, month)))
)
DATE_SPANS = st.tuples(DATES, DATES).map(sorted).map(lambda ends: date_span(*ends))
YEAR_SPANS = (
    st.tuples(YEAR_DAYS, YEAR_DAYS)
    .filter(lambda ends: ends[0].month != ends[1].month or ends[0].day <= ends[1].day)
    .map(lambda ends: year_span(*ends))
)
NAMES = {name.lower(): name for name in ("exams", "School-Term", "q1_2027", "Japan", "term-2")}
"""Calendars that sentences can call by their names."""
CALENDAR_DAYS = st.one_of(
    st.sampled_from([Workdays(), Holidays()]),
    st.builds(NthWorkday, st.sampled_from([1, 2, 3, 4, 5, LAST])),
    st.sampled_from(sorted(NAMES.values())).map(Named),
)
PLAIN_DAYS = st.one_of(
    CALENDAR_DAYS,
    st.sets(st.integers(0, 6), min_size=1).map(weekdays),
    st.sets(st.integers(1, 31), min_size=1).map(frozenset).map(MonthDays),
    st.builds(nth, st.sampled_from([1, 2, 3, 4, 5, LAST]), st.none() | st.integers(0, 6)),
    YEAR_DAYS,
    YEAR_SPANS,
    DATE_SPANS,
    DATES.map(lambda day: date_span(day, day)),
)
DAY_ITEMS = st.one_of(PLAIN_DAYS, st.builds(shifted, PLAIN_DAYS, st.integers(-3, 3)))
DAYS = st.lists(DAY_ITEMS, min_size=1, max_size=4).map(any_of)
LIMITING_DAYS = st.lists(DAY_ITEMS | st.sets(st.integers(1, 12), min_size=1).map(months), min_size=1, max_size=3).map(
    any_of
)
TIMES = st.sets(st.times().map(lambda at: at.replace(microsecond=0)), min_size=1, max_size=3)
CRONS = st.tuples(
    st.sampled_from(["0", "*/15", "5,35", "10-20/5"]),
    st.sampled_from(["*", "20", "0-6", "*/2"]),
    st.sampled_from(["*", "1", "1,15"]),
    st.sampled_from(["*", "jan-mar", "12"]),
    st.sampled_from(["*", "1-5", "sun", "7"]),
).map(lambda fields: read_cron(" ".join(fields)))
WHENS = st.builds(OnDays, DAYS | st.just(EveryDay()), TIMES.map(sorted).map(tuple)) | CRONS


def lengths(longest: timedelta) -> st.SearchStrategy[timedelta]:
    """Lengths of time in whole seconds."""
    return st.integers(1, int(longest.total_seconds())).map(lambda seconds: timedelta(seconds=seconds))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any policy that the language can say."""
    action = draw(st.sampled_from(Action))
    types = list(ActionType) if can_be_hard(action) else [ActionType.SOFT]
    starts, ends = draw(st.tuples(DATES, DATES).map(sorted))
    return Policy(
        action=action,
        when=draw(WHENS),
        type=draw(st.none() | st.sampled_from(types)),
        zone=draw(st.none() | ZONES),
        starts=draw(st.none() | st.just(starts)),
        ends=draw(st.none() | st.just(ends)),
        during=draw(st.none() | LIMITING_DAYS),
        except_=draw(st.none() | LIMITING_DAYS),
        spread=draw(st.none() | lengths(timedelta(days=1))),
        retry_for=draw(st.none() | lengths(timedelta(days=7))),
        catch_up=draw(st.none() | st.just(timedelta(0)) | lengths(timedelta(days=7))),
    )


@given(policies())
@EXAMPLES
def test_a_formatted_policy_is_read_back_as_the_same_policy(policy: Policy) -> None:
    """parse(format(p)) == p for every policy that can be said."""
    assert parse_policy(format_policy(policy), NAMES) == policy


@given(policies())
@EXAMPLES
def test_every_policy_can_be_described(policy: Policy) -> None:
    """An explanation is one sentence that begins with the action and ends with a full stop."""
    words = describe(policy, "Europe/Berlin")
    assert words.startswith(policy.action.value.capitalize())
    assert words.endswith(".")
    assert "  " not in words


@given(policies(), st.randoms(use_true_random=False))
@EXAMPLES
def test_case_and_blanks_do_not_matter(policy: Policy, random: object) -> None:
    """Words are case-insensitive and any blanks stand between them; zones and cron keep their meaning."""
    shout = format_policy(policy).upper() if random.random() < 0.5 else format_policy(policy).title()  # type: ignore[attr-defined]
    assert parse_policy(shout.replace(" ", "\t "), NAMES) == policy


VOCABULARY = """
    start stop reboot restart hibernate on every at in from until during except spread retry for catch up no and
    daily weekdays weekends workdays holidays mon tuesdays fri first second last day days the before after of month
    january feb 1 15 31 32 24 2026 20:00 24:00 7:30 20.00 8pm 2h 1h30m 0m 99d SOFT HARD cron sparing users unless
    exams school-term school-trem exmas workday last-workday
    use warn then everyone weekdyas wekend strat other between 2026-12-24 2026-02-30 Europe/Berlin CET Nowhere/Land
"""
ODDITIES = ["'0 20 * * *'", '"@daily"', "'", '"', ",", "..", "-", "–", "#", "\x00", "é", "😀", "٣", "ß", "İ", "\ud800"]
WORDS = st.sampled_from(VOCABULARY.split() + ODDITIES)


@given(
    st.text()
    | st.lists(WORDS, max_size=14).map(" ".join)
    | st.lists(WORDS | st.text(max_size=4), max_size=14).map("".join)
)
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_policy_or_has_its_problems_in_place(text: str) -> None:
    """Whatever is written gives a policy or problems, each inside the text, with a message, in order."""
    for names in ({}, NAMES):
        policy, problems = read(text, names)
        assert (policy is None) == bool(problems)
        assert all(0 <= problem.start <= problem.end <= len(text) and problem.message for problem in problems)
        assert [problem.start for problem in problems] == sorted(problem.start for problem in problems)
        if policy is not None:
            assert parse_policy(format_policy(policy), names) == policy


def read(text: str, names: dict[str, str]) -> tuple[Policy | None, tuple[Problem, ...]]:
    """The policy or its problems."""
    try:
        return parse_policy(text, names), ()
    except PolicyError as error:
        return None, error.problems


TABLE_KEYS = st.sampled_from([*POLICY_KEYS, "warn", "dayz"])
TABLE_VALUES = st.one_of(
    WORDS,
    st.text(max_size=8),
    st.lists(WORDS, max_size=3),
    st.booleans(),
    st.integers(),
    st.dates(),
    st.times(),
    st.none(),
)


@given(st.dictionaries(TABLE_KEYS, TABLE_VALUES, max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_table_is_a_policy_or_has_its_problems_in_place(table: dict[str, object]) -> None:
    """Whatever stands in a table gives a policy or problems, each at a key of it and inside that key's text."""
    try:
        policy_from_table(table, NAMES)
    except PolicyError as error:
        for problem in error.problems:
            assert problem.key is None or problem.key in table
            value = table.get(problem.key or "")
            text = value[problem.index] if isinstance(value, list) and problem.index is not None else value
            assert problem.end <= (len(text) if isinstance(text, str) else len("00:00:00.000000"))


@given(st.builds(OnDays, DAYS, st.just((time(20),))))
@EXAMPLES
def test_a_list_of_days_means_the_same_in_a_table(when: OnDays) -> None:
    """The days of a sentence, put into the table spelling, give an equal policy."""
    sentence = format_policy(Policy(Action.STOP, when))
    table = {"action": "stop", "days": days_text(when.days), "at": "20:00"}
    assert policy_from_table(table, NAMES) == parse_policy(sentence, NAMES)
