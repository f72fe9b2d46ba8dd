"""What is in force and where it stands, secrets masked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from daemon.settings.levels import PREFIX
from daemon.settings.model import DEFAULT_ORIGIN, Settings

if TYPE_CHECKING:
    from typing import Any

MASK = "***"
NOT_SET = "not set"
"""The place of a value that is nowhere, and has no default either."""
_VISIBLE = 4
_USERINFO = re.compile(r"//[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class InForce:
    """One setting: its variable, its value as text (masked where secret, None where not set), its place and meaning."""

    variable: str
    value: str | None
    origin: str
    meaning: str


def in_force(settings: Settings) -> list[InForce]:
    """Every setting, in the order of the manual."""
    return [
        InForce(
            variable=PREFIX + name.upper(),
            value=_shown(name, getattr(settings, name)),
            origin=_place(settings, name),
            meaning=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _place(settings: Settings, name: str) -> str:
    origin = settings.origin(name)
    return NOT_SET if origin == DEFAULT_ORIGIN and getattr(settings, name) is None else origin


def _shown(name: str, value: Any) -> str | None:
    if value is None:
        return "off" if name == "listen" else None
    if isinstance(value, SecretStr):
        return MASK
    if name == "access_key":
        return str(value)[:_VISIBLE] + MASK
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else _USERINFO.sub(f"//{MASK}@", str(value))
