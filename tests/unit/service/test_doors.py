"""The control socket and the page's port: who may use them, and what stands in the way of them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import stat
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from daemon.cli.control import Control
from daemon.service import doors
from daemon.service.doors import DoorError, Doors, bind
from daemon.settings.fields import Address
from tests.support.house import a_house

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.house import House


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give where the socket is to be."""
    return tmp_path / "run" / "poolpower" / "control.sock"


def mode(path: Path) -> int:
    """Permissions."""
    return stat.S_IMODE(path.lstat().st_mode)


def test_owner_and_group_may_steer_and_nobody_else(path: Path) -> None:
    """The file's permissions are the access control, whatever the umask."""
    before = os.umask(0)
    try:
        bind(path).close()
        assert os.umask(0o22) == 0
    finally:
        os.umask(before)
    assert mode(path) == 0o660


def test_missing_folders_are_made_so_that_they_can_be_entered(path: Path) -> None:
    """The socket's own umask would leave a folder that nobody but root can enter."""
    before = os.umask(0o022)
    try:
        bind(path).close()
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700
    assert mode(path.parent.parent) == 0o755


def test_socket_left_by_a_killed_process_is_replaced(path: Path) -> None:
    """SIGKILL is an ordinary way to stop (protocol 5.1)."""
    bind(path).close()
    with closing(bind(path)), closing(socket.socket(socket.AF_UNIX)) as caller:
        caller.connect(str(path))


def test_socket_at_which_somebody_answers_is_refused_with_its_mend(path: Path) -> None:
    """It is left as it is."""
    with closing(bind(path)), pytest.raises(DoorError) as caught:
        bind(path)
    assert caught.value.message == f"another process listens on the control socket {path}"
    assert "POOLPOWER_SOCKET" in (caught.value.hint or "")
    assert path.exists()


def test_process_that_listens_and_never_accepts_holds_nobody_up(path: Path) -> None:
    """A full backlog would make a patient caller wait for ever."""
    path.parent.mkdir(parents=True)
    with closing(socket.socket(socket.AF_UNIX)) as deaf, closing(socket.socket(socket.AF_UNIX)) as first:
        deaf.bind(str(path))
        deaf.listen(0)
        first.connect(str(path))
        with pytest.raises(DoorError, match="another process listens"):
            bind(path)


def test_socket_of_another_user_is_told_as_such(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not connect cannot know whether somebody listens."""

    class Forbidden(socket.socket):
        def connect_ex(self, _address: Any) -> int:
            return errno.EACCES

    bind(path).close()
    monkeypatch.setattr(doors.socket, "socket", Forbidden)
    with pytest.raises(DoorError, match="it belongs to another user"):
        bind(path)
    assert path.exists()


def test_what_is_no_socket_is_never_removed(path: Path) -> None:
    """It may be somebody's file."""
    path.parent.mkdir(parents=True)
    path.write_text("precious")
    with pytest.raises(DoorError, match="is no socket") as caught:
        bind(path)
    assert path.read_text() == "precious"
    assert "move it away" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["x" * 108, "x" * 300, "file/control.sock"])
def test_path_that_cannot_be_is_refused_with_what_can_be(tmp_path: Path, name: str) -> None:
    """Too long for a socket, too long for a file, in a folder that is none."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DoorError) as caught:
        bind(tmp_path / name)
    assert "cannot be opened" in caught.value.message
    assert "a folder that this user may write, of at most 107 bytes" in (caught.value.hint or "")


def test_folder_that_may_not_be_written_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left open, and the umask is as it was."""

    class Unwilling(socket.socket):
        def bind(self, _address: Any) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(doors.socket, "socket", Unwilling)
    before = os.umask(0o027)
    try:
        with pytest.raises(DoorError, match="Permission denied"):
            bind(path)
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)


def doors_of(house: House, listen: Address | None) -> Doors:
    """The doors of a house with this address for its page."""
    return Doors(house.settings.model_copy(update={"listen": listen}), house.office, house.troubles)


def taken() -> socket.socket:
    """A port at which somebody listens."""
    other = socket.socket()
    other.bind(("127.0.0.1", 0))
    other.listen()
    return other


async def test_closed_doors_leave_no_socket_behind(living: House) -> None:
    """What is left is a process that was killed; to close what is not open does nothing."""
    opened = doors_of(living, None)
    await opened.close()
    await opened.open()
    assert living.settings.socket.exists()
    await opened.close()
    assert not living.settings.socket.exists()


async def test_page_and_control_api_are_served(living: House) -> None:
    """Both answer as soon as the doors are open."""
    with closing(taken()) as spare:
        address = Address("127.0.0.1", spare.getsockname()[1])
    opened = doors_of(living, address)
    await opened.open()
    try:
        status, health = await asyncio.to_thread(Control(living.settings.socket).ask, "GET", "/v1/health")
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        page = await reader.read()
        writer.close()
        await writer.wait_closed()
    finally:
        await opened.close()
    assert (status, health["ok"]) == (200, True)
    assert page.startswith(b"HTTP/1.1 200")


async def test_daemon_runs_without_a_page_whose_port_is_taken_and_says_so(living: House) -> None:
    """The desktops still have to be on in the morning."""
    with closing(taken()) as other:
        address = Address("127.0.0.1", other.getsockname()[1])
        opened = doors_of(living, address)
        await opened.open()
        _, health = await asyncio.to_thread(Control(living.settings.socket).ask, "GET", "/v1/health")
        await opened.close()
    assert health["line"] == f"trouble: the status page cannot listen on {address}: Address already in use"
    assert "POOLPOWER_LISTEN" in health["trouble"][0]["hint"]


async def test_second_daemon_on_one_socket_is_refused(living: House, tmp_path: Path) -> None:
    """Two daemons with a ledger each may still want the same socket."""
    first = doors_of(living, None)
    await first.open()
    (tmp_path / "other").mkdir()
    async with a_house(tmp_path / "other", socket=living.settings.socket) as other:
        with pytest.raises(DoorError):
            await Doors(other.settings, other.office, other.troubles).open()
    assert living.settings.socket.exists()
    await first.close()
