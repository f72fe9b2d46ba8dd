"""Sends a reply over ASGI, well-behaved or as its fault asks: hung, slow, cut off, reset.

What goes wrong below HTTP needs the connection's transport, which ``serving`` hands in as the ASGI extension
``daemon.webserver.TRANSPORT``. Without it (an in-process test client) such a fault is refused.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from daemon.webserver import TRANSPORT
from daemon.workspace.sandbox.faults import FaultError

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from daemon.workspace.sandbox.calls import Reply
    from daemon.workspace.sandbox.faults import Fault

Head = list[tuple[bytes, bytes]]
_TICK = 0.02
_LINGER_ZERO = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """What ASGI hands an application, in one piece.

    Attributes:
        scope: of the request.
        receive: the rest of the request, or that the client has left.
        send: the answer.
    """

    scope: Scope
    receive: Receive
    send: Send


async def transmit(reply: Reply, date: str, line: Line) -> None:
    """Send the reply, or what its fault leaves of it.

    Raises:
        FaultError: the fault needs the connection, and there is none to be had.
    """
    head = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        (b"date", date.encode()),
        (b"x-request-id", reply.entry.request_id.encode()),
        *((name.lower().encode(), value.encode()) for name, value in reply.headers),
    ]
    if reply.fault is None:
        await _send_whole(reply, head, line.send)
    else:
        await _send_faulty(reply, reply.fault, head, line)


async def _send_whole(reply: Reply, head: Head, send: Send) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": head})
    await send({"type": "http.response.body", "body": reply.body})


async def _send_faulty(reply: Reply, fault: Fault, head: Head, line: Line) -> None:
    if fault.hang is not None and await _client_left_within(fault.hang, line.receive):
        reply.entry.client_left()
        return
    if fault.reset or fault.close or fault.cut or fault.garbage:
        _break(_transport(line.scope), reply, fault, head)
        await _until_gone(line.receive)
    elif fault.slow is not None:
        await _send_slowly(reply, fault.slow, head, line)
    else:
        await _send_whole(reply, head, line.send)


async def _send_slowly(reply: Reply, rate: float, head: Head, line: Line) -> None:
    """``rate`` is in bytes a second."""
    await line.send({"type": "http.response.start", "status": reply.status, "headers": head})
    size = max(1, int(rate * _TICK))
    for start in range(0, len(reply.body), size):
        if await _client_left_within(size / rate, line.receive):
            reply.entry.client_left()
            return
        await line.send({"type": "http.response.body", "body": reply.body[start : start + size], "more_body": True})
    await line.send({"type": "http.response.body", "body": b""})


def _break(transport: asyncio.Transport, reply: Reply, fault: Fault, head: Head) -> None:
    if fault.reset:
        _reset(transport)
        return
    if not fault.close:
        transport.write(_broken_bytes(reply, fault, head))
    transport.close()


def _reset(transport: asyncio.Transport) -> None:
    # With a linger time of zero the kernel sends RST instead of FIN. A Unix socket has no RST; it is just closed.
    connection = transport.get_extra_info("socket")
    if connection.family != socket.AF_UNIX:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    transport.abort()


def _broken_bytes(reply: Reply, fault: Fault, head: Head) -> bytes:
    if fault.garbage:
        return b"\x16\x03\x01 this is no HTTP\r\n\r\n"
    lines = [f"HTTP/1.1 {reply.status} X".encode(), *(name + b": " + value for name, value in head)]
    if fault.cut == "head":
        return b"\r\n".join(lines)[:-5]
    return b"\r\n".join(lines) + b"\r\n\r\n" + reply.body[: len(reply.body) // 2]


def _transport(scope: Scope) -> asyncio.Transport:
    found: Any = scope.get("extensions", {}).get(TRANSPORT)
    if found is None:
        raise FaultError("This fault needs a real connection.", "Serve the app with daemon.workspace.sandbox.serve().")
    return cast("asyncio.Transport", found)


async def _client_left_within(seconds: float, receive: Receive) -> bool:
    try:
        await asyncio.wait_for(_until_gone(receive), seconds)
    except TimeoutError:
        return False
    return True


async def _until_gone(receive: Receive) -> None:
    # The request was read to its end, so that only the client's leaving can follow.
    await receive()
