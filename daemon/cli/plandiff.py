"""What a change of the schedule file changes in the next weeks, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daemon.cli import output
from daemon.cli.planview import name_of
from daemon.timetable.plan import PlanEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from daemon.timetable.compare import Difference
    from daemon.timetable.occurrences import Occurrence


def diff_as_json(difference: Difference, hash_: str) -> dict[str, Any]:
    """The fields of ``plan --diff --json``."""
    return {
        "hash": hash_,
        "pools_added": [name_of(pool.project, pool.key) for pool in difference.pools_added],
        "pools_removed": [name_of(pool.project, pool.key) for pool in difference.pools_removed],
        "added": [_entry(one).to_json() for one in difference.added],
        "removed": [_entry(one).to_json() for one in difference.removed],
        "changed": [{"from": _entry(was).to_json(), "to": _entry(will).to_json()} for was, will in difference.changed],
    }


def tell_diff(difference: Difference, hash_: str, zone: ZoneInfo) -> None:
    """Print what comes (+), what goes (-) and what becomes otherwise (~), by time, and how to take it."""
    for pool in difference.pools_removed:
        output.say(f"- pool {name_of(pool.project, pool.key)}")
    for pool in difference.pools_added:
        output.say(f"+ pool {name_of(pool.project, pool.key)}")
    output.print_lines(_lines(difference, zone))
    output.say(f"the new file is {hash_}; take exactly this one with:  poolpower reload --expect {hash_}", dim=True)


def _lines(difference: Difference, zone: ZoneInfo) -> Iterator[str]:
    marked = [(one, f"- {_told(one, zone)}") for one in difference.removed]
    marked += [(one, f"+ {_told(one, zone)}") for one in difference.added]
    marked += [(will, f"~ {_told(was, zone)}  becomes  {_told(will, zone)}") for was, will in difference.changed]
    if not marked:
        yield "no action changes in that time"
    for _, line in sorted(marked, key=lambda found: (found[0].scheduled_at, found[1])):
        yield output.printable(line)


def _told(one: Occurrence, zone: ZoneInfo) -> str:
    local = one.due_at.astimezone(zone)
    pool = name_of(one.pool.project, one.pool.key)
    return f"{local:%a %Y-%m-%d %H:%M:%S}  {pool}  {one.action} {one.type}  ({one.source})"


def _entry(one: Occurrence) -> PlanEntry:
    return PlanEntry(one.scheduled_at, one.local, one.due_at, one.pool, one.action, one.type, one.policy, one.source)
