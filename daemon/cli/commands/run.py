"""``poolpower run``: the daemon."""

from __future__ import annotations

import click


@click.command()
@click.option("--observe", is_flag=True, help="Everything but the calls that act.")
def run(*, observe: bool) -> int:
    """Run the daemon in the foreground, until SIGTERM or Ctrl-C."""
    from daemon import logs  # noqa: PLC0415 - heavy imports only where they are used
    from daemon.service import daemon  # noqa: PLC0415
    from daemon.settings import load_settings  # noqa: PLC0415

    settings = load_settings({"mode": "observe"} if observe else None)
    settings.require_credentials()
    logs.configure(settings.log_format, settings.log_level)
    return daemon.run(settings)
