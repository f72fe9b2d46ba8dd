"""The server of ``server.py`` as a witness: it prints when each action request came in, and for which pool.

Run as a process of its own; prints its port, then a line ``TIME POOL`` for each request, TIME by the wall clock.
"""

from __future__ import annotations

import asyncio
import time

from server import Answerer


class Witness(Answerer):
    """Answers every request with a fresh job, and tells when it came."""

    def data_received(self, data: bytes) -> None:
        """Read the clock before anything else is done."""
        at = time.time()
        if data.startswith(b"POST"):
            print(f"{at:.6f} {data.split(b' ', 2)[1].split(b'/')[-2].decode()}", flush=True)
        super().data_received(data)


async def main() -> None:
    """Serve."""
    server = await asyncio.get_running_loop().create_server(Witness, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
