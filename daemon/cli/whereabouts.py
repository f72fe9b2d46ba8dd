"""Where the daemon's socket and ledger are, for a command that runs beside it.

A command that an administrator types has no ``$RUNTIME_DIRECTORY`` and no ``$STATE_DIRECTORY``: where nothing was set
and nothing is in the user's own directories, the service's are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.settings import defaults
from daemon.settings.model import DEFAULT_ORIGIN

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.settings import Settings


def find_socket(settings: Settings) -> Path:
    """The control socket to talk to."""
    return _own_or_system(settings, "socket", settings.socket, defaults.SYSTEM_RUNTIME / defaults.SOCKET_NAME)


def find_ledger(settings: Settings) -> Path:
    """The ledger's file to read."""
    return _own_or_system(settings, "database_url", settings.ledger_path, defaults.SYSTEM_STATE / defaults.LEDGER_NAME)


def _own_or_system(settings: Settings, name: str, own: Path, system: Path) -> Path:
    if settings.origin(name) != DEFAULT_ORIGIN or _is_there(own) or not _is_there(system):
        return own
    return system


def _is_there(path: Path) -> bool:
    """True for what may not be looked at too: then it is there for somebody else."""
    try:
        return path.exists()
    except PermissionError:
        return True
