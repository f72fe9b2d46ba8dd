"""Why a daemon cannot be reached at its socket, and what to do about it."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from pathlib import Path

START = "start it with `systemctl start poolpower`, or `poolpower run`; POOLPOWER_SOCKET names another socket"


class DaemonNotReachableError(PoolpowerError):
    """No daemon answers at the control socket: exit code 3."""


def why_unreachable(path: Path, error: Exception) -> tuple[str, str]:
    """Say what is the matter with the socket, and the mend."""
    if isinstance(error, FileNotFoundError):
        return f"the daemon is not running: there is no socket at {path}", START
    if isinstance(error, ConnectionRefusedError):
        return f"the daemon is not running: nobody listens at {path}, a socket that was left behind", START
    if isinstance(error, PermissionError):
        return f"the daemon's socket {path} may not be used by {_me()}", _whom_to_run_as(path)
    if isinstance(error, TimeoutError):
        return f"the daemon does not answer at {path}", "`journalctl -u poolpower` shows what it is busy with"
    return f"the daemon cannot be reached at {path}: {error}", START


def _whom_to_run_as(path: Path) -> str:
    """The owner and group of the socket, or of the first folder above it that can be seen."""
    for place in (path, *path.parents):
        try:
            status = place.stat()
        except OSError:
            continue
        owner, group = _user(status.st_uid), _group(status.st_gid)
        also = f", or become a member of the group {group}: `usermod -aG {group} {_me()}`" if group != "root" else ""
        return f"run it as {owner}, e.g. with `sudo -u {owner}`{also}"
    return "run it as root or as the daemon's user"


def _me() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"the user {os.getuid()}"


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
