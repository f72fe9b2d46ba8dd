"""``poolpower plan``: what will happen, and what will not, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.completing import pool_keys
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from daemon.execution.refusals import Refusals
    from daemon.timetable.plan import PlanEntry
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable

A_WEEK = timedelta(days=7)
FOUR_WEEKS = timedelta(days=28)
INSTANT = timedelta(microseconds=1)


@click.command()
@click.option("--from", "from_", metavar="T", help="From then on; now unless said.")
@click.option("--until", metavar="T", help="Until then; a week from the beginning unless said. A date is included.")
@click.option(
    "--pool",
    "pools",
    metavar="POOL",
    multiple=True,
    help="Only this pool: key, PROJECT/KEY, a pattern or @GROUP.",
    shell_complete=pool_keys,
)
@click.option("--week", is_flag=True, help="Draw the same days, one band a pool.")
@click.option("--ics", is_flag=True, help="Print a calendar file, for calendar programs to import.")
@click.option(
    "--diff",
    nargs=2,
    metavar="OLD NEW",
    type=click.Path(path_type=Path),
    help="What changes from one schedule file to another, in four weeks unless --until is given.",
)
@output.json_option
def plan(
    *,
    from_: str | None,
    until: str | None,
    pools: tuple[str, ...],
    week: bool,
    ics: bool,
    diff: tuple[Path, Path] | None,
    as_json: bool,
) -> None:
    """Show what will happen and what will not, and why.

    T is a date or date-time in the file's time zone (or with an offset), "tomorrow 08:00", or "2h".
    """
    if week + ics + as_json > 1 or (diff and (week or ics)):
        raise WrongUseError("--week, --ics, --json and --diff show the plan in different ways", "give one of them")
    if diff is not None:
        _tell_difference(*diff, from_, until, pools, as_json=as_json)
        return
    from daemon.cli.poolnames import select_pools  # noqa: PLC0415 - heavy imports only where they are used
    from daemon.cli.schedule import load_schedule, schedule_path  # noqa: PLC0415
    from daemon.timetable.plan import plan as planned  # noqa: PLC0415

    timetable = load_schedule(schedule_path(None)).timetable
    chosen = select_pools(timetable, pools)
    begin, end = _window(timetable, from_, until, A_WEEK)
    refusals = _refusals(timetable, begin, end)
    entries = planned(timetable, begin - INSTANT, end, chosen, refusals.of if refusals else None)
    if as_json:
        output.print_json_rows(entry.to_json() for entry in entries)
    elif ics:
        from daemon.cli.planics import plan_as_ics  # noqa: PLC0415

        click.echo(plan_as_ics(entries, datetime.now(UTC)), nl=False)
    elif week:
        from daemon.cli.planview import draw_week  # noqa: PLC0415

        draw_week(timetable, chosen, begin, end, zone=_zone(timetable), refusals=refusals)
    else:
        _list(timetable, chosen, list(entries))


def _refusals(timetable: Timetable, begin: datetime, end: datetime) -> Refusals | None:
    from daemon.cli.lying import refusals_of  # noqa: PLC0415
    from daemon.settings import load_settings  # noqa: PLC0415

    return refusals_of(load_settings(), timetable, begin, end)


def _list(timetable: Timetable, chosen: Sequence[Pool] | None, entries: list[PlanEntry]) -> None:
    """The entries by days, and behind them where they come more at once than the quota lets through."""
    from daemon.cli.crowdview import tell_crowds  # noqa: PLC0415
    from daemon.cli.planview import list_plan  # noqa: PLC0415
    from daemon.settings import load_settings  # noqa: PLC0415

    list_plan(entries, timetable.pools if chosen is None else chosen, _zone(timetable))
    tell_crowds(entries, load_settings().writes_per_minute, _zone(timetable))


def _tell_difference(
    old: Path, new: Path, from_: str | None, until: str | None, pools: tuple[str, ...], *, as_json: bool
) -> None:
    from daemon.cli.plandiff import diff_as_json, tell_diff  # noqa: PLC0415
    from daemon.cli.poolnames import select_pools  # noqa: PLC0415
    from daemon.cli.schedule import load_schedule  # noqa: PLC0415
    from daemon.timetable.compare import compare  # noqa: PLC0415

    before, after = load_schedule(old), load_schedule(new)
    zone = _zone(after.timetable)
    begin, end = _window(after.timetable, from_, until, FOUR_WEEKS)
    tables = [before.timetable, after.timetable]
    if pools:
        tables = [table.only(select_pools(table, pools) or ()) for table in tables]
    difference = compare(tables[0], tables[1], begin - INSTANT, end - begin + INSTANT)
    if as_json:
        output.print_json(diff_as_json(difference, after.hash))
    else:
        tell_diff(difference, after.hash, zone)


def _window(timetable: Timetable, from_: str | None, until: str | None, span: timedelta) -> tuple[datetime, datetime]:
    """Beginning and end; what is due at either instant belongs to the plan."""
    from daemon.cli.instants import Towards, parse_instant  # noqa: PLC0415
    from daemon.timetable.zones import zone_of  # noqa: PLC0415

    now = datetime.now(UTC)

    def instant(text: str, towards: Towards) -> datetime:
        return parse_instant(text, now=now, zone=lambda: zone_of(timetable.timezone), towards=towards)

    begin = instant(from_, Towards.FUTURE) if from_ else now
    end = instant(until, Towards.END) if until else begin + span
    if end <= begin:
        first, last = (f"{at.astimezone(_zone(timetable)):%a %Y-%m-%d %H:%M %z}" for at in (begin, end))
        raise WrongUseError(
            f"the plan would end ({last}) before it begins ({first})", "give a later --until, or an earlier --from"
        )
    return begin, end


def _zone(timetable: Timetable) -> ZoneInfo:
    from daemon.timetable.zones import zone_of  # noqa: PLC0415

    return zone_of(timetable.timezone)
