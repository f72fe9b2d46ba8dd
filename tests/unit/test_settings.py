"""What the administrator set: where it is read from, what wins, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr, ValidationError

from daemon import redaction
from daemon.settings import (
    Address,
    CredentialKind,
    LogFormat,
    Mode,
    Reload,
    Settings,
    SettingsError,
    defaults,
    levels,
    load_settings,
)
from daemon.settings.envfile import EnvLine, parse_env_file
from daemon.settings.listing import in_force

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "canary-4f9a-secret"


class Machine:
    """A machine whose every place for settings is ours."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._patch = monkeypatch
        self.home = root / "home"
        self.env_file = root / "etc" / "poolpower.env"
        self.container = root / "run-secrets"
        self.systemd = root / "credentials"
        for folder in (self.home, self.env_file.parent, self.container, self.systemd):
            folder.mkdir()

    def set(self, **variables: str) -> None:
        """Set environment variables."""
        for name, value in variables.items():
            self._patch.setenv(name, value)

    def write_env(self, text: str) -> None:
        """Write the default environment file."""
        self.env_file.write_text(text)

    def write_systemd(self, name: str, text: str) -> None:
        """Write one file of systemd's credentials directory."""
        self.set(CREDENTIALS_DIRECTORY=str(self.systemd))
        (self.systemd / name).write_text(text)

    def write_sdk(self, text: str) -> None:
        """Write the SDK's credentials file."""
        (self.home / ".huaweicloud").mkdir(exist_ok=True)
        (self.home / ".huaweicloud" / "credentials").write_text(text)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """Give a machine on which nothing is set."""
    import os

    for name in list(os.environ):
        if name.startswith(("POOLPOWER_", "HUAWEICLOUD_", "XDG_")) or name.endswith("_DIRECTORY"):
            monkeypatch.delenv(name)
    made = Machine(tmp_path, monkeypatch)
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(levels, "DEFAULT_ENV_FILE", made.env_file)
    monkeypatch.setattr(levels, "CONTAINER_SECRETS", made.container)
    monkeypatch.setattr(defaults, "SYSTEM_SCHEDULES", tmp_path / "etc" / "schedules.toml")
    yield made
    redaction.forget_secrets()


def problems() -> tuple[str, ...]:
    """Load the settings and give what is wrong with them."""
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value.problems


def test_defaults_are_those_of_the_manual(machine: Machine) -> None:
    """With nothing set every setting has the default that the table of settings gives."""
    settings = load_settings()
    assert settings.schedules == Path("schedules.toml")
    assert settings.ledger_path == machine.home / ".local/state/poolpower/ledger.db"
    assert settings.database_url == f"sqlite:///{settings.ledger_path}"
    assert settings.mode is Mode.ACT
    assert settings.reload is Reload.AUTO
    assert (settings.writes_per_minute, settings.reads_per_minute, settings.concurrency) == (80, 160, 16)
    assert (settings.request_timeout, settings.backoff_first, settings.backoff_max) == (30, 5, 300)
    assert (settings.poll_first, settings.poll_every, settings.follow_for) == (10, 15, 1200)
    assert settings.listen == Address("127.0.0.1", 8090)
    assert (settings.log_format, settings.log_level, settings.retention_days) == (LogFormat.AUTO, "info", 400)
    assert (settings.region, settings.endpoint, settings.ca_file, settings.agency) == (None, None, None, False)


def test_system_schedule_file_is_preferred_where_it_exists(machine: Machine) -> None:
    """The file of /etc is taken before the one of the current folder."""
    defaults.SYSTEM_SCHEDULES.write_text("")
    (machine.root / "schedules.toml").write_text("")
    assert load_settings().schedules == defaults.SYSTEM_SCHEDULES


def test_directories_of_systemd_are_the_default_places(machine: Machine) -> None:
    """$STATE_DIRECTORY holds the ledger and $RUNTIME_DIRECTORY the socket, the first of several."""
    machine.set(STATE_DIRECTORY="/var/lib/a:/var/lib/b", RUNTIME_DIRECTORY="/run/a")
    settings = load_settings()
    assert settings.ledger_path == Path("/var/lib/a/ledger.db")
    assert settings.socket == Path("/run/a/control.sock")


