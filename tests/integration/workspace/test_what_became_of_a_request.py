"""Whether a request may have reached the cloud, told from what the connection did (protocol 4.4).

Against real sockets, because what the HTTP libraries raise is what is tested.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import zlib
from typing import Any

import pytest

from daemon.timetable.actions import Action, ActionType
from daemon.workspace import transport
from daemon.workspace.answers import Answer, Fate, WorkspaceError

ACCEPTED = b'{"job_id": "j1"}'
BLINK = 0.02


async def _stop(client: Any) -> Answer:
    answer: Answer = await client.act_on_pool("pool", Action.STOP, ActionType.SOFT)
    return answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_a_refused_connection_was_never_sent(connect: Any) -> None:
    """Nobody listens: nothing left (protocol 4.4)."""
    answer = await _stop(connect(f"http://127.0.0.1:{_free_port()}"))
    assert (answer.fate, answer.status) == (Fate.NEVER_SENT, None)
    assert str(answer.error_msg).startswith("cannot connect to 127.0.0.1:")
    assert answer.duration > 0


async def test_a_name_that_does_not_resolve_was_never_sent(connect: Any) -> None:
    """DNS says no: nothing left (protocol 4.4)."""
    answer = await _stop(connect("http://workspace.test-1.invalid", request_timeout=30.0))
    assert answer.fate is Fate.NEVER_SENT
    assert "workspace.test-1.invalid" in str(answer.error_msg)


async def test_a_connection_that_is_not_taken_up_was_never_sent(connect: Any) -> None:
    """A listener with a full backlog: connecting times out before anything left (protocol 4.4)."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        answer = await _stop(connect(f"http://127.0.0.1:{address[1]}", request_timeout=0.4))
        for filler in fillers:
            filler.close()
    assert answer.fate is Fate.NEVER_SENT
    assert "in time" in str(answer.error_msg)


async def test_a_reset_before_the_request_was_read_is_lost(serve: Any, connect: Any, reset_connection: Any) -> None:
    """The connection stood, so bytes may have left: lost, although the library calls it a connect timeout."""

    async def refuse(_: Any, writer: asyncio.StreamWriter) -> None:
        reset_connection(writer)

    server = await serve(b"", greeting=refuse)
    assert (await _stop(connect(server.url))).fate is Fate.LOST


@pytest.mark.parametrize("end", ["reset", "close"])
async def test_a_connection_that_ends_after_the_request_is_lost(end: str, serve: Any, connect: Any) -> None:
    """The server had the whole POST: it may have been executed (protocol 4.4)."""

    async def turn(exchange: Any) -> None:
        getattr(exchange, end)()

    server = await serve(turn)
    answer = await _stop(connect(server.url))
    assert (answer.fate, len(server.requests)) == (Fate.LOST, 1)
    assert "cannot be read" in str(answer.error_msg)


