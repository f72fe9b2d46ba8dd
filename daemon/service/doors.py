"""The doors of the daemon: the control socket, and the status page.

The control socket's permissions are the access control: its owner and its group may steer, nobody else (0660). A socket
left over by a process that was killed is replaced, one at which somebody answers is not. The status page is a
convenience: where its port is taken the desktops still have to be on in the morning, so the daemon runs without it,
loudly.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError
from daemon.service import control, page
from daemon.webserver import WebServer, start

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.service.office import Office
    from daemon.service.trouble import Troubles
    from daemon.settings.model import Settings

PAGE_CLOSED = "page.closed"
STEER = 0o660
BACKLOG = 128


class DoorError(PoolpowerError):
    """The control socket cannot be opened."""


class Doors:
    """Opens and closes them."""

    def __init__(self, settings: Settings, office: Office, troubles: Troubles) -> None:
        """Nothing listens yet."""
        self._settings = settings
        self._office = office
        self._troubles = troubles
        self._open: list[WebServer] = []

    async def open(self) -> None:
        """Listen.

        Raises:
            DoorError: the control socket cannot be opened, with the mend.
        """
        path = self._settings.socket
        self._open.append(await start(control.app(self._office), sock=bind(path)))
        address = self._settings.listen
        if address is None:
            return
        try:
            self._open.append(await start(page.app(self._office), host=address.host, port=address.port))
        except OSError as error:
            self._troubles.begin(
                PAGE_CLOSED,
                f"the status page cannot listen on {address}: {_why(error)}",
                "set POOLPOWER_LISTEN to a free address, or to off, and start again",
            )

    async def close(self) -> None:
        """Stop listening; the control socket's file goes away."""
        for door in self._open:
            await door.close()
        if self._open:
            self._settings.socket.unlink(missing_ok=True)
        self._open.clear()


def _why(error: OSError) -> str:
    """In the system's own words; asyncio puts its own before them. The errors of a name look-up have none."""
    return os.strerror(error.errno) if error.errno is not None and error.errno > 0 else str(error)


def bind(path: Path) -> socket.socket:
    """A listening control socket.

    Raises:
        DoorError: somebody listens there, something else stands there, or the folder may not be written.
    """
    try:
        _clear_the_way(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _listening(path)
    except OSError as error:
        raise DoorError(
            f"the control socket {path} cannot be opened: {error.strerror or error}",
            "set POOLPOWER_SOCKET to a path in a folder that this user may write, of at most 107 bytes",
        ) from error


def _listening(path: Path) -> socket.socket:
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o777 & ~STEER)  # the socket is never there with other permissions, not even for a moment
    try:
        door.bind(str(path))
        door.listen(BACKLOG)
    except OSError:
        door.close()
        raise
    finally:
        os.umask(mask)
    return door


def _clear_the_way(path: Path) -> None:
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(kind):
        raise DoorError(f"{path} is there and is no socket", "move it away, or set POOLPOWER_SOCKET to another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a process that listens and does not answer must not hold us up
        answer = probe.connect_ex(str(path))
    if answer == errno.ECONNREFUSED:
        path.unlink(missing_ok=True)  # left over by a process that was killed
        return
    if answer == errno.EACCES:
        raise PermissionError(answer, "it belongs to another user")
    raise DoorError(
        f"another process listens on the control socket {path}",
        "stop it, or set POOLPOWER_SOCKET to another path",
    )
