"""Policies in both spellings, and the options that they can be given from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daemon.timetable.actions import Action, ActionType
from daemon.timetable.language.clauses import CLAUSES
from daemon.timetable.language.vocabulary import DAY_GROUPS
from daemon.timetable.policy import can_be_hard
from daemon.timetable.schedulefile.schema import forms
from daemon.timetable.schedulefile.sentences import OPTION_KEYS

if TYPE_CHECKING:
    from daemon.timetable.schedulefile.schema.forms import Schema

ACTIONS: Final = {
    Action.START: "switch on what is off",
    Action.STOP: "switch off what is on",
    Action.REBOOT: "restart what is on",
    Action.HIBERNATE: "put to disk and switch off what is on",
}
RESTART: Final = "restart"
"""The other word for a reboot."""
TYPES: Final = {
    ActionType.SOFT: "the guest's ordinary shutdown; users are cut off too",
    ActionType.HARD: "forced, as if the power were cut; for stop and reboot only",
}

_TIME: Final = r"[0-9]{1,2}:[0-9]{2}"
_DATE: Final = r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$"
_SENTENCE: Final = (
    rf"^\s*(?:{forms.any_case([*ACTIONS, RESTART])})(?:[^A-Za-z][\s\S]*?)?(?:{_TIME}|{forms.any_case(['cron'])})"
)
_EXAMPLES: Final = (
    "start weekdays 07:30",
    "stop at 20:00 SOFT",
    "start workdays 07:30 spread 20m",
    "stop on december 24 and december 31 at 13:00",
    "reboot first sunday 04:00 catch up 10m",
    "hibernate cron '0 22 * * 1-5' in Asia/Shanghai",
)


def policy() -> Schema:
    """A policy: a sentence, or the same as a table."""
    sentence = {"type": "string", "pattern": _SENTENCE, "examples": list(_EXAMPLES)}
    return {
        "description": "An action (start, stop, reboot, hibernate), when, and how: a sentence such as "
        '"stop at 20:00 SOFT", or a table with the same clauses as keys.',
        "anyOf": [sentence, _table()],
    }


def options() -> Schema:
    """``[defaults]``: what holds for policies that do not say otherwise."""
    known = _clauses()
    return forms.table(
        "Options for every policy that does not say otherwise.", {key: known[key] for key in OPTION_KEYS}
    )


def action(*more: str) -> Schema:
    """The word for an action; ``more`` words are accepted but not offered."""
    return forms.words("What is done.", {str(word): meaning for word, meaning in ACTIONS.items()}, more)


def _table() -> Schema:
    known = _clauses()
    made = forms.table("A policy as a table: one key a clause.", {clause.key: known[clause.key] for clause in CLAUSES})
    return made | {"required": ["action"], "oneOf": [_with_times(), _with_cron()], **_soft_unless_it_can_be_hard()}


def _with_times() -> Schema:
    return {"required": ["at"], "not": {"required": ["cron"]}}


def _with_cron() -> Schema:
    """It stands in place of days and times."""
    return {"required": ["cron"], "not": {"anyOf": [{"required": ["at"]}, {"required": ["days"]}]}}


def _soft_unless_it_can_be_hard() -> Schema:
    soft_only = [word for word in ACTIONS if not can_be_hard(word)]
    return {
        "if": {"required": ["action"], "properties": {"action": forms.spelled(soft_only)}},
        "then": {"properties": {"type": forms.spelled([ActionType.SOFT])}},
    }


def _clauses() -> dict[str, Schema]:
    """What each key of the table spelling takes."""
    groups = ", ".join(word for word in DAY_GROUPS if word.endswith(("s", "ly")))
    return {
        "action": action(RESTART),
        "days": _days(
            f"On which days; daily unless said. {groups}, workdays, holidays, a calendar's name, monday, mon-fri, "
            "first monday, last workday, day 1, december 24, 2026-12-24..2026-12-31, the day before X.",
            "weekdays",
            "mon-fri",
            "last friday",
        ),
        "at": forms.one_or_many(
            "At what time of day, on a clock of 24 hours.",
            {"type": "string", "pattern": _TIME, "examples": ["20:00", "07:30"]},
        ),
        "cron": forms.text("A crontab(5) expression, instead of days and times.", "0 20 * * 1-5"),
        "type": forms.words(
            "How it is carried out; SOFT unless said.", {str(word): meaning for word, meaning in TYPES.items()}
        ),
        "zone": {"$ref": "#/$defs/timezone"},
        "from": forms.text("The first date, inclusive.", "2026-12-01", pattern=_DATE),
        "until": forms.text("The last date, inclusive.", "2027-01-31", pattern=_DATE),
        "during": _days("The date must also lie in these: months, dates, ranges, a calendar's name.", "march, june"),
        "except": _days("Dates taken out: holidays, day names, dates, ranges, a calendar's name.", "holidays"),
        "spread": forms.length("Each pool has its own stable delay of less than this.", "20m"),
        "retry": forms.length("How long it is tried again, from the first attempt.", "2h"),
        "catch_up": {
            "description": "How late it may still be carried out after an outage; false for not at all.",
            "anyOf": [forms.length("So late.", "2h"), {"const": False}, forms.spelled(["no", "false"])],
        },
    }


def _days(description: str, *examples: str) -> Schema:
    return forms.one_or_many(description, {"type": "string", "pattern": forms.FILLED, "examples": list(examples)})
