"""Arguments and options of the commands that are given to many pools at once."""

from __future__ import annotations

from typing import Any

import click

from daemon.cli.completing import pool_keys
from daemon.cli.usage import WrongUseError

pools_argument = click.argument("pools", metavar="POOL...", nargs=-1, shell_complete=pool_keys)
all_option = click.option("--all", "of_all", is_flag=True, help="Every pool, instead of naming them.")
reason_option = click.option("--reason", metavar="TEXT", help="Why; kept in the ledger.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask. Without a terminal nobody is asked.")


def whom(pools: tuple[str, ...], *, of_all: bool) -> dict[str, Any]:
    """The pools as a call names them.

    Raises:
        WrongUseError: none are named, or some and all.
    """
    if bool(pools) == of_all:
        raise WrongUseError("which pools are meant?", "name one or more, or --all, and not both")
    return {"all": True} if of_all else {"pools": list(pools)}