@pytest.mark.parametrize(
    "half",
    [
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 409 Conflict\r\nContent-Length: 100\r\n\r\n{",
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"job',
    ],
)
async def test_an_answer_that_is_cut_off_is_lost(half: bytes, serve: Any, connect: Any) -> None:
    """Half a head and half a body are unreadable answers (protocol 4.4)."""

    async def turn(exchange: Any) -> None:
        exchange.writer.write(half)
        await exchange.writer.drain()
        exchange.close()

    server = await serve(turn)
    assert (await _stop(connect(server.url))).fate is Fate.LOST


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x00\xff\x00\xff\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_garbage_is_lost_and_no_exception(garbage: bytes, serve: Any, connect: Any) -> None:
    """What is no HTTP escapes the library as errors of other kinds; here it is an answer like any other."""
    server = await serve(garbage)
    answer = await _stop(connect(server.url))
    assert answer.fate is Fate.LOST
    assert len(str(answer.error_msg)) < 500


async def test_a_server_that_hangs_is_lost_after_the_timeout(serve: Any, connect: Any) -> None:
    """Silence until the request's timeout: it may have been executed (protocol 4.4)."""
    server = await serve(lambda exchange: exchange.hang())
    answer = await _stop(connect(server.url, request_timeout=0.3))
    assert answer.fate is Fate.LOST
    assert "no complete answer" in str(answer.error_msg)
    assert 0.25 < answer.duration < 3


async def test_a_server_that_trickles_does_not_hold_the_request_for_ever(serve: Any, connect: Any) -> None:
    """Each byte in time, the whole not: one timeout bounds all of it."""

    async def trickle(exchange: Any) -> None:
        exchange.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            exchange.writer.write(b" ")
            await exchange.writer.drain()
            await asyncio.sleep(BLINK)

    server = await serve(trickle)
    answer = await _stop(connect(server.url, request_timeout=0.3))
    assert answer.fate is Fate.LOST
    assert answer.duration < 3


async def test_a_huge_answer_is_not_read(serve: Any, connect: Any) -> None:
    """An answer that announces more than the most is left where it is, and lost."""
    server = await serve(f"HTTP/1.1 200 OK\r\nContent-Length: {10**12}\r\n\r\n{{".encode())
    answer = await _stop(connect(server.url))
    assert answer.fate is Fate.LOST
    assert "more than" in str(answer.error_msg)


async def test_a_huge_answer_of_unknown_length_is_read_up_to_the_most(
    serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks without end are counted while they are read, and the connection is given up."""
    monkeypatch.setattr(transport, "MOST_BYTES", 100_000)
    ended = asyncio.Event()

    async def pour(exchange: Any) -> None:
        exchange.writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                exchange.writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
                await exchange.writer.drain()
        finally:
            ended.set()

    server = await serve(pour)
    assert (await _stop(connect(server.url))).fate is Fate.LOST
    await asyncio.wait_for(ended.wait(), 5)


async def test_an_answer_that_unpacks_to_too_much_is_given_up(
    serve: Any, connect: Any, http: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small packed answer is counted by what it unpacks to."""
    monkeypatch.setattr(transport, "MOST_BYTES", 100_000)
    server = await serve(http(200, gzip.compress(b" " * 10**6), content_encoding="gzip"))
    answer = await _stop(connect(server.url))
    assert answer.fate is Fate.LOST
    assert "more than" in str(answer.error_msg)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_an_answer_that_is_packed_unasked_is_read(
    encoding: str, pack: Any, serve: Any, connect: Any, http: Any
) -> None:
    """We ask for no packing; a gateway that packs even so is understood."""
    server = await serve(http(200, pack(ACCEPTED), content_encoding=encoding))
    assert (await _stop(connect(server.url))).job_id == "j1"
    assert server.requests[0].headers["accept-encoding"] == "identity"


async def test_an_answer_that_cannot_be_unpacked_is_lost(serve: Any, connect: Any, http: Any) -> None:
    """Broken packing is an unreadable answer."""
    server = await serve(http(200, b"not gzip at all", content_encoding="gzip"))
    assert (await _stop(connect(server.url))).fate is Fate.LOST


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int, serve: Any, connect: Any, http: Any) -> None:
    """The place it points to sees nothing of our signature."""
    elsewhere = await serve(http(200, ACCEPTED))
    server = await serve(http(status, location=elsewhere.url))
    answer = await _stop(connect(server.url))
    assert (answer.fate, answer.status) == (Fate.REFUSED, status)
    assert "redirect" in str(answer.error_msg)
    assert elsewhere.connections == 0


async def test_a_cancelled_request_is_cancelled(serve: Any, connect: Any) -> None:
    """Cancellation is the one thing that comes out as an exception."""
    server = await serve(lambda exchange: exchange.hang())
    acting = asyncio.create_task(_stop(connect(server.url)))
    await server.arrived.wait()
    acting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await acting


async def test_words_share_a_connection_and_reboots_have_their_own(serve: Any, connect: Any, http: Any) -> None:
    """A reset on a stale connection would be an unknown for a reboot: each gets a fresh one."""
    server = await serve(http(200, ACCEPTED))
    client = connect(server.url)
    for action in (Action.STOP, Action.START, Action.REBOOT, Action.REBOOT, Action.HIBERNATE):
        assert (await client.act_on_pool("pool", action, ActionType.SOFT)).fate is Fate.ACCEPTED
    await client.act_on_desktops(["d"], Action.REBOOT, ActionType.SOFT)
    assert [request.connection for request in server.requests] == [1, 1, 2, 3, 1, 4]


async def test_a_word_on_a_stale_connection_is_lost_and_not_sent_twice(serve: Any, connect: Any, http: Any) -> None:
    """A POST whose kept connection breaks is not repeated by any library underneath."""

    async def turn(exchange: Any) -> None:
        exchange.reset()

    server = await serve(http(200, ACCEPTED), turn)
    client = connect(server.url)
    assert [(await _stop(client)).fate for _ in range(2)] == [Fate.ACCEPTED, Fate.LOST]
    assert len(server.requests) == 2


async def test_no_cookie_comes_back(serve: Any, connect: Any, http: Any) -> None:
    """A gateway's cookie is not kept; asked by its name, because of an address no cookie ever is."""
    server = await serve(http(200, ACCEPTED, set_cookie="stick=canary; Path=/"))
    client = connect(server.url.replace("127.0.0.1", "localhost"))
    await _stop(client)
    await _stop(client)
    assert "cookie" not in server.requests[1].headers


async def test_an_address_that_cannot_be_asked_was_never_sent(connect: Any) -> None:
    """A host name that passes as one until it is used is found out before anything is sent."""
    assert (await _stop(connect("http://[x"))).fate is Fate.NEVER_SENT


async def test_a_reading_call_raises_what_an_action_would_answer(connect: Any) -> None:
    """The error of a reading call carries the same classification (protocol 4.4)."""
    with pytest.raises(WorkspaceError) as caught:
        await connect(f"http://127.0.0.1:{_free_port()}").list_pools()
    assert caught.value.answer.fate is Fate.NEVER_SENT
    assert not caught.value.permanent
