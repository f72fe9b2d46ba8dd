"""``poolpower run``: the daemon."""

from __future__ import annotations

from datetime import UTC, datetime

import click


@click.command()
@click.option("--observe", is_flag=True, help="Everything but the calls that act.")
def run(*, observe: bool) -> int:
    """Run the daemon in the foreground, until SIGTERM or Ctrl-C."""
    from daemon import logs  # noqa: PLC0415 - heavy imports only where they are used
    from daemon.service import daemon  # noqa: PLC0415
    from daemon.service.connections import require_complete  # noqa: PLC0415
    from daemon.settings import load_settings  # noqa: PLC0415

    settings = load_settings({"mode": "observe"} if observe else None)
    require_complete(settings, datetime.now(UTC))
    logs.configure(settings.log_format, settings.log_level)
    return daemon.run(settings)
