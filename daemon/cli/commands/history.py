"""``poolpower history`` and ``poolpower show``: what the ledger says."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from daemon.cli import output
from daemon.cli.completing import pool_keys
from daemon.cli.runnumber import RunNumber
from daemon.cli.since import FORMS, parse_since
from daemon.cli.usage import WrongUseError

STATES = (
    "pending",
    "attempting",
    "accepted",
    "succeeded",
    "partial",
    "failed",
    "unknown",
    "skipped",
    "missed",
    "superseded",
    "expired",
    "void",
)


@click.command()
@click.option(
    "--pool", metavar="POOL", help="Of this pool: its key, PROJECT/KEY, or a pattern.", shell_complete=pool_keys
)
@click.option("--since", metavar="T", help=f"From then on: {FORMS}.")
@click.option("--state", type=click.Choice(STATES), help="In this state.")
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many, newest first."
)
@output.json_option
def history(pool: str | None, since: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """Show what became of past actions, newest first.

    Asks the daemon, or reads the ledger where no daemon answers.
    """
    from daemon.cli.ledgerview import LedgerView  # noqa: PLC0415 - imports http.client
    from daemon.cli.runs import runs_table  # noqa: PLC0415
    from daemon.settings import load_settings  # noqa: PLC0415 - pydantic takes a moment to import

    settings = load_settings()
    start = parse_since(since, settings.schedules, datetime.now(UTC)) if since else None
    rows = LedgerView(settings, says_which=not as_json).history(pool, start, state, limit)
    if as_json:
        output.print_json_rows(rows)
    elif rows:
        output.print_table(runs_table(rows))
    else:
        output.say("no runs")


@click.command()
@click.argument("run", type=RunNumber())
@output.json_option
def show(run: int, as_json: bool) -> None:
    """Show one run with every attempt, error, job and desktop.

    Asks the daemon, or reads the ledger where no daemon answers.
    """
    from daemon.cli.ledgerview import LedgerView  # noqa: PLC0415 - imports http.client
    from daemon.cli.story import tell_story  # noqa: PLC0415
    from daemon.settings import load_settings  # noqa: PLC0415 - pydantic takes a moment to import

    found = LedgerView(load_settings(), says_which=not as_json).show(run)
    if found is None:
        raise WrongUseError(f"there is no run {run}", "`poolpower history` lists them")
    if as_json:
        output.print_json(found)
    else:
        tell_story(found)
