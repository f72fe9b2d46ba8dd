"""The web server under control API, status page and sandbox: what uvicorn's own would not do."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from daemon import webserver
from daemon.webserver import TRANSPORT, start

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def tell_peer(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers with the kind of its connection."""
    del receive
    family = scope["extensions"][TRANSPORT].get_extra_info("socket").family.name
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"7")]})
    await send({"type": "http.response.body", "body": family.encode()})


class Hanging:
    """An application that never answers, and notices its cancellation only."""

    def __init__(self) -> None:
        self.begun, self.cancelled = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for ever."""
        del scope, receive, send
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()


async def test_application_finds_its_connection(tmp_path: Path) -> None:
    """The only way to learn a peer's uid, or to reset a connection."""
    server = await start(tell_peer, path=tmp_path / "s")
    reader, writer = await asyncio.open_unix_connection(tmp_path / "s")
    writer.write(REQUEST)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    await server.close()
    assert answer.endswith(b"AF_UNIX")
    assert b"server:" not in answer.lower()


async def test_close_ends_what_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections are aborted, and a request that does not notice is cancelled: stopping takes no time."""
    monkeypatch.setattr(webserver, "PATIENCE", 0.01)
    app = Hanging()
    server = await start(app, path=tmp_path / "s")
    reader, writer = await asyncio.open_unix_connection(tmp_path / "s")
    writer.write(REQUEST)
    await asyncio.wait_for(app.begun.wait(), 5)
    await server.close()
    await asyncio.wait_for(app.cancelled.wait(), 5)
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_caller_that_was_accepted_just_before_the_end_is_closed_too(tmp_path: Path) -> None:
    """Asyncio loses such a connection where the server is closed first, and the file is left open."""
    for _ in range(20):
        server = await start(tell_peer, path=tmp_path / "s")
        reader, writer = await asyncio.open_unix_connection(tmp_path / "s")
        await server.close()
        with suppress(ConnectionResetError):  # where the backlog was dropped before anybody accepted
            assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        (tmp_path / "s").unlink()


async def test_nobody_listens_any_more_after_close(tmp_path: Path) -> None:
    """A caller is refused."""
    server = await start(tell_peer, path=tmp_path / "s")
    assert len(server.sockets) == 1
    await server.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_unix_connection(tmp_path / "s")