def test_socket_is_in_the_users_runtime_directory_where_there_is_one(machine: Machine) -> None:
    """$XDG_RUNTIME_DIR is used, and where it is missing the user's state directory, never /tmp."""
    machine.set(XDG_RUNTIME_DIR=str(machine.home))
    assert load_settings().socket == machine.home / "poolpower" / "control.sock"
    machine.set(XDG_RUNTIME_DIR="/nonexistent/runtime")
    assert load_settings().socket == machine.home / ".local/state/poolpower/control.sock"


def test_higher_places_win_and_each_value_knows_its_place(machine: Machine) -> None:
    """Command line, environment, environment file, systemd's files, container's files: in this order."""
    for name in ("CONCURRENCY", "REGION", "PROJECT_ID", "IAM_ENDPOINT", "ENDPOINT"):
        (machine.container / f"POOLPOWER_{name}").write_text({"CONCURRENCY": "1"}.get(name, "https://container\n"))
    (machine.container / "POOLPOWER_REGION").write_text("container\n")
    (machine.container / "POOLPOWER_PROJECT_ID").write_text("container")
    machine.write_systemd("poolpower_region", "systemd")
    machine.write_systemd("POOLPOWER_PROJECT_ID", "systemd")
    machine.write_systemd("POOLPOWER_CONCURRENCY", "2")
    machine.write_env("# ours\n\nPOOLPOWER_PROJECT_ID=file\nPOOLPOWER_CONCURRENCY=3\nPOOLPOWER_MODE=act\nOTHER=1\n")
    machine.set(POOLPOWER_CONCURRENCY="4", POOLPOWER_MODE="act")
    settings = load_settings({"mode": "observe"})
    assert (settings.mode, settings.origin("mode")) == (Mode.OBSERVE, "command line")
    assert (settings.concurrency, settings.origin("concurrency")) == (4, "environment")
    assert (settings.project_id, settings.origin("project_id")) == ("file", f"{machine.env_file}:3")
    assert (settings.region, settings.origin("region")) == ("systemd", str(machine.systemd / "poolpower_region"))
    assert settings.origin("endpoint") == str(machine.container / "POOLPOWER_ENDPOINT")
    assert settings.origin("reload") == "default"


def test_named_environment_file_replaces_the_default_one(machine: Machine) -> None:
    """POOLPOWER_ENV_FILE names the only file that is read."""
    machine.write_env("POOLPOWER_REGION=default\n")
    other = machine.root / "other.env"
    other.write_text("export POOLPOWER_PROJECT_ID='p 1'\n".replace(" 1", "1"))
    machine.set(POOLPOWER_ENV_FILE=str(other))
    settings = load_settings()
    assert (settings.region, settings.project_id) == (None, "p1")


def test_named_environment_file_must_exist(machine: Machine) -> None:
    """A missing file is an error where it was named, and none where it is the default one."""
    machine.set(POOLPOWER_ENV_FILE="/nonexistent/poolpower.env")
    assert problems() == ("POOLPOWER_ENV_FILE names /nonexistent/poolpower.env, which is missing",)


def test_dotenv_of_the_current_folder_is_never_read(machine: Machine) -> None:
    """A .env that happens to lie where one stands changes nothing."""
    (machine.root / ".env").write_text("POOLPOWER_REGION=elsewhere\n")
    assert load_settings().region is None


def test_key_with_the_dots_of_an_example_names_its_variable(machine: Machine) -> None:
    """Who copied a line of the manual is told which value is still to be put in."""
    machine.set(POOLPOWER_ACCESS_KEY="…", POOLPOWER_SECRET_KEY="canary…")
    (access, secret) = problems()
    assert "POOLPOWER_ACCESS_KEY" in access
    assert "it holds the … of an example" in access
    assert "POOLPOWER_SECRET_KEY" in secret
    assert "canary" not in secret


