"""The machine's time zone, in which the demonstration's sentences and times are written."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.timetable.zones import ZoneError, zone_name, zone_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LOCALTIME = Path("/etc/localtime")
AROUND = timedelta(hours=3)


def local_zone(now: datetime, localtime: Path = LOCALTIME) -> ZoneInfo:
    """The zone of this machine by its IANA name; UTC where none can be told.

    UTC on a night on which the clocks change as well: "in ten seconds" may be a wall time that was due an hour ago.

    Args:
        now: the instant.
        localtime: the link to the zone's data (localtime(5)).
    """
    zone = _named(os.environ.get("TZ", "").lstrip(":") or _linked(localtime))
    offsets = {(now + shift).astimezone(zone).utcoffset() for shift in (-AROUND, AROUND)}
    return zone if offsets == {now.astimezone().utcoffset()} else zone_of("UTC")


def _linked(localtime: Path) -> str:
    return str(localtime.resolve()).partition("/zoneinfo/")[2]


def _named(name: str) -> ZoneInfo:
    try:
        return zone_of(zone_name(name))
    except ZoneError:  # none, an abbreviation, a POSIX rule: nothing that a schedule file may name
        return zone_of("UTC")
