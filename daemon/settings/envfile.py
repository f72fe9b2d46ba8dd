"""Reads the environment file, in the form that systemd's ``EnvironmentFile=`` and ``docker --env-file`` share.

One ``NAME=value`` a line; ``#`` begins a comment at the start of a line only, because passwords hold it too; a value
may stand in single or double quotes; nothing is expanded. An ``export`` before the name is allowed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_ESCAPED = re.compile(r'\\(["\\$`])')
_QUOTED = 2


@dataclass(frozen=True, slots=True)
class EnvLine:
    """One assignment: its line number from 1, its name and its value."""

    line: int
    name: str
    value: str


def parse_env_file(text: str) -> tuple[list[EnvLine], list[int]]:
    """Give the assignments in order, and the numbers of the lines that are none."""
    found, unread = [], []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            unread.append(number)
        else:
            found.append(EnvLine(number, match["name"], _unquoted(match["value"])))
    return found, unread


def _unquoted(value: str) -> str:
    if len(value) >= _QUOTED and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    if len(value) >= _QUOTED and value[0] == value[-1] == "'":
        return value[1:-1]
    return value