def test_environment_file_of_root_alone_is_noted_and_not_fatal(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator who may not read the secrets can still ask the daemon; a missing credential then says why."""
    machine.write_env("POOLPOWER_REGION=eu\n")
    _forbid(monkeypatch, machine.env_file)
    settings = load_settings()
    assert "cannot be read: Permission denied" in settings.unreadable[0]
    with pytest.raises(SettingsError, match=r"poolpower\.env cannot be read"):
        settings.require_credentials()
    machine.set(POOLPOWER_ENV_FILE=str(machine.env_file))
    assert "cannot be read" in problems()[0]


def test_environment_file_that_is_not_text_is_an_error(machine: Machine) -> None:
    """What is not UTF-8 is said to be so."""
    machine.env_file.write_bytes(b"POOLPOWER_REGION=\xff\n")
    assert problems() == (f"the environment file {machine.env_file} cannot be read: it is not UTF-8",)


def test_line_of_the_environment_file_that_is_no_assignment_is_an_error(machine: Machine) -> None:
    """Such a line is named by its number."""
    machine.write_env("POOLPOWER_REGION=eu\nnonsense here\n")
    assert problems() == (f"{machine.env_file}:2: expected NAME=value",)


def test_values_of_the_environment_file_are_taken_as_they_stand() -> None:
    """Nothing is expanded, # is part of a value, quotes are taken off, escapes count in double quotes only."""
    text = 'A=p#a$ss ${HOME}\nB=\' x \'\nC="a\\"b\\\\"\n; comment\nexport D = 1\nE="\nF=\'\n'
    assert parse_env_file(text)[0] == [
        EnvLine(1, "A", "p#a$ss ${HOME}"),
        EnvLine(2, "B", " x "),
        EnvLine(3, "C", 'a"b\\'),
        EnvLine(5, "D", "1"),
        EnvLine(6, "E", '"'),
        EnvLine(7, "F", "'"),
    ]


def test_empty_value_counts_as_not_given(machine: Machine) -> None:
    """POOLPOWER_REGION= of a compose file leaves the default in force."""
    machine.set(POOLPOWER_REGION="", POOLPOWER_CONCURRENCY="  ")
    settings = load_settings()
    assert (settings.region, settings.concurrency) == (None, 16)


def test_unknown_names_are_refused_with_what_was_probably_meant(machine: Machine) -> None:
    """A slip in a variable's name is an error wherever it stands."""
    machine.set(POOLPOWER_CONCURENCY="1", poolpower_region="eu", POOLPOWER_NOTHING_LIKE_IT="1")
    machine.write_env("POOLPOWER_ACCES_KEY=1\n")
    assert problems() == (
        "POOLPOWER_CONCURENCY (environment) is no setting: did you mean POOLPOWER_CONCURRENCY?",
        "poolpower_region (environment) is no setting: did you mean POOLPOWER_REGION?",
        "POOLPOWER_NOTHING_LIKE_IT (environment) is no setting",
        f"POOLPOWER_ACCES_KEY ({machine.env_file}:1) is no setting: did you mean POOLPOWER_ACCESS_KEY?",
    )


def test_names_that_kubernetes_sets_are_let_be(machine: Machine) -> None:
    """A service called poolpower puts variables with our prefix into every container of its namespace."""
    machine.set(
        POOLPOWER_SERVICE_HOST="10.0.0.1",
        POOLPOWER_SERVICE_PORT="80",
        POOLPOWER_SERVICE_PORT_HTTP="80",
        POOLPOWER_PORT="tcp://10.0.0.1:80",
        POOLPOWER_PORT_80_TCP_ADDR="10.0.0.1",
        POOLPOWER_WEB_SERVICE_HOST="10.0.0.2",
    )
    assert load_settings().region is None


def test_keys_of_single_projects_are_refused_plainly(machine: Machine) -> None:
    """Keys for each project are not available yet, and nothing else is silently used instead."""
    machine.set(POOLPOWER_PROJECTS__SHANGHAI__ACCESS_KEY="x")
    assert "keys for single projects are not available yet" in problems()[0]


def test_agency_is_refused_plainly(machine: Machine) -> None:
    """The server's own credentials are not available yet; false is what is in force."""
    machine.set(POOLPOWER_AGENCY="true")
    assert "the agency of the server it runs on is not available yet" in problems()[0]
    machine.set(POOLPOWER_AGENCY="false")
    assert load_settings().agency is False


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CONCURRENCY", "many", "a whole number from 1 to 1000"),
        ("CONCURRENCY", "0", "a whole number from 1 to 1000"),
        ("WRITES_PER_MINUTE", "-1", "a whole number, 0 for no limit"),
        ("REQUEST_TIMEOUT", "30s", "seconds, e.g. 30"),
        ("REQUEST_TIMEOUT", "0", "seconds, e.g. 30"),
        ("POLL_EVERY", "inf", "seconds, e.g. 30"),
        ("MODE", "dry-run", "act or observe"),
        ("RELOAD", "no", "auto or manual"),
        ("LOG_FORMAT", "text", "auto, console or json"),
        ("LOG_LEVEL", "trace", "debug, info, warning or error"),
        ("LISTEN", "8090", "host:port such as 127.0.0.1:8090, or off"),
        ("LISTEN", "localhost:99999", "host:port such as 127.0.0.1:8090, or off"),
        ("DATABASE_URL", "/var/lib/ledger.db", "sqlite:/// and a path"),
        ("DATABASE_URL", "sqlite:///:memory:", "sqlite:/// and a path"),
        ("DATABASE_URL", "sqlite:///", "it names no file"),
        ("DATABASE_URL", "postgresql://u:pw@h/d", "PostgreSQL is not available yet"),
        ("REGION", "eu west", "a region such as eu-west-101"),
        ("REGION", "evil.example/", "a region such as eu-west-101"),
        ("PROJECT_ID", "../x", "a project id"),
        ("ENDPOINT", "workspace.example", "an https URL"),
        ("ENDPOINT", "https://u:p@host", "user, query and fragment have no place in it"),
        ("ENDPOINT", "https://host:0", "no such port"),
        ("IAM_ENDPOINT", "ftp://host", "an https URL"),
        ("SOCKET", "/" + "x" * 107, "a path of at most 107 bytes"),
        ("RETENTION_DAYS", "0", "whole days, at least 1"),
        ("BACKOFF_MAX", "1", "not below POOLPOWER_BACKOFF_FIRST"),
        ("FOLLOW_FOR", "1", "not below POOLPOWER_POLL_FIRST"),
    ],
)
def test_bad_value_is_named_with_what_was_expected(machine: Machine, name: str, value: str, expected: str) -> None:
    """Each setting that cannot be is refused, naming the variable, its value and the expectation."""
    machine.set(**{f"POOLPOWER_{name}": value})
    (problem,) = problems()
    assert problem.startswith(f"POOLPOWER_{name} is ")
    assert "(environment)" in problem
    assert expected in problem


