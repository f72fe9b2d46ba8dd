"""The kinds of values that settings have, each with the words for what is expected of it."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr

SOCKET_PATH_BYTES = 107
"""``sun_path`` of unix(7) less its final zero."""
MAX_PORT = 65535
_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:\[\]]+)):(?P<port>\d{1,5})")


class Mode(StrEnum):
    """Whether the daemon acts, or does everything but the writing calls."""

    ACT = "act"
    OBSERVE = "observe"


class Reload(StrEnum):
    """Whether a changed schedule file is taken by itself."""

    AUTO = "auto"
    MANUAL = "manual"


class LogFormat(StrEnum):
    """How log lines look; auto is console on a terminal and json elsewhere."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least severe level that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Address(NamedTuple):
    """Host and TCP port of the status page."""

    host: str
    port: int

    def __str__(self) -> str:
        """``host:port``, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def setting(default: Any = ..., *, meaning: str, expects: str, **constraints: Any) -> Any:
    """Declare a setting: its default, what it means, and what a value must be, in words fit for an error."""
    if callable(default):
        return Field(
            default_factory=default, description=meaning, json_schema_extra={"expects": expects}, **constraints
        )
    return Field(default=default, description=meaning, json_schema_extra={"expects": expects}, **constraints)


def _lowered(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _without_final_slash(value: Any) -> Any:
    """Take a URL of a server only, so that nothing hides in it that would change where credentials go."""
    if not isinstance(value, str):
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not the address of a server")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("user, query and fragment have no place in it")
    if parts.port is not None and not 0 < parts.port <= MAX_PORT:
        raise ValueError("no such port")
    return value.rstrip("/")


def _address(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lower() in ("off", "none"):
        return None
    match = _LISTEN.fullmatch(value)
    if match is None or int(match["port"]) > MAX_PORT:
        raise ValueError("not an address and a port")
    return Address(match["six"] or match["host"], int(match["port"]))


def _sqlite_url(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("postgres:", "postgresql:", "postgresql+")):
        raise ValueError("PostgreSQL is not available yet")
    if not isinstance(value, str) or not value.startswith("sqlite:///") or ":memory:" in value:
        raise ValueError("not the URL of a SQLite file")
    if not value.removeprefix("sqlite:///"):
        raise ValueError("it names no file")
    return value


def _socket_path(value: Any) -> Any:
    if len(str(value).encode()) > SOCKET_PATH_BYTES:
        raise ValueError(f"longer than the {SOCKET_PATH_BYTES} bytes that a socket's path may have")
    return value


def _one_line_secret(value: Any) -> Any:
    """A key that was pasted with a blank or a line break in it would only ever be refused by the cloud."""
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(plain, str) and any(char.isspace() for char in plain):
        raise ValueError("it holds blanks or line breaks")
    if isinstance(plain, str) and "…" in plain:
        raise ValueError("it holds the … of an example: put the whole of yours there")
    return value


def _no_agency(value: Any) -> Any:
    if str(value).strip().lower() in ("true", "1", "yes", "on", "t", "y"):
        raise ValueError("the agency of the server it runs on is not available yet")
    return value


T = TypeVar("T")
Word = Annotated[T, BeforeValidator(_lowered)]
ServerUrl = Annotated[str, BeforeValidator(_without_final_slash)]
Listen = Annotated[Address | None, BeforeValidator(_address)]
SqliteUrl = Annotated[str, BeforeValidator(_sqlite_url)]
SocketPath = Annotated[Path, BeforeValidator(_socket_path)]
KeyPart = Annotated[T, BeforeValidator(_one_line_secret)]
Agency = Annotated[bool, BeforeValidator(_no_agency)]
Seconds = Annotated[float, Field(gt=0, le=86400 * 7, allow_inf_nan=False)]
