"""Reads what was answered, by a flag or on a terminal; a mend goes with every refusal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from daemon.cli.usage import WrongUseError
from daemon.timetable.actions import Action
from daemon.timetable.language import PolicyError, parse_policy
from daemon.timetable.policy import Policy
from daemon.timetable.recurrence.days import EveryDay
from daemon.timetable.recurrence.times import OnDays, time_text
from daemon.timetable.schedulefile import ScheduleError, parse_schedule
from daemon.timetable.zones import ZoneError, zone_name

if TYPE_CHECKING:
    from datetime import time

NONE: Final = "none"
"""The answer that there are no holidays."""
_PROBE: Final = 'holidays = {}\ntimezone = "UTC"\n[pools.probe]\npolicies = ["start daily 07:30"]\n'
"""A schedule in whose first line the holidays are judged, so that `init` and `check` never disagree."""


def read_zone(text: str) -> str:
    """The proper name of a time zone.

    Raises:
        WrongUseError: there is none of this name; the hint has the one that was probably meant.
    """
    try:
        return zone_name(text.strip())
    except ZoneError as error:
        raise WrongUseError(error.message, error.hint) from None


def read_holidays(text: str) -> str | None:
    """A country or country-subdivision whose public holidays are known; None for "none".

    Raises:
        WrongUseError: there is none of this code.
    """
    code = text.strip()
    if code.lower() == NONE:
        return None
    try:
        parse_schedule([("", _PROBE.format(json.dumps(code)))])
    except ScheduleError as error:
        raise WrongUseError(error.findings[0].message, error.findings[0].hint) from None
    return code


def read_time(text: str) -> str:
    """A wall time, ``HH:MM`` or ``HH:MM:SS``.

    Raises:
        WrongUseError: it is none, or several.
    """
    times: tuple[time, ...] = ()
    try:
        policy = parse_policy(f"{Action.START} at {text}")
    except PolicyError as error:
        raise WrongUseError(error.problems[0].message, error.problems[0].hint) from None
    if isinstance(policy.when, OnDays) and policy == Policy(Action.START, OnDays(EveryDay(), policy.when.times)):
        times = policy.when.times
    if len(times) != 1:
        raise WrongUseError(f"expected one time, found {text!r}", "write it like 07:30; the file takes more than that")
    return time_text(times[0])
