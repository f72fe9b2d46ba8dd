"""Serves the sandbox, on the web server that the daemon's own doors stand on (see ``daemon.webserver``)."""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError
from daemon.webserver import WebServer, start
from daemon.workspace.sandbox.app import create_app
from daemon.workspace.sandbox.world import World
from daemon.workspace.sandbox.worldfile import load_world

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from starlette.types import ASGIApp


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
    server = await _listen(app, (host, port), uds, tls)
    try:
        yield _where(server, host, uds, tls)
    finally:
        await server.close()
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
        world = load_world(world_file) if world_file is not None else World.example(start=secrets.randbits(32))
    app = create_app(world, check_signatures=check_signatures)
    async with serve(app, host=host, port=port, uds=uds) as served:
        on_ready(served.url)
        await until.wait()


async def _listen(app: ASGIApp, address: tuple[str, int], uds: Path | None, tls: ssl.SSLContext | None) -> WebServer:
    try:
        if uds is not None:
            return await start(app, path=uds, ssl=tls)
        return await start(app, host=address[0], port=address[1], ssl=tls, backlog=1024)
    except OSError as error:
        where = str(uds) if uds is not None else "{}:{}".format(*address)
        raise ServingError(
            f"The sandbox cannot listen on {where}: {error.strerror or error}.",
            "Choose another port; 0 finds a free one.",
        ) from error


def _where(server: WebServer, host: str, uds: Path | None, tls: ssl.SSLContext | None) -> Served:
    scheme = "http" if tls is None else "https"
    if uds is not None:
        return Served(f"{scheme}+unix://{uds}", 0)
    port = server.sockets[0].getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    return Served(f"{scheme}://{shown}:{port}", port)
