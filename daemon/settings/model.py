"""The settings that are in force (design section 6)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import PrivateAttr, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from daemon.settings import defaults
from daemon.settings.credentials import WAYS
from daemon.settings.errors import SettingsError
from daemon.settings.fields import (
    Address,
    Agency,
    KeyPart,
    Listen,
    LogFormat,
    LogLevel,
    Mode,
    Reload,
    Seconds,
    ServerUrl,
    SocketPath,
    SqliteUrl,
    Word,
    setting,
)

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from daemon.settings.levels import Level

DEFAULT_ORIGIN = "default"
_LEVELS = "levels"
_SECONDS = "seconds, e.g. 30, above 0 and at most a week"


class CredentialKind(StrEnum):
    """Which kind of credentials is in force."""

    ACCESS_KEY = "access key"
    IAM_USER = "IAM user"


class Settings(BaseSettings):
    """Every setting, validated, frozen. Durations are seconds.

    ``Settings(...)`` takes what it is given and the defaults, and nothing from the machine it runs on:
    ``load_settings`` reads the levels and hands them over.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    schedules: Path = setting(
        defaults.schedules, meaning="schedule file or directory", expects="a path of a file or directory"
    )
    database_url: SqliteUrl = setting(
        defaults.database_url, meaning="the ledger", expects="sqlite:/// and a path, e.g. sqlite:////srv/poolpower.db"
    )
    region: str | None = setting(
        None,
        meaning="where the pools are",
        expects="a region such as eu-west-101",
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
    )
    project_id: str | None = setting(
        None,
        meaning="the cloud project's id",
        expects="a project id, letters, digits, - and _ only",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
    )
    endpoint: ServerUrl | None = setting(
        None,
        meaning="Workspace API, instead of the region's",
        expects="an https URL of a server without user and query",
    )
    iam_endpoint: ServerUrl | None = setting(
        None, meaning="IAM API, instead of the region's", expects="an https URL of a server without user and query"
    )
    ca_file: Path | None = setting(None, meaning="private certificate authority", expects="a path of a PEM file")
    access_key: KeyPart[str] | None = setting(
        None, meaning="access key id", expects="an access key id without blanks", repr=False
    )
    secret_key: KeyPart[SecretStr] | None = setting(
        None, meaning="its secret", expects="the secret of the access key, without blanks"
    )
    security_token: KeyPart[SecretStr] | None = setting(
        None, meaning="of a temporary access key", expects="a security token, without blanks"
    )
    iam_user: str | None = setting(
        None, meaning="IAM user, instead of an access key", expects="the name of an IAM user"
    )
    iam_password: SecretStr | None = setting(None, meaning="its password", expects="the password of the IAM user")
    iam_domain: str | None = setting(None, meaning="its account", expects="the name of the account (domain)")
    agency: Agency = setting(
        False,
        meaning="use the credentials of the server it runs on",
        expects="false; give an access key or an IAM user",
    )
    mode: Word[Mode] = setting(Mode.ACT, meaning="act, or observe without acting", expects="act or observe")
    reload: Word[Reload] = setting(
        Reload.AUTO, meaning="take a changed schedule file by itself, or when told", expects="auto or manual"
    )
    writes_per_minute: int = setting(
        80, meaning="limit of acting calls; 0 = none", expects="a whole number, 0 for no limit", ge=0, le=100_000
    )
    reads_per_minute: int = setting(
        160, meaning="limit of reading calls; 0 = none", expects="a whole number, 0 for no limit", ge=0, le=100_000
    )
    concurrency: int = setting(
        16, meaning="requests in flight for each project", expects="a whole number from 1 to 1000", ge=1, le=1000
    )
    request_timeout: Seconds = setting(30.0, meaning="seconds for one request", expects=_SECONDS)
    backoff_first: Seconds = setting(5.0, meaning="seconds before the second attempt at most", expects=_SECONDS)
    backoff_max: Seconds = setting(
        300.0, meaning="seconds between attempts at most", expects=f"{_SECONDS}, not below POOLPOWER_BACKOFF_FIRST"
    )
    poll_first: Seconds = setting(10.0, meaning="seconds before the first look at a job", expects=_SECONDS)
    poll_every: Seconds = setting(15.0, meaning="seconds between looks at a job", expects=_SECONDS)
    follow_for: Seconds = setting(
        1200.0, meaning="seconds before a job is given up", expects=f"{_SECONDS}, not below POOLPOWER_POLL_FIRST"
    )
    socket: SocketPath = setting(defaults.socket, meaning="control socket", expects="a path of at most 107 bytes")
    listen: Listen = setting(
        Address("127.0.0.1", 8090),
        meaning="status page and metrics",
        expects="host:port such as 127.0.0.1:8090, or off",
    )
    log_format: Word[LogFormat] = setting(LogFormat.AUTO, meaning="of log lines", expects="auto, console or json")
    log_level: Word[LogLevel] = setting(
        LogLevel.INFO, meaning="least severe level logged", expects="debug, info, warning or error"
    )
    retention_days: int = setting(
        400, meaning="how long the ledger keeps runs, in days", expects="whole days, at least 1", ge=1, le=36_500
    )
    _levels: tuple[Level, ...] = PrivateAttr(default=())

    @classmethod
    def of_levels(cls, levels: tuple[Level, ...]) -> Settings:
        """Settings from these levels, highest first, and the defaults.

        Raises:
            pydantic.ValidationError: a value is not what is expected of it.
        """
        given: dict[str, Any] = {_LEVELS: levels}
        made = cls(**given)
        made._levels = levels
        return made

    @field_validator("backoff_max", "follow_for", mode="after")
    @classmethod
    def _is_not_below_the_first(cls, value: float, info: ValidationInfo) -> float:
        first = {"backoff_max": "backoff_first", "follow_for": "poll_first"}[info.field_name or ""]
        if value < info.data.get(first, 0):
            raise ValueError(f"below POOLPOWER_{first.upper()}")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Our levels instead of pydantic's own: they know where each value stands, file and line."""
        del env_settings, dotenv_settings, file_secret_settings
        given = init_settings()
        levels: tuple[Level, ...] = given.pop(_LEVELS, ())
        plain = InitSettingsSource(settings_cls, given)
        return (plain, *(_LevelSource(settings_cls, level) for level in levels))

    @property
    def ledger_path(self) -> Path:
        """The file behind ``database_url``."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def credential_kind(self) -> CredentialKind | None:
        """Which credentials are in force, None where there are none."""
        if self.access_key and self.secret_key:
            return CredentialKind.ACCESS_KEY
        if self.iam_user and self.iam_password and self.iam_domain:
            return CredentialKind.IAM_USER
        return None

    def require_credentials(self) -> CredentialKind:
        """Say which credentials are in force.

        Raises:
            SettingsError: there are none; the hint lists the ways to give them.
        """
        kind = self.credential_kind
        if kind is None:
            raise SettingsError(["no credentials for the cloud are set", *self.unreadable], WAYS)
        return kind

    def origin(self, name: str) -> str:
        """Where a setting's value stands, e.g. ``environment`` or ``/etc/poolpower/poolpower.env:7``."""
        return next((level.values[name].origin for level in self._levels if name in level.values), DEFAULT_ORIGIN)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """What exists and may not be read by this user, in words."""
        return tuple(note for level in self._levels for note in level.unreadable)


class _LevelSource(PydanticBaseSettingsSource):
    """One level as pydantic-settings wants it."""

    def __init__(self, settings_cls: type[BaseSettings], level: Level) -> None:
        super().__init__(settings_cls)
        self._level = level

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        del field
        given = self._level.values.get(field_name)
        return (None if given is None else given.text), field_name, False

    def __call__(self) -> dict[str, Any]:
        return {name: given.text for name, given in self._level.values.items()}
