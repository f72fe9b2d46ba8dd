"""Serves an ASGI application with uvicorn's HTTP protocol on sockets of our own.

uvicorn's ``Server`` takes over SIGINT and SIGTERM, wakes ten times a second and waits for clients when it stops. Here
its protocol class does the HTTP and asyncio the rest, so that signals stay ours, an idle process sleeps, and stopping
takes no time. The protocol also tells the application what it is connected to, which is the only way to learn a peer's
uid or to reset a connection.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

TRANSPORT = "poolpower.transport"
"""The ASGI extension under which an application finds its connection's transport."""
TURNS_TO_CONNECT = 3
"""Turns of the loop in which what was accepted becomes a connection; asyncio loses it if the server is closed first."""
PATIENCE = 1.0
"""Seconds that requests have to notice that their connection is gone."""


class WebServer:
    """An application that is being served; ``close`` it."""

    def __init__(self, server: asyncio.Server, state: ServerState) -> None:
        """Made by ``start``."""
        self._server = server
        self._state = state

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """What it listens on."""
        return tuple(self._server.sockets)

    async def close(self) -> None:
        """Stop listening, abort what is connected, and let requests that hung on it end."""
        loop = asyncio.get_running_loop()
        for listening in self._server.sockets:
            loop.remove_reader(listening.fileno())
        for _ in range(TURNS_TO_CONNECT):
            await asyncio.sleep(0)
        self._server.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        pending = list(self._state.tasks)
        if pending:
            _, late = await asyncio.wait(pending, timeout=PATIENCE)
            for task in late:
                task.cancel()
        await asyncio.sleep(0)  # what was aborted is closed by the loop's next turn


async def start(app: ASGIApp, *, path: Path | None = None, **where: Any) -> WebServer:
    """Serve an application.

    Args:
        app: an ASGI application without lifespan.
        path: a Unix socket to make and listen on; None for what ``where`` says.
        where: for ``loop.create_server``: ``sock=``, or ``host=`` and ``port=``, and ``ssl=``.

    Raises:
        OSError: it cannot listen there.
    """
    config = Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=60,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()

    def protocol() -> _Protocol:
        return _Protocol(config=config, server_state=state, app_state={})

    if path is not None:
        return WebServer(await loop.create_unix_server(protocol, str(path), **where), state)
    return WebServer(await loop.create_server(protocol, **where), state)


class _Protocol(H11Protocol):
    """uvicorn's protocol, whose application knows its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wrap the application for this connection."""
        super().connection_made(transport)
        self.app: Any = _Connected(self.app, transport)


class _Connected:
    """An application that finds its connection's transport among the ASGI extensions."""

    def __init__(self, app: Any, transport: asyncio.Transport) -> None:
        self._app = app
        self._extensions = {TRANSPORT: transport}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = self._extensions
        await self._app(scope, receive, send)
