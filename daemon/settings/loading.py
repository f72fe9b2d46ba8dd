"""Loads the settings: every level, every problem at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from daemon.redaction import register_secret
from daemon.settings.credentials import ALL_PARTS, WAYS, choose_credentials
from daemon.settings.errors import SettingsError
from daemon.settings.levels import PREFIX, Level, read_levels
from daemon.settings.model import DEFAULT_ORIGIN, Settings
from daemon.settings.names import name_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIELDS = frozenset(Settings.model_fields)
SECRETS = ALL_PARTS - {"iam_user", "iam_domain"}
_USERINFO = re.compile(r"//[^/@\s]*@")


def load_settings(command_line: Mapping[str, str] | None = None) -> Settings:
    """Read the environment and the files that it names.

    Args:
        command_line: settings that an option of the command gave, above all else, e.g. ``{"mode": "observe"}``.

    Raises:
        SettingsError: naming every variable that is unknown, bad or contradicts another, and where it stands.
    """
    found = read_levels(FIELDS, command_line or {})
    _register_secrets(found)
    levels, contradictions = choose_credentials(found)
    problems = [problem for level in found for problem in level.problems] + name_problems(found, FIELDS)
    settings = None
    try:
        settings = Settings.of_levels(levels)
    except ValidationError as error:
        problems += [_worded(one["loc"][0], one, levels) for one in error.errors(include_url=False)]
    problems += contradictions
    if problems or settings is None:
        raise SettingsError(problems, WAYS if contradictions else None) from None
    return settings


def _register_secrets(levels: Sequence[Level]) -> None:
    """Before anything can log: what was given as a secret stays one even where the settings are refused."""
    for level in levels:
        for name in SECRETS & level.values.keys():
            register_secret(SecretStr(level.values[name].text))


def _worded(name: Any, error: Any, levels: Sequence[Level]) -> str:
    """Name the variable, its value unless secret, where it stands, what was expected, and why it is refused."""
    given = next((level.values[name] for level in levels if name in level.values), None)
    spelled = given.name if given else f"{PREFIX}{str(name).upper()}"
    text = given.text if given else str(error["input"])
    value = "" if name in SECRETS else f" is {_USERINFO.sub('//***@', text)!r}"
    extra = Settings.model_fields[name].json_schema_extra
    expects = extra["expects"] if isinstance(extra, dict) else ""
    why = f" ({error['ctx']['error']})" if error["type"] == "value_error" else ""
    return f"{spelled}{value} ({given.origin if given else DEFAULT_ORIGIN}): expected {expects}{why}"
