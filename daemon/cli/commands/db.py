"""``poolpower db``: upgrade, backup and prune the ledger."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.errors import PoolpowerError
from daemon.ledger.records import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daemon.settings import Settings


@click.group()
def db() -> None:
    """Look after the ledger.

    A daemon that runs owns its ledger: backup works beside it, upgrade and prune do not, and it needs neither.
    """


@db.command()
@output.json_option
def upgrade(*, as_json: bool) -> None:
    """Bring the ledger to this version's schema; the daemon does the same when it starts."""
    from daemon.ledger.upkeep import upgrade as upgrade_ledger  # noqa: PLC0415 - heavy imports only where used

    settings = _settings()
    with _beside_a_daemon("it brought the ledger to its own version when it started: nothing is to be done"):
        done = upgrade_ledger(_url(settings), now=datetime.now(UTC))
    told = f"is at revision {done.after}, as before" if not done.changed else f"is at revision {done.after} now"
    _tell(f"the ledger {_path(settings)} {told}", {"before": done.before, "after": done.after}, as_json=as_json)


@db.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace TARGET where it exists.")
@output.json_option
def backup(target: Path, *, overwrite: bool, as_json: bool) -> None:
    """Copy the ledger to the file TARGET, beside a running daemon too, and check the copy."""
    from daemon.ledger.upkeep import back_up  # noqa: PLC0415 - heavy imports only where used

    if target.exists() and not overwrite:
        raise PoolpowerError(f"{target} exists already", "name another file, or replace it with --overwrite")
    done = back_up(_url(_settings()), target, overwrite=overwrite)
    fields = {"path": str(done.path), "size": done.size, "revision": done.revision}
    _tell(f"{done.path}: {done.size} bytes, revision {done.revision}, checked", fields, as_json=as_json)


@db.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(1, 36_500),
    metavar="DAYS",
    help="Days to keep; POOLPOWER_RETENTION_DAYS unless said.",
)
@output.json_option
def prune(*, days: int | None, as_json: bool) -> None:
    """Take away runs that are older than the ledger is to keep; the running daemon does so by itself.

    Open runs, each pool's last run, overrides and what kept rows refer to stay.
    """
    from daemon.ledger.upkeep import prune_file  # noqa: PLC0415 - heavy imports only where used

    settings = _settings()
    now = datetime.now(UTC)
    before = now - timedelta(days=days or settings.retention_days)
    by_itself = f"a running daemon prunes by itself, every hour, what is older than {settings.retention_days} days"
    with _beside_a_daemon(f"{by_itself} (POOLPOWER_RETENTION_DAYS); stop it to prune by hand"):
        done = prune_file(_url(settings), before, now=now)
    _tell(
        f"taken from {_path(settings)}: {done.runs} runs and {done.versions} versions from before {before:%Y-%m-%d}",
        {"before": instant(before), "runs": done.runs, "versions": done.versions},
        as_json=as_json,
    )


@contextmanager
def _beside_a_daemon(mend: str) -> Iterator[None]:
    """What owns the ledger is a daemon that runs: what is asked for goes another way."""
    from daemon.ledger.errors import LedgerOwnedError  # noqa: PLC0415 - heavy imports only where used

    try:
        yield
    except LedgerOwnedError as error:
        raise PoolpowerError(error.message, mend) from error


def _settings() -> Settings:
    from daemon.settings import load_settings  # noqa: PLC0415 - pydantic takes a moment to import

    return load_settings()


def _path(settings: Settings) -> Path:
    from daemon.cli.whereabouts import find_ledger  # noqa: PLC0415

    return find_ledger(settings)


def _url(settings: Settings) -> str:
    return f"sqlite:///{_path(settings)}"


def _tell(text: str, fields: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.print_json(fields)
    else:
        output.say(text)
