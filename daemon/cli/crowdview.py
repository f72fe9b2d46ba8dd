"""Tells where more falls due at once than the cloud's quota lets through."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from daemon.cli import output
from daemon.timetable.crowds import crowds
from daemon.timetable.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from daemon.timetable.crowds import Crowd
    from daemon.timetable.plan import PlanEntry

_MOST: Final = 5
_SECOND: Final = timedelta(seconds=1)


def tell_crowds(entries: Iterable[PlanEntry], writes_per_minute: int, zone: ZoneInfo) -> None:
    """Print the largest crowds of a plan, behind it, each with the spread that would mend it."""
    found = sorted(crowds(entries, writes_per_minute), key=lambda crowd: (-crowd.count, crowd.at))
    for crowd in found[:_MOST]:
        output.say(_told(crowd, writes_per_minute, zone))
    if len(found) > _MOST:
        output.say(f"and {len(found) - _MOST} more times at which actions wait for the quota")


def _told(crowd: Crowd, writes_per_minute: int, zone: ZoneInfo) -> str:
    at = crowd.at.astimezone(zone)
    takes = format_duration(crowd.takes // _SECOND * _SECOND)
    return (
        f"at {at:%a %Y-%m-%d %H:%M %z} {crowd.count} actions of the project {crowd.project} fall due: at "
        f"{writes_per_minute} a minute the last one is sent {takes} later; "
        f'"spread {format_duration(crowd.spread)}" in their policies would let none of them wait'
    )
