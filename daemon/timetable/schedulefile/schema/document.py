"""The whole file: its sections and their keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.language.vocabulary import WEEKDAY_OF
from daemon.timetable.schedulefile.codes import MEANINGS
from daemon.timetable.schedulefile.schema import forms, policies

if TYPE_CHECKING:
    from daemon.timetable.schedulefile.schema.forms import Schema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_POLICY: Final = {"$ref": "#/$defs/policy"}
_DEFAULTS: Final = {"$ref": "#/$defs/defaults"}
_TIMEZONE: Final = {"$ref": "#/$defs/timezone"}
_HOLIDAYS: Final = {"$ref": "#/$defs/holidays"}
_SILENCE: Final = {"$ref": "#/$defs/silence"}
_DATES: Final = {"$ref": "#/$defs/dates"}

_CALENDAR: Final = r"^[A-Za-z][A-Za-z0-9_-]*$"
"""Its name is a word of sentences."""
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_COUNTRY: Final = r"^\s*[A-Za-z]{2,3}(?:-.+)?$"


def schedule_schema() -> dict[str, Any]:
    """The JSON Schema of one schedule file, or of one file of a directory."""
    return {
        "$schema": DIALECT,
        "title": "poolpower's schedule file",
        **forms.table("What is done to which desktop pool, and when.", _top()),
        "$defs": _shared(),
    }


def schema_text() -> str:
    """The schema as the text of a file."""
    return json.dumps(schedule_schema(), indent=2) + "\n"


def _top() -> dict[str, Schema]:
    return {
        "timezone": _TIMEZONE,
        "holidays": _HOLIDAYS,
        "silence": _SILENCE,
        "defaults": _DEFAULTS,
        "calendars": forms.tables("Calendars of your own, each with a name.", _calendar(), _CALENDAR),
        "schedules": forms.tables("Lists of policies that pools share.", _schedule()),
        "projects": forms.tables("Cloud projects; the settings' own needs no entry.", _project()),
        "groups": forms.tables("Keys that several pools share.", _group()),
        "pools": forms.tables("The desktop pools.", _pool()),
    }


def _shared() -> dict[str, Schema]:
    """What stands in several places."""
    return {
        "policy": policies.policy(),
        "defaults": policies.options(),
        "timezone": forms.zone("Whose wall clock counts: an IANA name such as Europe/Berlin."),
        "holidays": forms.text(
            "Which dates are holidays: a country (CN), a country and subdivision (DE-BE), or a calendar's name.",
            "DE-BE",
            "CN",
        ),
        "silence": forms.codes("Warnings of `poolpower check` that are not to be given.", MEANINGS),
        "dates": forms.many(
            "Dates, and ranges of dates with both ends included.",
            {
                "type": "string",
                "pattern": rf"^\s*{_DAY}\s*(?:\.\.\s*{_DAY}\s*)?$",
                "examples": ["2026-12-24", "2026-12-28..2026-12-31"],
            },
        ),
    }


def _calendar() -> Schema:
    return forms.table(
        "A calendar: which dates are holidays, weekends and make-up working days; or simply a set of dates.",
        {
            "country": forms.text(
                "Public holidays, weekend and make-up working days of this country or subdivision.",
                "DE-BE",
                "CN",
                pattern=_COUNTRY,
            ),
            "categories": forms.one_or_many(
                'Kinds of holidays that count; "public" unless said.', forms.text("A kind.", "public", "bank")
            ),
            "holidays": _DATES,
            "except": _DATES,
            "workdays": _DATES,
            "weekend": forms.one_or_many("The days of the week that are no workdays.", forms.spelled(WEEKDAY_OF)),
            "dates": _DATES,
            "ics": forms.text("A file whose all-day events are the dates, beside this one.", "terms.ics"),
        },
    )


def _schedule() -> Schema:
    return forms.table("A list of policies that pools share.", {"policies": _policies("Its policies.")})


def _project() -> Schema:
    return forms.table(
        "A cloud project.",
        {
            "region": forms.text("Where its pools are.", "eu-west-101", pattern=forms.REGION),
            "project_id": forms.text("The cloud's id of the project.", pattern=forms.IDENTIFIER),
            "timezone": _TIMEZONE,
            "holidays": _HOLIDAYS,
            "defaults": _DEFAULTS,
        },
    )


def _group() -> Schema:
    return forms.table("Keys that its pools inherit unless they have them themselves.", _inheritable())


def _pool() -> Schema:
    return forms.table(
        "A desktop pool. The key is its name on the command line and in the ledger.",
        {
            "id": forms.text(
                "The cloud's id of the pool.", "a130ab3a-72bf-4b71-baa9-af4987c8e338", pattern=forms.IDENTIFIER
            ),
            "name": forms.text("The cloud's name, looked up exactly where there is no id; the key unless said."),
            "note": forms.text("Free text of yours, such as a change number.", "CHG0012345"),
            "group": forms.text("The group whose keys it inherits."),
            **_inheritable(),
        },
    )


def _inheritable() -> dict[str, Schema]:
    return {
        "project": forms.text("A project of this file; the settings' project unless said."),
        "schedule": forms.one_or_many(
            "Schedules that it has: a name, or a list of names.", forms.text("A schedule's name.", "office-hours")
        ),
        "without": forms.one_or_many("Actions of the schedules that are left out.", policies.action(policies.RESTART)),
        "policies": _policies("Policies of its own, added to the schedules'."),
        "timezone": _TIMEZONE,
        "holidays": _HOLIDAYS,
        "defaults": _DEFAULTS,
    }


def _policies(description: str) -> Schema:
    return forms.many(description, _POLICY)
