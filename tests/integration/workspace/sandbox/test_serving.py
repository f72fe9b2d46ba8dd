"""Serving inside a program: where it listens, how it ends, and that it leaves the program's signals alone."""

from __future__ import annotations

import asyncio
import signal
import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from daemon import webserver
from daemon.workspace.sandbox import Fault, World, create_app, run_sandbox, serve, serving
from daemon.workspace.sandbox.examples import ENGINEERING
from daemon.workspace.sandbox.identity import EXAMPLE_PROJECT
from daemon.workspace.sandbox.serving import ServingError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

ACTION = f"/v2/{EXAMPLE_PROJECT}/desktop-pools/{ENGINEERING}/action"


async def test_signals_stay_the_programs_own() -> None:
    """Uvicorn's server would take SIGINT and SIGTERM over."""
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    async with serve(create_app(World.example())):
        assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


async def test_taken_port_is_said() -> None:
    """The error names the address and the mend."""
    app = create_app(World.example())
    async with serve(app) as served:
        with pytest.raises(ServingError, match=f"127.0.0.1:{served.port}") as error:
            async with serve(app, port=served.port):
                pass
    assert error.value.hint is not None


async def test_requests_that_hang_do_not_delay_the_end() -> None:
    """Connections are dropped when the serving ends; the client sees that at once."""
    world, came = World.example(), asyncio.Event()
    world.journal.watchers.append(lambda _entry: came.set())
    world.script(ENGINEERING, Fault(hang=3600))
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serve(create_app(world, check_signatures=False)) as served:
            pending = asyncio.create_task(client.post(served.url + ACTION, json={"op_type": "os-stop"}))
            await came.wait()
        with pytest.raises(httpx.TransportError):
            await pending
    assert world.journal.entries()[0].answer == "client left"


async def test_application_that_does_not_notice_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that ignores its client's leaving ends with the serving all the same."""
    monkeypatch.setattr(webserver, "PATIENCE", 0.01)
    began, ended = asyncio.Event(), asyncio.Event()

    async def deaf(_scope: Scope, _receive: Receive, _send: Send) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with serve(deaf) as served:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await began.wait()
    async with asyncio.timeout(5):
        await ended.wait()
    writer.close()


async def test_unix_socket_serves_and_is_removed(tmp_path: Path) -> None:
    """A Unix socket works like a port, resets included, and is gone afterwards."""
    path = tmp_path / "s"
    world = World.example()
    world.script(ENGINEERING, Fault(reset="before"))
    transport = httpx.AsyncHTTPTransport(uds=str(path))
    async with (
        serve(create_app(world, check_signatures=False), uds=path) as served,
        httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client,
    ):
        assert (served.url, served.port) == (f"http+unix://{path}", 0)
        with pytest.raises(httpx.TransportError):
            await client.post(ACTION, json={"op_type": "os-stop"})
        assert (await client.post(ACTION, json={"op_type": "os-stop"})).status_code == 200
    assert not path.exists()


async def test_socket_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A folder that does not exist is named."""
    with pytest.raises(ServingError, match="none/s"):
        async with serve(create_app(World.example()), uds=tmp_path / "none" / "s"):
            pass


async def test_url_says_how_to_reach_it() -> None:
    """Https with a TLS context; an IPv6 address in brackets."""
    app = create_app(World.example())
    async with serve(app, tls=ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)) as served:
        assert served.url == f"https://127.0.0.1:{served.port}"
    assert serving._where(_Listening(), "::1", None, None).url == "http://[::1]:8080"  # type: ignore[arg-type]


class _Listening:
    """A server that listens on port 8080; not every machine has IPv6."""

    def __init__(self) -> None:
        self.sockets: list[Any] = [self]

    def getsockname(self) -> tuple[str, int]:
        return ("::1", 8080)


async def run(**arguments: Any) -> Any:
    """Run a sandbox until it has answered one question, and return the answer."""
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    until = asyncio.Event()
    task = asyncio.create_task(run_sandbox(on_ready=url.set_result, until=until, **arguments))
    async with httpx.AsyncClient(trust_env=False) as client:
        overview = (await client.get(f"{await url}/sandbox")).json()
    until.set()
    await task
    return overview


async def test_run_serves_the_example_unless_told_otherwise() -> None:
    """It reports its URL when it listens, and ends when it is told to."""
    assert {pool["name"] for pool in (await run())["pools"]} >= {"engineering", "Call centre Shanghai"}


async def test_run_serves_the_world_of_a_file(tmp_path: Path) -> None:
    """The command's ``--world FILE``."""
    path = tmp_path / "world.toml"
    path.write_text("[[pools]]\nid = 'one'\nname = 'from a file'\n")
    assert [pool["name"] for pool in (await run(world_file=path))["pools"]] == ["from a file"]


async def test_run_serves_a_world_that_is_handed_in() -> None:
    """A program can hold on to the world that it serves."""
    assert len((await run(world=World.many(3)))["pools"]) == 3
