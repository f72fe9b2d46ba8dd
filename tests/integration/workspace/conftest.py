"""A server that answers byte for byte what a test says, and a client that talks to it."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from daemon.workspace.client import open_workspace
from daemon.workspace.connection import Connection
from daemon.workspace.credentials import AccessKey

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    from daemon.workspace.client import WorkspaceClient

    Turn = bytes | Callable[["Exchange"], Awaitable[None]]


@dataclass(slots=True)
class Arrived:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass(slots=True)
class Exchange:
    """What a turn may do with the connection once a request has arrived."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: Arrived

    def reset(self) -> None:
        """Close at once with a RST, as a gateway that crashes does."""
        reset(self.writer)

    def close(self) -> None:
        """Close in order."""
        self.writer.close()

    async def hang(self) -> None:
        """Say nothing until the test is over."""
        await asyncio.Event().wait()


@dataclass(slots=True)
class RawServer:
    """Answers each request by the next turn; the last one is repeated."""

    turns: list[Turn]
    greeting: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = None
    requests: list[Arrived] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    scheme: str = "http"
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its address, by number."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def open(self, context: ssl.SSLContext | None = None) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        self.scheme = "https" if context else "http"

    async def aclose(self) -> None:
        """Stop, whatever hangs."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        self.connections += 1
        number = self.connections
        # A client that goes away in the middle is what some of the tests are about.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if self.greeting is not None:
                await self.greeting(reader, writer)
            while not writer.is_closing():
                request = await read_request(reader, number)
                self.requests.append(request)
                self.arrived.set()
                await self._take_turn(Exchange(reader, writer, request))
        writer.close()

    async def _take_turn(self, exchange: Exchange) -> None:
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        if isinstance(turn, bytes):
            exchange.writer.write(turn)
            await exchange.writer.drain()
        else:
            await turn(exchange)


async def read_request(reader: asyncio.StreamReader, connection: int) -> Arrived:
    """Read one request to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Arrived(method, target, headers, body, connection)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with a RST."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def http(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer's bytes."""
    lines = {"content_length": str(len(body)), "content_type": "application/json", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + body


NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
KEY = AccessKey("FAKEAK00EXAMPLE00001", SecretStr("FakeSecretKey/For+Tests=Only000000000000"))


@pytest.fixture(name="http")
def http_fixture() -> Callable[..., bytes]:
    """Make an answer's bytes: ``http(status, body, **headers)``."""
    return http


@pytest.fixture
def reset_connection() -> Callable[[asyncio.StreamWriter], None]:
    """Close a connection with a RST."""
    return reset


@pytest.fixture
def read_raw_request() -> Callable[..., Awaitable[Arrived]]:
    """Read one request to its end."""
    return read_request


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[RawServer]]]:
    """Servers that answer by turns, with TLS by ``context``; ``greeting`` comes before the first request."""
    servers: list[RawServer] = []

    async def opened(*turns: Turn, context: Any = None, greeting: Any = None) -> RawServer:
        server = RawServer(list(turns), greeting)
        await server.open(context)
        servers.append(server)
        return server

    yield opened
    for server in servers:
        await server.aclose()


@pytest_asyncio.fixture
async def connect() -> AsyncIterator[Callable[..., WorkspaceClient]]:
    """Clients for an address, with fields of ``Connection`` and keywords of ``open_workspace``."""
    clients: list[WorkspaceClient] = []

    def opened(url: str | None, **given: Any) -> WorkspaceClient:
        keywords = {name: given.pop(name) for name in ("admit", "clock", "reload", "environment") if name in given}
        settings = {"region": "test-1", "project_id": "project", "credentials": KEY, "request_timeout": 5.0, **given}
        clock = keywords.pop("clock", lambda: NOW)
        client = open_workspace(Connection(endpoint=url, **settings), clock=clock, **{"environment": {}, **keywords})
        clients.append(client)
        return client

    yield opened
    for client in clients:
        await client.aclose()
