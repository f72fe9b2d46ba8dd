"""How overrides look to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daemon.cli import output
from daemon.cli.moments import coming, moment, zone_called
from daemon.cli.runs import one_line, pool_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from daemon.cli.runs import Row

MOST = 20
"""Overrides of one call that are told in full."""
WORDS = {"pause": "pause", "skip": "skip", "hold-on": "hold on", "hold-off": "hold off"}
_BY_HAND = "what is asked for by hand (`poolpower now`) is done all the same"


def tell_put(answer: dict[str, Any], now: datetime) -> None:
    """Tell what was put on pools, or would be, and what comes of it."""
    rows, zone = answer["overrides"], zone_called(answer["timezone"])
    for row in rows[:MOST]:
        output.say(headline(row, zone), bold=True)
        for label, text in _consequences(row, zone, now):
            output.say(f"  {label:<14}{text}")
    if len(rows) > MOST:
        output.say(f"and {len(rows) - MOST} more: `poolpower overrides` lists them")
    for line in notes({row["kind"] for row in rows}, rows):
        output.say(line)


def headline(row: Row, zone: ZoneInfo) -> str:
    """One line: number, pool, what lies on it, until when, by whom and why."""
    number = f"override {row['override']}  " if row["override"] else ""
    action = f" {row['action']}" if row["action"] else ""
    who = f", by {row['who']}" if row.get("who") else ""
    why = f": {row['reason']}" if row.get("reason") else ""
    return f"{number}{whose(row)}  {WORDS[row['kind']]}{action} until {moment(row['until'], zone)}{who}{why}"


def whose(row: Row) -> str:
    """The pool, or all of them."""
    return "all pools" if row["pool"] is None else pool_name(row)


def _consequences(row: Row, zone: ZoneInfo, now: datetime) -> Iterator[tuple[str, str]]:
    of_all = row["pool"] is None
    for one in row["will_skip"]:
        yield "skips", (f"{pool_name(one)}: " if of_all else "") + coming(one, zone, now)
    if row["more"]:
        yield "skips", "what comes later" if row["will_skip"] else "what comes later than in a week"
    elif not row["will_skip"]:
        yield "skips", "nothing: nothing of the kind is due in that time"
    for one in row["will_not_skip"]:
        yield "does not skip", coming(one, zone, now)
    for run in row.get("ended", ()):
        yield "ended", f"run {run['run']}  {run['pool']}  {run['action']}, which was waiting"
    for run in row.get("goes_on", ()):
        yield "goes on", one_line(run)


def notes(kinds: set[str], rows: Sequence[Row]) -> Iterator[str]:
    """What an override does not do, and how it is done."""
    pool = whose(rows[0]) if len(rows) == 1 and rows[0]["pool"] else "POOL"
    if "pause" in kinds:
        yield _BY_HAND
    for kind, action in (("hold-on", "start"), ("hold-off", "stop")):
        if kind in kinds:
            yield f"nothing is switched now: `poolpower now {action} {pool}` does; {_BY_HAND}"
            yield (
                "at its end nothing is done"
                if all(row.get("then") == "nothing" for row in rows)
                else "at its end the pool is brought to what its schedule calls for then"
            )
    if "skip" in kinds and any(row.get("goes_on") for row in rows):
        yield "a skip leaves alone what waits already: `poolpower cancel RUN` calls it off"


def tell_list(answer: dict[str, Any]) -> None:
    """Tell overrides one by one, newest first, and what they skipped."""
    zone = zone_called(answer["timezone"])
    for row in answer["overrides"]:
        output.say(headline(row, zone), bold=row["in_force"])
        output.say(f"  from          {moment(row['from'], zone)}")
        if row["ended_at"]:
            why = f": {row['ended_why']}" if row["ended_why"] else ""
            output.say(f"  resumed       {moment(row['ended_at'], zone)}, by {row['ended_who']}{why}")
        if row["then"]:
            output.say(f"  at its end    {_at_its_end(row)}")
        output.say(f"  skipped       {_skipped(row)}")
    if not answer["overrides"]:
        output.say("nothing is paused, skipped or held")


def _at_its_end(row: Row) -> str:
    if row["enforced"]:
        return "what the schedule called for: " + ", ".join(f"run {run}" for run in row["enforced"])
    if row["ended_at"]:
        return "nothing, as it was resumed"
    return "what the schedule calls for" if row["then"] == "schedule" else "nothing"


def _skipped(row: Row) -> str:
    if not row["skipped"]:
        return "nothing yet" if row["in_force"] else "nothing"
    named = ", ".join(f"run {run['run']} ({run['pool']} {run['action']})" for run in row["runs"][:5])
    return f"{row['skipped']}: {named}" + (" and others" if row["skipped"] > len(row["runs"][:5]) else "")
