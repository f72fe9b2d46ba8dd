"""Datagrams as sd_notify(3) describes them, received on real sockets."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from daemon.service.notify import Notifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def manager() -> Iterator[socket.socket]:
    """Give a service manager's socket, not bound yet."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as channel:
        channel.settimeout(5)
        yield channel


def heard(manager: socket.socket) -> str:
    """The next datagram."""
    return manager.recv(65536).decode()


def test_manager_hears_every_kind_of_message(manager: socket.socket, tmp_path: Path) -> None:
    """Readiness with a status line, a status line, the watchdog, the end: each one datagram."""
    manager.bind(str(tmp_path / "notify"))
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    notifier.ready("next action at 20:00")
    notifier.status("trouble:\nline 3")
    notifier.alive()
    notifier.stopping()
    assert [heard(manager) for _ in range(4)] == [
        "READY=1\nSTATUS=next action at 20:00",
        "STATUS=trouble: line 3",
        "WATCHDOG=1",
        "STOPPING=1\nSTATUS=stopping",
    ]


def test_abstract_address_is_understood(manager: socket.socket) -> None:
    """A leading @ stands for the zero byte of Linux's abstract namespace."""
    name = f"poolpower-{uuid4().hex}"
    manager.bind(f"\0{name}")
    Notifier({"NOTIFY_SOCKET": f"@{name}"}).alive()
    assert heard(manager) == "WATCHDOG=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "x" * 200])
def test_nobody_to_tell_is_no_error(address: str) -> None:
    """Without a manager, or with one that is gone, the daemon goes on."""
    Notifier({"NOTIFY_SOCKET": address} if address else {}).ready("here")


def test_manager_that_does_not_listen_holds_nobody_up(manager: socket.socket, tmp_path: Path) -> None:
    """A full queue drops what is said instead of blocking the loop."""
    manager.bind(str(tmp_path / "notify"))
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    for _ in range(5000):
        notifier.alive()
    assert heard(manager) == "WATCHDOG=1"
