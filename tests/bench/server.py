"""The smallest server that answers power actions: what is measured is the client, so the server must not be the limit.

Run as a process of its own; prints its port, then serves until it is killed.
"""

from __future__ import annotations

import asyncio
from itertools import count

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_jobs = count(1)


class Answerer(asyncio.Protocol):
    """Answers every request with a fresh job."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with nothing received."""
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer as many whole requests as have come."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].lower()
            length = 0
            if (at := head.find(b"content-length:")) >= 0:
                length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self._received) < end + 4 + length:
                return
            self._received = self._received[end + 4 + length :]
            body = b'{"job_id":"%032x"}' % next(_jobs)
            self._transport.write((HEAD % len(body)) + body)  # type: ignore[attr-defined]


async def main() -> None:
    """Serve."""
    server = await asyncio.get_running_loop().create_server(Answerer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
