"""The sandbox as a process of its own: `poolpower sandbox --world FILE --port 0`, but that its parts tell their action.

No source documents that field; without it no job of a lost reboot can be adopted (protocol 5.4), and that is half of
what is to be reconciled here. The first line of its output is its URL.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from daemon.workspace.sandbox.serving import run_sandbox
from daemon.workspace.sandbox.worldfile import load_world


def main(world_file: str) -> None:
    """Serve until killed."""
    world = load_world(Path(world_file))
    world.tells_action = True
    asyncio.run(
        run_sandbox(
            world=world, on_ready=lambda url: sys.stdout.write(f"{url}\n") and sys.stdout.flush(), until=asyncio.Event()
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
