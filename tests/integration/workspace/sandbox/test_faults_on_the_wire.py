"""Faults as a socket sees them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from daemon.workspace.sandbox import Fault, World, create_app
from daemon.workspace.sandbox.examples import ENGINEERING
from daemon.workspace.sandbox.faults import FaultError
from daemon.workspace.sandbox.identity import EXAMPLE_PROJECT

if TYPE_CHECKING:
    from daemon.workspace.sandbox import Served

ACTION = f"/v2/{EXAMPLE_PROJECT}/desktop-pools/{ENGINEERING}/action"
BODY = b'{"op_type": "os-stop", "type": "SOFT"}'
REQUEST = f"POST {ACTION} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY


async def send(served: Served) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Send the action over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(REQUEST)
    return reader, writer


async def answer_to(served: Served) -> bytes:
    """Everything that comes back until the server ends the connection."""
    reader, writer = await send(served)
    try:
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_reset_is_a_reset(running: Any, when: Any) -> None:
    """The client sees ECONNRESET; whether the action was carried out depends on when."""
    running.world.script(ENGINEERING, Fault(reset=when))
    with pytest.raises(ConnectionResetError):
        await answer_to(running.served)
    assert running.world.journal.entries()[0].executed is (when == "after")
    assert len(running.world.sub_jobs(EXAMPLE_PROJECT)) == (5 if when == "after" else 0)


async def test_close_is_an_orderly_end_without_an_answer(running: Any) -> None:
    """The client reads nothing and no error."""
    running.world.script(ENGINEERING, Fault(close="after"))
    assert await answer_to(running.served) == b""


@pytest.mark.parametrize("cut", [True, "body", "head"])
async def test_cut_answer_ends_too_early(running: Any, cut: Any) -> None:
    """Inside the body more is promised than comes; inside the head the head never ends."""
    running.world.script(ENGINEERING, Fault(cut=cut))
    head, separator, body = (await answer_to(running.served)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    if cut == "head":
        assert (separator, body) == (b"", b"")
    else:
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        assert 0 < len(body) < length


async def test_garbage_is_no_http(running: Any) -> None:
    """What comes back has no status line."""
    running.world.script(ENGINEERING, Fault(garbage=True))
    assert b"HTTP/1" not in await answer_to(running.served)


async def test_hang_answers_in_the_end(running: Any) -> None:
    """The action is carried out at once, the answer comes later."""
    running.world.script(ENGINEERING, Fault(hang=0.01))
    assert (await running.act()).status_code == 200


async def test_client_that_gives_up_is_on_record(running: Any) -> None:
    """The record says that the client left, and that the action was carried out nevertheless."""
    running.world.script(ENGINEERING, Fault(hang=3600))
    left = running.next_entry("client left")
    with pytest.raises(httpx.ReadTimeout):
        await running.client.post(ACTION, content=BODY, timeout=0.05)
    entry = await left
    assert (entry.status, entry.executed) == (None, True)


async def test_slow_answer_arrives_whole(running: Any) -> None:
    """The bytes come piece by piece; all of them do."""
    running.world.script(ENGINEERING, Fault(slow=2000))
    response = await running.act()
    assert set(response.json()) == {"job_id"}


async def test_client_that_leaves_a_slow_answer_is_on_record(running: Any) -> None:
    """The head and the first bytes came; then the client left."""
    running.world.script(ENGINEERING, Fault(slow=1))
    left = running.next_entry("client left")
    reader, writer = await send(running.served)
    await reader.readuntil(b"\r\n\r\n")
    writer.close()
    assert (await left).executed


async def test_empty_fault_lets_a_request_pass(running: Any) -> None:
    """So that the second of two requests can be the one that fails."""
    running.world.script(ENGINEERING, Fault(), Fault(status=409))
    assert [(await running.act()).status_code for _ in range(2)] == [200, 409]


async def test_fault_below_http_needs_a_connection() -> None:
    """An in-process client cannot be reset, and is told so."""
    world = World.example()
    world.script(ENGINEERING, Fault(reset="before"))
    transport = httpx.ASGITransport(create_app(world, check_signatures=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        with pytest.raises(FaultError, match="needs a real connection"):
            await client.post(ACTION, content=BODY)
        assert json.loads((await client.post(ACTION, content=BODY)).content)["job_id"]
