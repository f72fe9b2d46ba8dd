"""Reads the table spelling: ``{ action = "reboot", days = "sunday", at = "04:00", type = "SOFT", catch_up = "10m" }``.

A value is the text that would stand behind the clause's word; ``days``, ``at``, ``during`` and ``except`` may be lists
of such texts; TOML's own dates and times are understood; ``catch_up = false`` says ``no catch-up``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from daemon.timetable.language.assembly import assemble, between_clauses, has_time
from daemon.timetable.language.clause import Clause, Phrase
from daemon.timetable.language.clauses import CLAUSES
from daemon.timetable.language.lengths import UNIT_WORDS
from daemon.timetable.language.problems import ClauseError, PolicyError, Problem
from daemon.timetable.language.spelling import spelled
from daemon.timetable.language.timemends import TIME_WORDS
from daemon.timetable.language.tokens import Kind, Token
from daemon.timetable.language.vocabulary import MENDS, NOT_YET_KEYS, UNDERSTOOD, not_yet
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.policy import Options, Policy
from daemon.timetable.quoting import shown
from daemon.timetable.recurrence.times import time_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from daemon.timetable.language.cursor import Names

_BY_KEY = {clause.key: clause for clause in CLAUSES}
_OPTION_KEYS = ("type", "zone", "spread", "retry", "catch_up")
_NOTHING = Token(Kind.END, "", 0, 0, "")
_UNDERSTOOD = frozenset(MENDS) | UNIT_WORDS | UNDERSTOOD | TIME_WORDS

POLICY_KEYS = tuple(_BY_KEY)
"""Every key of the table spelling."""


def policy_from_table(table: Mapping[str, object], names: Names = MappingProxyType({})) -> Policy:
    """Read a policy from its table spelling.

    Args:
        table: keys and values as TOML has them.
        names: the calendars that it can call by their names, in lower case, to how they are spelled.

    Raises:
        PolicyError: it is none; with every problem, each with its key and the place inside the key's value.
    """
    problems: list[Problem] = []
    phrases = _phrases(table, POLICY_KEYS, problems, names)
    problems += (replace(problem, key=key) for key, problem in between_clauses(phrases))
    if "action" not in phrases:
        problems.append(Problem(0, 0, "a policy needs an action", 'add action = "stop"'))
    if not has_time(phrases):
        problems.append(Problem(0, 0, "a policy needs a time", 'add at = "20:00", or cron'))
    if problems:
        raise PolicyError(tuple(problems))
    return assemble(phrases)


def options_from_table(table: Mapping[str, object]) -> Options:
    """Read the options of policies as ``[defaults]`` has them: type, zone, spread, retry, catch_up.

    Raises:
        PolicyError: a key or a value that is no option; with every problem, as in `policy_from_table`.
    """
    problems: list[Problem] = []
    phrases = _phrases(table, _OPTION_KEYS, problems, {})
    if problems:
        raise PolicyError(tuple(problems))
    said = {key: phrase.value for key, phrase in phrases.items()}
    return Options(
        type=said.get("type"),
        zone=said.get("zone"),
        spread=said.get("spread"),
        retry_for=said.get("retry"),
        catch_up=said.get("catch_up"),
    )


def _phrases(
    table: Mapping[str, object], keys: Iterable[str], problems: list[Problem], names: Names
) -> dict[str, Phrase]:
    phrases = {}
    for key, value in table.items():
        if key in keys:
            phrases[key] = _phrase(_BY_KEY[key], value, problems, names)
        else:
            problems.append(_unknown_key(key, keys))
    return phrases


def _phrase(clause: Clause[Any], value: object, problems: list[Problem], names: Names) -> Phrase:
    """The clause of one key; where it cannot be read, the problems are noted."""
    if isinstance(value, list | tuple) and clause.join is not None:
        read = [_read(clause, element, problems, index, names) for index, element in enumerate(value)]
        if not read:
            problems.append(Problem(0, 0, f"{clause.name}: the list is empty", "leave the key out", clause.key))
        broken = not read or any(phrase.value is None for phrase in read)
        joined = None if broken else clause.join([phrase.value for phrase in read])
        return Phrase(joined, _NOTHING, _NOTHING)
    return _read(clause, value, problems, None, names)


def _read(clause: Clause[Any], value: object, problems: list[Problem], index: int | None, names: Names) -> Phrase:
    text = _text_of(value)
    if text is None:
        message = f"{clause.name}: expected text, found {_kind_of(value)}"
        problems.append(Problem(0, 0, message, "put the value in quotes", clause.key, index))
        return Phrase(None, _NOTHING, _NOTHING)
    cursor = spelled(text, sorted(clause.words), _UNDERSTOOD, names)
    first, found = cursor.token, None
    try:
        found = clause.read(cursor)
        if not cursor.is_at_end:
            hint = "a key has the value of one clause; other clauses have keys of their own"
            cursor.note(cursor.token, f"{shown(text[cursor.token.start :])} is not understood here", hint)
    except ClauseError as error:
        cursor.problems.append(error.problem)
    problems += (replace(problem, key=clause.key, index=index) for problem in cursor.problems)
    return Phrase(None if cursor.problems else found, first, cursor.previous)


def _text_of(value: object) -> str | None:
    """The text that a TOML value stands for; None where it stands for none."""
    if isinstance(value, str):
        return value
    if isinstance(value, time):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return "false" if value is False else None


def _kind_of(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), "something else")


def _unknown_key(key: str, keys: Iterable[str]) -> Problem:
    if key in NOT_YET_KEYS:
        return Problem(0, 0, not_yet(shown(key)), "leave it out for now", key)
    if key in _BY_KEY:
        return Problem(0, 0, f"{shown(key)} is no option that can be a default", f"one of {', '.join(keys)}", key)
    close = near_miss(key.lower(), keys)
    hint = f'did you mean "{close}"?' if close else f"one of {', '.join(keys)}"
    return Problem(0, 0, f"{shown(key)} is no key of a policy", hint, key)
