"""On which days: ``weekdays``, ``every friday``, ``on the last day of the month``. Daily where nothing is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.clause import Clause
from daemon.timetable.language.dayitem import begins_item
from daemon.timetable.language.daylist import DAY_WORDS, read_days
from daemon.timetable.language.daytext import days_in_words, days_text
from daemon.timetable.language.intervals import interval_over_days, interval_within_day
from daemon.timetable.language.mend import refuse
from daemon.timetable.language.vocabulary import ORDINAL_OF
from daemon.timetable.recurrence.days import Days, EveryDay
from daemon.timetable.recurrence.sets import any_of
from daemon.timetable.recurrence.times import OnDays

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy

_UNAMBIGUOUS = frozenset({"first", "last"})


def _begins(cursor: Cursor) -> bool:
    if cursor.token.is_word("every"):
        return interval_within_day(cursor) is None  # that is a matter of times
    return cursor.token.is_word("on") or begins_item(cursor)


def _parse(cursor: Cursor) -> Days:
    introduced = cursor.take_word("on")
    mend = interval_over_days(cursor)
    if mend is not None:
        raise refuse(cursor, mend)
    every = cursor.take_word("every")
    if every is not None:
        _refuse_every_other(cursor)
        if cursor.token.is_word("day") and not begins_item(cursor):
            cursor.take()
            return EveryDay()
    word = every or introduced
    return read_days(cursor, f'"{word.word}"' if word else "the policy", takes_months=False)


def _refuse_every_other(cursor: Cursor) -> None:
    """``every second friday`` means every other week to one reader and the second of the month to another."""
    every, token = cursor.previous, cursor.token
    if token.is_word("other"):
        last = cursor.take()
        hint = "there are no even and odd weeks: name the days, or use first … fifth and last"
        raise cursor.refusal(every, '"every other" is not in the language', hint, last)
    if token.is_in(ORDINAL_OF) and token.word not in _UNAMBIGUOUS and not cursor.ahead(2).is_word("of"):
        last = cursor.ahead(1)
        cursor.skip(2)
        which = f"{token.word} {last.word}"
        hint = f'write "{which} of the month" if that is meant; every other week is not in the language'
        raise cursor.refusal(every, f'"every {which}" can be meant in two ways', hint, last)


def _text(policy: Policy) -> str:
    when = policy.when
    return days_text(when.days) if isinstance(when, OnDays) and when.days != EveryDay() else ""


def _spoken(policy: Policy, _zone: str) -> str:
    if not isinstance(policy.when, OnDays):
        return ""
    days = policy.when.days
    return f" {days_in_words(days)}" if days == EveryDay() else f" on {days_in_words(days)}"


CLAUSE = Clause(
    key="days",
    name="the days",
    twice="the days are given twice",
    expected="days",
    words=DAY_WORDS,
    begins=_begins,
    parse=_parse,
    read=_parse,
    text=_text,
    spoken=_spoken,
    join=any_of,
)
