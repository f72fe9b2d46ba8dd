"""The service manager's protocol, sd_notify(3): readiness, a status line, the watchdog."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Notifier:
    """Tells the service manager how we are; tells nobody where there is none (no ``NOTIFY_SOCKET``)."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        """Take the address from the environment, as sd_notify(3) hands it over; "@" stands for an abstract one."""
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self, status: str) -> None:
        """We are ready."""
        self._send(f"READY=1\nSTATUS={_line(status)}")

    def status(self, status: str) -> None:
        """One line for ``systemctl status``."""
        self._send(f"STATUS={_line(status)}")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """We are about to end."""
        self._send("STOPPING=1\nSTATUS=stopping")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.setblocking(False)  # a manager that does not listen must not hold us up
            try:
                channel.sendto(message.encode(), self._address)
            except OSError:
                return  # it will notice by itself; there is nobody else to tell


def _line(text: str) -> str:
    return text.replace("\n", " ")