def test_every_problem_is_told_at_once(machine: Machine) -> None:
    """One start tells all: unknown names, bad values and contradictory credentials."""
    machine.set(POOLPOWER_X="1", POOLPOWER_CONCURRENCY="x", POOLPOWER_MODE="y", POOLPOWER_SECRET_KEY=CANARY)
    found = problems()
    assert len(found) == 4
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.message.count("\n  - ") == 4


def test_value_of_a_secret_is_in_no_error(machine: Machine) -> None:
    """A bad secret is named, never shown; neither is the password inside an address."""
    machine.set(
        POOLPOWER_ACCESS_KEY=f"{CANARY} 1",
        POOLPOWER_SECRET_KEY=f"{CANARY} 2",
        POOLPOWER_ENDPOINT=f"https://user:{CANARY}@host",
        POOLPOWER_DATABASE_URL=f"postgresql://user:{CANARY}@host/db",
    )
    found = problems()
    assert len(found) == 4
    assert CANARY not in repr(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0.0.0:80", Address("0.0.0.0", 80)),  # noqa: S104 - a value, nothing listens
        ("[::1]:8090", Address("::1", 8090)),
        ("OFF", None),
        ("none", None),
    ],
)
def test_listen_takes_addresses_and_off(machine: Machine, text: str, expected: Address | None) -> None:
    """IPv4, IPv6 in brackets, or nothing at all."""
    machine.set(POOLPOWER_LISTEN=text)
    assert load_settings().listen == expected


