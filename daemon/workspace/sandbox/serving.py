"""Serves the sandbox with uvicorn's HTTP protocol on a socket of our own.

uvicorn's ``Server`` takes over SIGINT and SIGTERM, polls ten times a second and waits for clients when it stops. A
sandbox lives inside a demonstration or a test: here uvicorn's protocol class does the HTTP, and asyncio does the rest,
so that the port is known at once and stopping takes no time. The protocol class also hands its transport to the
application, which is the only way to reset a connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from daemon.errors import PoolpowerError
from daemon.workspace.sandbox.app import create_app
from daemon.workspace.sandbox.transmission import EXTENSION
from daemon.workspace.sandbox.world import World
from daemon.workspace.sandbox.worldfile import load_world

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send


_PATIENCE = 1.0
"""Seconds that requests have to notice that their connection is gone."""


class ServingError(PoolpowerError):
    """The sandbox cannot listen where it was told to."""


class Served:
    """A listening sandbox.

    Attributes:
        url: what clients take as their endpoint, without a trailing slash.
        port: the TCP port, 0 on a Unix socket.
    """

    def __init__(self, url: str, port: int) -> None:
        """Remember where it listens."""
        self.url = url
        self.port = port


@contextlib.asynccontextmanager
async def serve(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    uds: Path | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Served]:
    """Serve an application until the context is left; connections that are still open are then dropped.

    Args:
        app: what ``create_app`` made.
        host: address to listen on.
        port: TCP port; 0 for a free one.
        uds: a Unix socket instead.
        tls: for https.

    Yields:
        Where it listens. It does by then.

    Raises:
        ServingError: the address or port is taken or not ours.
    """
    config = _config(app)
    state = ServerState()

    def protocol() -> SandboxProtocol:
        return SandboxProtocol(config=config, server_state=state, app_state={})

    server = await _listen(protocol, (host, port), uds, tls)
    try:
        yield _where(server, host, uds, tls)
    finally:
        server.close()
        await _drop(state)
        if uds is not None:
            uds.unlink(missing_ok=True)  # noqa: ASYNC240  # one unlink of a local socket at the very end


async def run_sandbox(
    *,
    world: World | None = None,
    world_file: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    uds: Path | None = None,
    check_signatures: bool = True,
    on_ready: Callable[[str], None],
    until: asyncio.Event,
) -> None:
    """Serve a world until told to stop: what ``poolpower sandbox`` does. Prints nothing and touches no signals.

    Args:
        world: the world; else the one that ``world_file`` describes; else the example.
        world_file: a TOML or JSON file (see ``worldfile``).
        host: address to listen on.
        port: TCP port; 0 for a free one.
        uds: a Unix socket instead.
        check_signatures: False lets every caller in.
        on_ready: called once with the URL, when it listens.
        until: ends the serving when set; so does cancellation.

    Raises:
        ServingError: the address or port is taken or not ours.
        WorldFileError: the file cannot be read or describes no world.
    """
    if world is None:
        world = load_world(world_file) if world_file is not None else World.example()
    app = create_app(world, check_signatures=check_signatures)
    async with serve(app, host=host, port=port, uds=uds) as served:
        on_ready(served.url)
        await until.wait()


class SandboxProtocol(H11Protocol):
    """uvicorn's protocol, whose application knows its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wrap the application for this connection."""
        super().connection_made(transport)
        self.app: Any = _Connected(self.app, transport)


class _Connected:
    """An application that finds its connection's transport among the ASGI extensions."""

    def __init__(self, app: Any, transport: asyncio.Transport) -> None:
        self._app = app
        self._extensions = {EXTENSION: transport}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = self._extensions
        await self._app(scope, receive, send)


def _config(app: ASGIApp) -> Config:
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
    return config


async def _listen(
    protocol: Callable[[], SandboxProtocol], address: tuple[str, int], uds: Path | None, tls: ssl.SSLContext | None
) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    try:
        if uds is not None:
            return await loop.create_unix_server(protocol, str(uds), ssl=tls)
        return await loop.create_server(protocol, *address, ssl=tls, backlog=1024)
    except OSError as error:
        where = str(uds) if uds is not None else "{}:{}".format(*address)
        raise ServingError(
            f"The sandbox cannot listen on {where}: {error.strerror or error}.",
            "Choose another port; 0 finds a free one.",
        ) from error


def _where(server: asyncio.Server, host: str, uds: Path | None, tls: ssl.SSLContext | None) -> Served:
    scheme = "http" if tls is None else "https"
    if uds is not None:
        return Served(f"{scheme}+unix://{uds}", 0)
    port = server.sockets[0].getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    return Served(f"{scheme}://{shown}:{port}", port)


async def _drop(state: ServerState) -> None:
    """Abort what is connected, then let the requests that hung on it see that and end."""
    for connection in list(state.connections):
        connection.transport.abort()
    pending = list(state.tasks)
    if pending:
        _, late = await asyncio.wait(pending, timeout=_PATIENCE)
        for task in late:
            task.cancel()
