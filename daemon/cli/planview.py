"""A plan for people: a list by days, or a drawn week."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import click
from rich.cells import cell_len, set_cell_size

from daemon.cli import output
from daemon.cli.weekgrid import Day, Shade, week_grid
from daemon.timetable.pools import DEFAULT_PROJECT

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from daemon.execution.refusals import Refusals
    from daemon.timetable.plan import PlanEntry
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable

WIDEST_NAME: Final = 32
LOOK_BACK: Final = timedelta(days=31)
"""How far back the word is looked for that gives the state which a drawn week begins with."""
MOST_DAYS: Final = 31
MARKS: Final = {Shade.UNKNOWN: " ", Shade.ON: "█", Shade.OFF: "·", Shade.HIBERNATED: "░"}
PLAIN_MARKS: Final = {Shade.UNKNOWN: " ", Shade.ON: "#", Shade.OFF: ".", Shade.HIBERNATED: "~"}
COLOURS: Final = {Shade.UNKNOWN: None, Shade.ON: "green", Shade.OFF: "bright_black", Shade.HIBERNATED: "blue"}
HOURS: Final = "".join(f"{hour:<6}" for hour in range(0, 24, 3))
_WIDTH: Final = 80
_DAY_COLUMN: Final = 11
_TIMES_COLUMN: Final = 20


def list_plan(entries: Iterable[PlanEntry], pools: Sequence[Pool], zone: ZoneInfo) -> None:
    """Print one line an entry as the entries come, oldest first, and a heading for each date of the zone."""
    width = min(
        max((cell_len(output.printable(name_of(pool.project, pool.key))) for pool in pools), default=0), WIDEST_NAME
    )
    output.print_lines(_lines(entries, width, zone))


def _lines(entries: Iterable[PlanEntry], width: int, zone: ZoneInfo) -> Iterator[str]:
    heading = None
    for entry in entries:
        day = entry.at.astimezone(zone).date()
        if day != heading:
            yield ("" if heading is None else "\n") + click.style(f"{day:%A %Y-%m-%d}", bold=True)
            heading = day
        name = _fitted(output.printable(name_of(entry.pool.project, entry.pool.key)), width)
        why = f"  not carried out: {entry.skipped}" if entry.skipped else ""
        what = output.printable(f"{entry.action:<9} {entry.type}  {entry.policy}  ({entry.source}){why}")
        line = f"  {_clock(entry, day)}  {name}  {what}"
        yield click.style(line, dim=True) if entry.skipped else line
    if heading is None:
        yield "nothing in that time"


def _clock(entry: PlanEntry, day: date) -> str:
    """Wall time and offset, the weekday where it is not the heading's; the instant of a pool that a spread delays."""
    wall = entry.local.strftime("%H:%M:%S %z" if entry.local.second else "%H:%M %z")
    if entry.local.date() != day:
        wall += f" ({entry.local:%a})"
    delayed = entry.due_at.astimezone(entry.local.tzinfo)
    return wall if entry.due_at == entry.at else f"{wall} (at {delayed:%H:%M:%S})"


def draw_week(
    timetable: Timetable,
    pools: Sequence[Pool] | None,
    begin: datetime,
    until: datetime,
    *,
    zone: ZoneInfo,
    refusals: Refusals | None = None,
) -> None:
    """Draw the local dates from ``begin`` to ``until``: a band of half hours a day, pools that look alike together.

    The dates are those that the list has; of the first and the last, nothing that lies outside is drawn. What
    overrides forbid is left out.
    """
    days = _days(begin.astimezone(zone), until.astimezone(zone))
    marks = MARKS if output.takes_unicode() else PLAIN_MARKS
    legend = ", ".join(f"{marks[shade]} {word}" for shade, word in _LEGEND.items())
    output.say(f"times of {zone.key}; {legend}", dim=True)
    output.say("+ start, - stop, ~ hibernate, * reboot; blank: not asked for, or unknown", dim=True)
    drawn = timetable.only(timetable.pools if pools is None else pools)
    for names, grid in _alike(drawn, days, (begin, until), zone, refusals):
        output.say("")
        for line in _wrapped(names):
            output.say(line, bold=True)
        output.say(" " * _DAY_COLUMN + HOURS, dim=True)
        for day in grid:
            _draw_day(day, marks)
    if days[-1] < until.astimezone(zone).date() - timedelta(days=1):
        output.note(f"drawn until {days[-1]}, {MOST_DAYS} days at most; the list without --week goes on")