def test_address_prints_as_it_is_written() -> None:
    """An IPv6 address has its brackets."""
    assert [str(Address("::1", 1)), str(Address("h", 2))] == ["[::1]:1", "h:2"]


def test_words_are_taken_in_any_case_and_urls_lose_their_last_slash(machine: Machine) -> None:
    """What cannot be misunderstood is not refused."""
    machine.set(POOLPOWER_MODE="Observe", POOLPOWER_LOG_LEVEL="DEBUG", POOLPOWER_ENDPOINT="http://127.0.0.1:8091/")
    settings = load_settings()
    assert (settings.mode, settings.log_level, settings.endpoint) == (Mode.OBSERVE, "debug", "http://127.0.0.1:8091")


def test_secret_files_are_trimmed_and_named_like_the_variable_in_either_case(machine: Machine) -> None:
    """The line break that an editor adds is no part of a secret."""
    machine.write_systemd("poolpower_access_key", "AK1\n")
    (machine.container / "POOLPOWER_SECRET_KEY").write_text(f"{CANARY}\n")
    settings = load_settings()
    assert settings.access_key == "AK1"
    assert settings.secret_key == SecretStr(CANARY)
    assert settings.require_credentials() is CredentialKind.ACCESS_KEY


def test_other_files_among_the_containers_secrets_are_not_ours(machine: Machine) -> None:
    """/run/secrets is shared with other programs."""
    (machine.container / "database_password").write_text("x")
    (machine.container / "poolpower_folder").mkdir()
    assert load_settings().region is None


def test_misnamed_secret_file_is_an_error(machine: Machine) -> None:
    """A file of ours that means nothing is a slip to be told about."""
    machine.write_systemd("poolpower_secretkey", "x")
    assert "did you mean POOLPOWER_SECRET_KEY?" in problems()[0]


def test_secret_file_that_is_too_large_or_no_text_is_an_error(machine: Machine) -> None:
    """A wrong mount is noticed, its content is not shown."""
    machine.write_systemd("POOLPOWER_SECRET_KEY", "x" * (levels.MAX_SECRET_FILE_BYTES + 1))
    (machine.container / "POOLPOWER_IAM_PASSWORD").write_bytes(b"\xff\xfe")
    found = problems()
    assert "larger than" in found[0]
    assert found[1].endswith("cannot be read: it is not UTF-8")


