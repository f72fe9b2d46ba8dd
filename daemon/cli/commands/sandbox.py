"""``poolpower sandbox``: the simulated Workspace API alone."""

from __future__ import annotations

import asyncio
import secrets
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.exits import Exit

if TYPE_CHECKING:
    from daemon.workspace.sandbox.world import World

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8091, show_default=True, help="Port; 0 finds a free one."
)
@click.option("--world", type=click.Path(path_type=Path), help="A file (TOML or JSON) that describes its pools.")
@click.option("--any-signature", is_flag=True, help="Let every caller in, however it signs.")
def sandbox(*, host: str, port: int, world: Path | None, any_signature: bool) -> int:
    """Serve the simulated Workspace API until Ctrl-C, for trying clients.

    Prints the environment that points poolpower, or a client made with the vendor's SDK, at it.
    """
    return asyncio.run(_serve(host, port, world, check_signatures=not any_signature))


async def _serve(host: str, port: int, world_file: Path | None, *, check_signatures: bool) -> int:
    from daemon.workspace.sandbox.serving import run_sandbox  # noqa: PLC0415 - heavy imports only where they are used
    from daemon.workspace.sandbox.world import World  # noqa: PLC0415
    from daemon.workspace.sandbox.worldfile import load_world  # noqa: PLC0415

    world = World.example(start=secrets.randbits(32)) if world_file is None else load_world(world_file)
    until = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, until.set)
    await run_sandbox(
        world=world,
        host=host,
        port=port,
        check_signatures=check_signatures,
        on_ready=lambda url: _tell(url, world),
        until=until,
    )
    return Exit.DONE


def _tell(url: str, world: World) -> None:
    """Shell assignments on standard output, so that ``eval`` of a saved copy works; words beside them.

    Ledger and socket are the sandbox's own: what is tried here must not be written among what really happened, nor be
    asked of the daemon that really runs.
    """
    from daemon.settings import defaults  # noqa: PLC0415 - heavy imports only where they are used

    key = next(iter(world.identity.keys.values()))
    project = next(iter(world.identity.projects))
    place = defaults.sandbox()
    assignments = {
        "POOLPOWER_ENDPOINT": url,
        "POOLPOWER_IAM_ENDPOINT": url,
        "POOLPOWER_REGION": world.identity.projects[project],
        "POOLPOWER_PROJECT_ID": project,
        "POOLPOWER_ACCESS_KEY": key.access_key,
        "POOLPOWER_SECRET_KEY": key.secret_key,
        "POOLPOWER_DATABASE_URL": f"sqlite:///{place / defaults.LEDGER_NAME}",
        "POOLPOWER_SOCKET": str(place / defaults.SOCKET_NAME),
    }
    for name, value in assignments.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()
    output.note(f"the simulated Workspace API listens at {url}; Ctrl-C ends it")
    output.note(f"ledger and socket of what is tried on it are in {place}")
