"""The shapes that values of the schedule file have, as pieces of JSON Schema."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.zones import ZoneError, zone_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Schema = dict[str, Any]
"""A JSON Schema, or a piece of one."""

FILLED: Final = r"\S"
"""Text that is not empty."""
NAME: Final = r"^[^@/\s](?:[^/]*[^/\s])?$"
"""What pools, schedules and the like may be called: no "/", no "@" in front, no blank at either end."""
LONGEST_NAME: Final = 255
IDENTIFIER: Final = r"^[A-Za-z0-9_-]{1,64}$"
REGION: Final = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
LENGTH: Final = r"^\s*(?:[0-9]{1,6}[dD])?(?:[0-9]{1,6}[hH])?(?:[0-9]{1,6}[mM])?(?:[0-9]{1,6}[sS])?\s*$"
_PATH: Final = r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+"


def text(description: str, *examples: str, pattern: str = FILLED) -> Schema:
    """Text of a form."""
    made: Schema = {"description": description, "type": "string", "pattern": pattern}
    return made | ({"examples": list(examples)} if examples else {})


def length(description: str, *examples: str) -> Schema:
    """A length of time such as ``1h30m``."""
    return text(description, *examples, pattern=LENGTH) | {"minLength": 2}


def words(description: str, meanings: Mapping[str, str], more: Iterable[str] = ()) -> Schema:
    """One of several words in any case, each explained; ``more`` are accepted but not offered."""
    return {"description": _with_meanings(description, meanings), "anyOf": [offered(meanings), spelled(meanings, more)]}


def codes(description: str, meanings: Mapping[str, str]) -> Schema:
    """One of several words, as they are spelled here; one of them or a list."""
    one = offered(meanings)
    return {
        "description": _with_meanings(description, meanings),
        "anyOf": [one, {"type": "array", "items": one}],
    }


def offered(meanings: Mapping[str, str]) -> Schema:
    """The words that an editor completes, with their meanings."""
    return {"enum": list(meanings), "x-taplo": {"docs": {"enumValues": list(meanings.values())}}}


def spelled(known: Iterable[str], more: Iterable[str] = ()) -> Schema:
    """The same words in any case."""
    return {"type": "string", "pattern": rf"^\s*(?:{any_case([*known, *more])})\s*$"}


def one_or_many(description: str, item: Schema) -> Schema:
    """A value or a list of such values."""
    return {"description": description, "anyOf": [item, {"type": "array", "items": item}]}


def many(description: str, item: Schema) -> Schema:
    """A list of values."""
    return {"description": description, "type": "array", "items": item}


def table(description: str, properties: Mapping[str, Schema]) -> Schema:
    """A table with these keys and no others."""
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }


def tables(description: str, one: Schema, names: str = NAME) -> Schema:
    """A section: tables of the same kind, each with a name of its own."""
    return {
        "description": description,
        "type": "object",
        "propertyNames": {"pattern": names, "maxLength": LONGEST_NAME},
        "additionalProperties": one,
    }


def zone(description: str) -> Schema:
    """The name of a time zone: proper names are offered, other cases accepted, abbreviations and offsets are not."""
    names = _zones()
    other = rf"^\s*(?:{_PATH}|{any_case(name for name in names if '/' not in name)})\s*$"
    return {"description": description, "anyOf": [{"enum": names}, {"type": "string", "pattern": other}]}


def any_case(several: Iterable[str]) -> str:
    """A pattern for words in any case; JSON Schema's patterns have no flags."""
    return "|".join("".join(_either(char) for char in word) for word in several)


def _zones() -> list[str]:
    """Every zone that a file may name, in its proper spelling."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return sorted(filter(_is_accepted, listed))


def _is_accepted(name: str) -> bool:
    try:
        return zone_name(name) == name
    except ZoneError:
        return False


def _either(char: str) -> str:
    return f"[{char.upper()}{char.lower()}]" if char.isalpha() else re.escape(char)


def _with_meanings(description: str, meanings: Mapping[str, str]) -> str:
    """The description with each word's meaning, for editors that show nothing else."""
    return "\n".join([description, *(f"- {word}: {meaning}" for word, meaning in meanings.items())])
