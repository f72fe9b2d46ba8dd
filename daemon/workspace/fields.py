"""Fields of JSON objects from outside: what is missing is None, what is of another kind is an error that says so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonObject = dict[str, Any]

_MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are milliseconds: as seconds they would be the year 5138."""


class FieldError(ValueError):
    """Found something else than what is documented; the text says what and where."""


def ident(obj: Mapping[str, Any], key: str) -> str:
    """An id that must be there.

    Raises:
        FieldError: it is missing, empty or neither text nor a whole number.
    """
    value = obj.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise _unexpected(key, "an id", value)
    return value


def text(obj: Mapping[str, Any], key: str) -> str | None:
    """Text, or None where it is missing or empty.

    Raises:
        FieldError: it is neither text nor a number.
    """
    value = obj.get(key)
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _unexpected(key, "text", value)


def whole(obj: Mapping[str, Any], key: str) -> int | None:
    """A whole number, also one that is written as text, or None where it is missing.

    Raises:
        FieldError: it is something else.
    """
    value = obj.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    raise _unexpected(key, "a whole number", value)


def flag(obj: Mapping[str, Any], key: str) -> bool:
    """A truth value, also one that is written as text; false where it is missing.

    Raises:
        FieldError: it is something else.
    """
    value = obj.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _unexpected(key, "true or false", value)


def part(obj: Mapping[str, Any], key: str) -> JsonObject:
    """An object inside, empty where it is missing.

    Raises:
        FieldError: it is something else.
    """
    value = obj.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _unexpected(key, "an object", value)
    return value


def parts(obj: Mapping[str, Any], key: str) -> list[JsonObject]:
    """A list of objects, empty where it is null or missing.

    Raises:
        FieldError: it is something else.
    """
    value = obj.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _unexpected(key, "a list of objects", value)
    return value


def instant(obj: Mapping[str, Any], key: str) -> datetime | None:
    """A time as aware UTC, None where it is missing or unreadable.

    The API gives times with and without a zone; without one they are UTC, as its pages' examples are. Numbers are
    seconds or milliseconds since 1970.
    """
    value = obj.get(key)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS_FROM else value, UTC)
        if not isinstance(value, str):
            return None
        at = datetime.fromisoformat(value.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _unexpected(key: str, expected: str, value: Any) -> FieldError:
    found = "nothing" if value is None else f"{type(value).__name__} {str(value)[:60]!r}"
    return FieldError(f"expected {expected} as {key!r}, found {found}")