_LEGEND: Final = {Shade.ON: "on", Shade.OFF: "off", Shade.HIBERNATED: "hibernated"}


def _days(first: datetime, last: datetime) -> list[date]:
    """The local dates, a month of them at most, with a last one that is begun."""
    count = (last.date() - first.date()).days + (last.time() != datetime.min.time())
    return [first.date() + timedelta(days=number) for number in range(max(1, min(count, MOST_DAYS)))]


def _alike(
    timetable: Timetable,
    days: Sequence[date],
    span: tuple[datetime, datetime],
    zone: ZoneInfo,
    refusals: Refusals | None,
) -> Iterator[tuple[list[str], tuple[Day, ...]]]:
    """Names of pools whose days look alike, and those days."""
    begin = datetime.combine(days[0], datetime.min.time(), zone)
    end = datetime.combine(days[-1] + timedelta(days=1), datetime.min.time(), zone)
    drawn: dict[tuple[Day, ...], list[str]] = {}
    for same in _with_the_same_rules(timetable, refusals):
        due = timetable.only(same[:1]).between(begin - LOOK_BACK, end)
        comes = [one for one in due if refusals is None or refusals.of(one) is None]
        drawn.setdefault(week_grid(comes, days, zone, span), []).extend(
            name_of(pool.project, pool.key) for pool in same
        )
    yield from ((names, grid) for grid, names in drawn.items())


def _with_the_same_rules(timetable: Timetable, refusals: Refusals | None) -> Iterator[list[Pool]]:
    """Thousands of pools share a few schedules: each is worked out once. With overrides, each that has others."""
    groups: dict[Hashable, list[Pool]] = {}
    for pool, policies in zip(timetable.pools, timetable.policies, strict=True):
        lying = () if refusals is None else refusals.lying_on(pool)
        groups.setdefault((tuple((policy.action, policy.rule) for policy in policies), lying), []).append(pool)
    yield from groups.values()


def _draw_day(day: Day, marks: dict[Shade, str]) -> None:
    colour = output.shows_colour(sys.stdout)
    band = "".join(click.style(marks[shade], fg=COLOURS[shade]) if colour else marks[shade] for shade in day.shades)
    click.echo(f"{day.date:%a %d %b}".ljust(_DAY_COLUMN) + f"{band} {_times(day)}".rstrip(), color=colour)


def _times(day: Day) -> str:
    """What is called for, as far as the line has room."""
    told = " ".join(f"{at}{_SIGNS[action]}" for at, action in day.calls)
    if len(told) <= _TIMES_COLUMN:
        return told
    return told[:_TIMES_COLUMN].rpartition(" ")[0] + "…"


_SIGNS: Final = {"start": "+", "stop": "-", "hibernate": "~", "reboot": "*"}


def _wrapped(names: Sequence[str]) -> Iterator[str]:
    """The names in lines of 80 columns."""
    line = ""
    for name in map(output.printable, names):
        if line and cell_len(line) + 2 + cell_len(name) > _WIDTH - 1:
            yield line + ","
            line = ""
        line += f", {name}" if line else name
    yield line


def _fitted(text: str, width: int) -> str:
    """The text in exactly so many columns of the terminal, wide characters counted as two."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def name_of(project: str, key: str) -> str:
    """A pool as commands take it: its key, behind its project where that is not the default one."""
    return key if project == DEFAULT_PROJECT else f"{project}/{key}"
