"""``poolpower why``: what was or was not done for a pool at a time, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable


@click.command()
@click.argument("pool")
@click.option(
    "--at", metavar="T", help='The time in question, e.g. "yesterday 20:00", in the file\'s zone; now unless said.'
)
@output.json_option
def why(pool: str, at: str | None, as_json: bool) -> None:
    """Say what was or was not done for a pool at a time, and why.

    Answers from the schedule file, the ledger and the overrides in it; without a readable ledger from the file alone.
    """
    from daemon.cli.instants import Towards, parse_instant  # noqa: PLC0415 - heavy imports only where they are used
    from daemon.cli.schedule import load_schedule, schedule_path  # noqa: PLC0415
    from daemon.cli.whyview import tell_why  # noqa: PLC0415
    from daemon.timetable.zones import zone_of  # noqa: PLC0415

    timetable = load_schedule(schedule_path(None)).timetable
    chosen = _one(timetable, pool)
    now = datetime.now(UTC)
    asked = now
    if at is not None:
        asked = parse_instant(at, now=now, zone=lambda: zone_of(timetable.timezone), towards=Towards.PAST)
    found = _asked(timetable, chosen, asked, now)
    if as_json:
        output.print_json(found)
    else:
        tell_why(found)


def _one(timetable: Timetable, name: str) -> Pool:
    from daemon.cli.poolnames import select_pools  # noqa: PLC0415

    if any(sign in name for sign in "*?[@"):
        raise WrongUseError(f"{name!r} is a pattern or a group", "ask about one pool, by its key")
    pools = select_pools(timetable, [name]) or ()
    if len(pools) > 1:
        raise WrongUseError(f"{name!r} means {len(pools)} pools", "ask about one of them")
    return pools[0]


def _asked(timetable: Timetable, pool: Pool, at: datetime, now: datetime) -> dict[str, Any]:
    """The answer, with the ledger where it can be read."""
    from daemon.cli.whereabouts import find_ledger  # noqa: PLC0415
    from daemon.ledger.errors import LedgerError  # noqa: PLC0415
    from daemon.ledger.ledger import reading  # noqa: PLC0415
    from daemon.service.why import answer, gather  # noqa: PLC0415
    from daemon.settings import load_settings  # noqa: PLC0415

    ledger = find_ledger(load_settings())
    try:
        with reading(f"sqlite:///{ledger}") as connection:
            return answer(gather(connection, timetable, pool, at, now))
    except LedgerError as error:
        output.note(f"answering from the schedule file alone: {error.message}")
        return answer(gather(None, timetable, pool, at, now))
