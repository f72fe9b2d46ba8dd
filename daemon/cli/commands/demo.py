"""``poolpower demo``: the whole thing in a minute, against the built-in sandbox."""

from __future__ import annotations

import click


@click.command()
def demo() -> int:
    """Show the daemon at work against the built-in sandbox.

    A soft stop followed to its end, a conflict retried, a permanent failure, a job that fails in part: live on a
    terminal, as a story in lines elsewhere.
    """
    from daemon.cli.demo import play  # noqa: PLC0415 - heavy imports only where they are used

    return play()
