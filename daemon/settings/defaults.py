"""Where things are unless the settings say otherwise."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP = "poolpower"
SYSTEM_SCHEDULES = Path("/etc/poolpower/schedules.toml")
HERE = Path("schedules.toml")
SYSTEM_STATE = Path("/var/lib/poolpower")
SYSTEM_RUNTIME = Path("/run/poolpower")
LEDGER_NAME = "ledger.db"
SOCKET_NAME = "control.sock"


def schedules() -> Path:
    """The system's schedule file where there is one, else ``schedules.toml`` of the current folder."""
    return SYSTEM_SCHEDULES if SYSTEM_SCHEDULES.exists() else HERE


def database_url() -> str:
    """A SQLite file in systemd's ``$STATE_DIRECTORY``, else in the user's state directory."""
    return f"sqlite:///{_given_directory('STATE_DIRECTORY', platformdirs.user_state_path(APP)) / LEDGER_NAME}"


def socket() -> Path:
    """A socket in systemd's ``$RUNTIME_DIRECTORY``, else in the user's runtime directory, else beside the ledger.

    Never in ``/tmp``: whoever comes first could sit there and be taken for the daemon.
    """
    return _given_directory("RUNTIME_DIRECTORY", _user_runtime()) / SOCKET_NAME


def sandbox() -> Path:
    """The folder for ledger and socket of what is tried on the sandbox: neither the service's nor the user's own."""
    return platformdirs.user_state_path(APP) / "sandbox"


def _user_runtime() -> Path:
    given = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    return given / APP if given.is_dir() else platformdirs.user_state_path(APP)


def _given_directory(variable: str, otherwise: Path) -> Path:
    """Several directories are separated by colons; the first one is the main one (systemd.exec(5))."""
    given = os.environ.get(variable, "").split(":")[0]
    return Path(given) if given else otherwise