def test_secret_file_of_another_user_is_noted_and_not_fatal(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line of another user works without the daemon's secrets."""
    machine.write_systemd("POOLPOWER_SECRET_KEY", CANARY)
    _forbid(monkeypatch, machine.systemd / "POOLPOWER_SECRET_KEY")
    assert "cannot be read by this user" in load_settings().unreadable[0]


def test_names_of_the_sdk_are_read(machine: Machine) -> None:
    """Who has the vendor's SDK set up needs no second set of variables."""
    machine.set(HUAWEICLOUD_SDK_AK="ak", HUAWEICLOUD_SDK_SK=CANARY, HUAWEICLOUD_SDK_PROJECT_ID="p")
    machine.set(HUAWEICLOUD_SDK_SECURITY_TOKEN="t")
    settings = load_settings()
    assert (settings.access_key, settings.secret_key, settings.project_id) == ("ak", SecretStr(CANARY), "p")
    assert settings.security_token == SecretStr("t")
    assert settings.origin("access_key") == "environment"


def test_credentials_file_of_the_sdk_is_read_last(machine: Machine) -> None:
    """~/.huaweicloud/credentials, section [basic]; a percent sign in it is a percent sign."""
    machine.write_sdk(f"[basic]\nak = ak\nsk = {CANARY}%s\nproject_id = p\niam_endpoint = x\n")
    settings = load_settings()
    assert (settings.access_key, settings.secret_key) == ("ak", SecretStr(f"{CANARY}%s"))
    assert settings.origin("project_id") == str(machine.home / ".huaweicloud" / "credentials")
    machine.set(HUAWEICLOUD_SDK_PROJECT_ID="q")
    assert load_settings().project_id == "q"


@pytest.mark.parametrize("text", ["no section\n", "[global]\nak = x\n", "[basic]\n"])
def test_odd_credentials_file_of_the_sdk_is_no_error(machine: Machine, text: str) -> None:
    """It is another program's file."""
    machine.write_sdk(text)
    assert load_settings().credential_kind is None


def test_sdk_without_a_home_is_no_error(machine: Machine) -> None:
    """A service may have no home directory."""
    machine.set(HOME="")
    machine.set(POOLPOWER_DATABASE_URL="sqlite:////x", POOLPOWER_SOCKET="/x")
    assert load_settings().credential_kind is None


def test_ours_win_over_the_sdks_as_a_whole(machine: Machine) -> None:
    """No part of the SDK's key is mixed with ours, its token neither."""
    machine.set(HUAWEICLOUD_SDK_AK="sdk", HUAWEICLOUD_SDK_SK="sdk-secret", HUAWEICLOUD_SDK_SECURITY_TOKEN="tt")
    machine.set(POOLPOWER_ACCESS_KEY="ours", POOLPOWER_SECRET_KEY=CANARY)
    settings = load_settings()
    assert (settings.access_key, settings.security_token) == ("ours", None)


def test_half_of_ours_is_not_completed_by_the_sdks(machine: Machine) -> None:
    """Half an access key is refused even where the SDK's other half would be there."""
    machine.set(POOLPOWER_ACCESS_KEY="ours", HUAWEICLOUD_SDK_AK="sdk", HUAWEICLOUD_SDK_SK="sdk-secret")
    assert problems() == ("POOLPOWER_ACCESS_KEY (environment): half of an access key, POOLPOWER_SECRET_KEY is missing",)


def test_half_of_the_sdks_is_refused_and_not_completed_by_its_file(machine: Machine) -> None:
    """Each of the SDK's two places stands for itself, as it does for the SDK."""
    machine.set(HUAWEICLOUD_SDK_AK="sdk")
    machine.write_sdk("[basic]\nak = file\nsk = file-secret\n")
    assert "HUAWEICLOUD_SDK_AK (environment): half of an access key" in problems()[0]


def test_parts_of_one_key_may_stand_in_different_places(machine: Machine) -> None:
    """The id in the environment file and its secret in systemd's credentials directory is the usual set-up."""
    machine.write_env("POOLPOWER_ACCESS_KEY=ak\n")
    machine.write_systemd("POOLPOWER_SECRET_KEY", CANARY)
    settings = load_settings()
    assert (settings.access_key, settings.secret_key) == ("ak", SecretStr(CANARY))


def test_part_of_another_key_is_never_mixed_in(machine: Machine) -> None:
    """A new key in the environment does not take the token, or the secret, of the old one in the file."""
    machine.write_env("POOLPOWER_ACCESS_KEY=old\nPOOLPOWER_SECRET_KEY=old-secret\nPOOLPOWER_SECURITY_TOKEN=old-token\n")
    machine.set(POOLPOWER_ACCESS_KEY="new", POOLPOWER_SECRET_KEY=CANARY)
    assert load_settings().security_token is None
    machine.set(POOLPOWER_SECRET_KEY="")
    assert "POOLPOWER_SECRET_KEY is missing" in problems()[0]


def test_highest_place_decides_the_kind(machine: Machine) -> None:
    """An IAM user in the environment puts the access key of the file out of force."""
    machine.write_env("POOLPOWER_ACCESS_KEY=ak\nPOOLPOWER_SECRET_KEY=secret-of-ak\n")
    machine.set(POOLPOWER_IAM_USER="u", POOLPOWER_IAM_PASSWORD=CANARY, POOLPOWER_IAM_DOMAIN="d")
    settings = load_settings()
    assert settings.require_credentials() is CredentialKind.IAM_USER
    assert (settings.access_key, settings.secret_key) == (None, None)


def test_two_kinds_in_one_place_contradict(machine: Machine) -> None:
    """An access key and an IAM user side by side are refused with the list of ways."""
    machine.set(POOLPOWER_ACCESS_KEY="ak", POOLPOWER_SECRET_KEY="secret", POOLPOWER_IAM_USER="u")
    with pytest.raises(SettingsError, match="contradict each other") as caught:
        load_settings()
    assert "POOLPOWER_IAM_PASSWORD" in (caught.value.hint or "")


def test_iam_user_needs_all_three_parts(machine: Machine) -> None:
    """What is missing is named."""
    machine.set(POOLPOWER_IAM_USER="u")
    assert problems() == (
        (
            "POOLPOWER_IAM_USER (environment): half of an IAM user, "
            "POOLPOWER_IAM_PASSWORD and POOLPOWER_IAM_DOMAIN are missing"
        ),
    )


@pytest.mark.usefixtures("machine")
def test_missing_credentials_are_refused_only_where_they_are_needed() -> None:
    """Loading works without; requiring them gives the list of ways."""
    settings = load_settings()
    with pytest.raises(SettingsError, match="no credentials for the cloud are set") as caught:
        settings.require_credentials()
    assert "HUAWEICLOUD_SDK_AK" in (caught.value.hint or "")


def test_settings_given_directly_read_nothing_of_the_machine(machine: Machine) -> None:
    """Settings(...) takes what it is given; an unknown name is refused."""
    machine.set(POOLPOWER_REGION="eu")
    assert Settings(concurrency=3).region is None
    unknown = {"colour": "red"}
    with pytest.raises(ValidationError):
        Settings(**unknown)


@pytest.mark.usefixtures("machine")
def test_settings_are_frozen() -> None:
    """Nobody changes a setting behind another's back."""
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.concurrency = 2  # type: ignore[misc]


def test_secrets_show_in_no_representation(machine: Machine) -> None:
    """Neither repr, nor str, nor a dump, nor the list of what is in force has a secret in it."""
    machine.set(POOLPOWER_ACCESS_KEY=CANARY, POOLPOWER_SECRET_KEY=CANARY[::-1], POOLPOWER_SECURITY_TOKEN=CANARY * 2)
    settings = load_settings()
    shown = f"{settings!r} {settings} {in_force(settings)} {levels.read_levels(frozenset(['secret_key']), {})}"
    assert CANARY not in shown
    assert CANARY[::-1] not in shown


def test_loading_registers_every_secret_with_the_log(machine: Machine) -> None:
    """What was given as a secret is masked from then on, refused settings included."""
    machine.set(POOLPOWER_SECRET_KEY=CANARY, POOLPOWER_X="1")
    problems()
    assert redaction.scrub(f"a {CANARY} b") == "a *** b"


def test_list_of_what_is_in_force_says_value_place_and_meaning(machine: Machine) -> None:
    """One row a setting, in the manual's order, secrets masked, the access key recognisable."""
    machine.set(POOLPOWER_ACCESS_KEY="ABCDEFGH", POOLPOWER_SECRET_KEY=CANARY, POOLPOWER_LISTEN="off")
    rows = {row.variable: row for row in in_force(load_settings())}
    assert next(iter(rows)) == "POOLPOWER_SCHEDULES"
    assert list(rows)[-1] == "POOLPOWER_RETENTION_DAYS"
    assert rows["POOLPOWER_ACCESS_KEY"].value == "ABCD***"
    assert (rows["POOLPOWER_SECRET_KEY"].value, rows["POOLPOWER_SECRET_KEY"].origin) == ("***", "environment")
    assert (rows["POOLPOWER_LISTEN"].value, rows["POOLPOWER_REGION"].value) == ("off", None)
    assert (rows["POOLPOWER_REQUEST_TIMEOUT"].value, rows["POOLPOWER_AGENCY"].value) == ("30", "false")
    assert all(row.meaning for row in rows.values())


def _forbid(monkeypatch: pytest.MonkeyPatch, forbidden: Path) -> None:
    """Make opening one file fail as it does for another user (tests may run as root)."""
    ordinary = Path.open

    def refusing(self: Path, *args: object, **kwargs: object) -> object:
        if self == forbidden:
            raise PermissionError(13, "Permission denied", str(self))
        return ordinary(self, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refusing)
