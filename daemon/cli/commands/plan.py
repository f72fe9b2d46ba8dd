"""``poolpower plan``: what will happen, and what will not, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from daemon.timetable.timetable import Timetable

A_WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)


@click.command()
@click.option("--from", "from_", metavar="T", help="From then on; now unless said.")
@click.option("--until", metavar="T", help="Until then; a week from the beginning unless said. A date is included.")
@click.option("--pool", "pools", metavar="POOL", multiple=True, help="Only this pool: key, PROJECT/KEY or a pattern.")
@click.option("--week", is_flag=True, help="Draw the same days, one band a pool.")
@output.json_option
def plan(*, from_: str | None, until: str | None, pools: tuple[str, ...], week: bool, as_json: bool) -> None:
    """Show what will happen and what will not, and why.

    T is a date or date-time in the file's time zone (or with an offset), "tomorrow 08:00", or "2h".
    """
    from daemon.cli.planview import draw_week, list_plan  # noqa: PLC0415 - heavy imports only where they are used
    from daemon.cli.poolnames import select_pools  # noqa: PLC0415
    from daemon.cli.schedule import load_schedule, schedule_path  # noqa: PLC0415
    from daemon.timetable.plan import plan as planned  # noqa: PLC0415

    if week and as_json:
        raise WrongUseError("--week draws for people, --json is for programs", "give one of them")
    timetable = load_schedule(schedule_path(None)).timetable
    chosen = select_pools(timetable, pools)
    begin, end = _window(timetable, from_, until)
    after = begin - INSTANT
    if as_json:
        output.print_json_rows(entry.to_json() for entry in planned(timetable, after, end, pools=chosen))
    elif week:
        draw_week(timetable, chosen, begin, end, zone=_zone(timetable))
    else:
        entries = planned(timetable, after, end, pools=chosen)
        list_plan(entries, timetable.pools if chosen is None else chosen, _zone(timetable))


def _window(timetable: Timetable, from_: str | None, until: str | None) -> tuple[datetime, datetime]:
    """Beginning and end; what is due at either instant belongs to the plan."""
    from daemon.cli.instants import Towards, parse_instant  # noqa: PLC0415
    from daemon.timetable.zones import zone_of  # noqa: PLC0415

    now = datetime.now(UTC)

    def instant(text: str, towards: Towards) -> datetime:
        return parse_instant(text, now=now, zone=lambda: zone_of(timetable.timezone), towards=towards)

    begin = instant(from_, Towards.FUTURE) if from_ else now
    end = instant(until, Towards.END) if until else begin + A_WEEK
    if end <= begin:
        raise WrongUseError(f"the plan would end ({end:%Y-%m-%d %H:%M}Z) before it begins ({begin:%Y-%m-%d %H:%M}Z)")
    return begin, end


def _zone(timetable: Timetable) -> ZoneInfo:
    from daemon.timetable.zones import zone_of  # noqa: PLC0415

    return zone_of(timetable.timezone)
