"""Reads the places that settings stand in, highest first, and keeps where each value stands."""

from __future__ import annotations

import configparser
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.settings.envfile import parse_env_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PREFIX = "POOLPOWER_"
ENV_FILE_VARIABLE = "POOLPOWER_ENV_FILE"
DEFAULT_ENV_FILE = Path("/etc/poolpower/poolpower.env")
CONTAINER_SECRETS = Path("/run/secrets")
SDK_VARIABLES = {
    "HUAWEICLOUD_SDK_AK": "access_key",
    "HUAWEICLOUD_SDK_SK": "secret_key",
    "HUAWEICLOUD_SDK_SECURITY_TOKEN": "security_token",
    "HUAWEICLOUD_SDK_PROJECT_ID": "project_id",
}
SDK_FILE_KEYS = {
    "ak": "access_key",
    "sk": "secret_key",
    "security_token": "security_token",
    "project_id": "project_id",
}
MAX_SECRET_FILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was given: the name it was spelled with, its text, and where it stands."""

    name: str
    text: str = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True)
class Level:
    """One place that settings come from.

    Attributes:
        name: for people.
        values: by the setting's name; empty values count as not given.
        is_sdk: true for the names of the vendor's SDK.
        strange: names of ours that may mean nothing, judged by ``names``.
        problems: what cannot be read although it was asked for.
        unreadable: what is there but not readable for this user: no problem until something is missing.
    """

    name: str
    values: Mapping[str, Given]
    is_sdk: bool = False
    strange: tuple[Given, ...] = ()
    problems: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def read_levels(fields: frozenset[str], command_line: Mapping[str, str]) -> tuple[Level, ...]:
    """Read every place, highest first.

    Args:
        fields: the names of all settings.
        command_line: settings that an option of the command gave.
    """
    return (
        _level("command line", (Given(PREFIX + k.upper(), v, "command line") for k, v in command_line.items()), fields),
        _level("environment", _ours(os.environ, "environment"), fields),
        _env_file_level(fields),
        *(_secrets_level(directory, fields) for directory in _secret_directories()),
        _sdk_environment(),
        _sdk_credentials_file(),
    )


def _level(name: str, given: Iterable[Given], fields: frozenset[str], **more: Any) -> Level:
    values: dict[str, Given] = {}
    strange: list[Given] = []
    for one in given:
        setting = one.name.removeprefix(PREFIX).lower()
        if setting not in fields or one.name != PREFIX + setting.upper():
            strange.append(one)
        elif one.text.strip():
            values[setting] = Given(one.name, one.text.strip(), one.origin)
    return Level(name, values, strange=tuple(strange), **more)


def _ours(environment: Mapping[str, str], origin: str) -> Iterator[Given]:
    """Our names in any case: ``poolpower_region`` is a slip to be told about, not another program's variable."""
    return (Given(name, text, origin) for name, text in environment.items() if name.upper().startswith(PREFIX))


def _env_file_level(fields: frozenset[str]) -> Level:
    """The file that is named must be there and readable; the default one may be missing, or root's alone."""
    named = os.environ.get(ENV_FILE_VARIABLE)
    path = Path(named) if named else DEFAULT_ENV_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Level(str(path), {}, problems=(f"{ENV_FILE_VARIABLE} names {path}, which is missing",) if named else ())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        note = (f"the environment file {path} cannot be read: {reason}",)
        tolerable = isinstance(error, PermissionError) and not named
        return Level(str(path), {}, unreadable=note if tolerable else (), problems=() if tolerable else note)
    lines, unread = parse_env_file(text)
    given = (Given(one.name, one.value, f"{path}:{one.line}") for one in lines if one.name.upper().startswith(PREFIX))
    return _level(
        str(path), given, fields, problems=tuple(f"{path}:{number}: expected NAME=value" for number in unread)
    )


def _secret_directories() -> list[Path]:
    systemd = os.environ.get("CREDENTIALS_DIRECTORY")
    return [*([Path(systemd)] if systemd else []), CONTAINER_SECRETS]


def _secrets_level(directory: Path, fields: frozenset[str]) -> Level:
    """One file a value, named as the variable, in capitals or small letters."""
    try:
        paths = sorted(path for path in directory.iterdir() if path.name.upper().startswith(PREFIX) and path.is_file())
    except OSError:
        return Level(str(directory), {})
    given: list[Given] = []
    problems: list[str] = []
    unreadable: list[str] = []
    for path in paths:
        try:
            given.append(Given(path.name.upper(), _secret_text(path), str(path)))
        except PermissionError:
            unreadable.append(f"the secret {path} cannot be read by this user")
        except (OSError, ValueError) as error:
            problems.append(f"the secret {path} cannot be read: {error}")
    return _level(str(directory), given, fields, problems=tuple(problems), unreadable=tuple(unreadable))


def _secret_text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_SECRET_FILE_BYTES + 1)
    if len(content) > MAX_SECRET_FILE_BYTES:
        raise ValueError(f"it is larger than {MAX_SECRET_FILE_BYTES} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None


def _sdk_environment() -> Level:
    values = {
        setting: Given(name, os.environ[name].strip(), "environment")
        for name, setting in SDK_VARIABLES.items()
        if os.environ.get(name, "").strip()
    }
    return Level("the SDK's names in the environment", values, is_sdk=True)


def _sdk_credentials_file() -> Level:
    """``~/.huaweicloud/credentials``, section ``[basic]``: another program's file, so what is odd in it is no error."""
    path = Path(os.environ.get("HOME") or "/nonexistent") / ".huaweicloud" / "credentials"
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Level(str(path), {}, is_sdk=True)
    except (OSError, ValueError, configparser.Error):
        note = f"the SDK's credentials file {path} cannot be read"
        return Level(str(path), {}, is_sdk=True, unreadable=(note,))
    section = parser["basic"] if parser.has_section("basic") else {}
    values = {
        setting: Given(f"{key} in [basic]", section[key].strip(), str(path))
        for key, setting in SDK_FILE_KEYS.items()
        if section.get(key, "").strip()
    }
    return Level(str(path), values, is_sdk=True)
