"""Instants as answers to orders say them: in the schedule file's zone, and in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Row = dict[str, Any]


def zone_called(name: str) -> ZoneInfo:
    """The zone that an answer of the daemon names."""
    from daemon.timetable.zones import zone_of  # noqa: PLC0415 - only where something is told

    return zone_of(name)


def moment(instant: str | None, zone: ZoneInfo) -> str:
    """``Mon 2026-11-23 20:00 +0100 (19:00 UTC)``; with the date of UTC where that is another one."""
    if instant is None:
        return "resumed"
    at = datetime.fromisoformat(instant)
    local, utc = at.astimezone(zone), at.astimezone(UTC)
    day = "" if local.date() == utc.date() else f"{utc:%Y-%m-%d} "
    return f"{local:%a %Y-%m-%d} {_clock(local)} {local:%z} ({day}{_clock(utc)} UTC)"


def coming(row: Row, zone: ZoneInfo, now: datetime) -> str:
    """An occurrence: ``stop 20:00 today, Mon 2026-11-23 20:00 +0100 (19:00 UTC)``."""
    local = datetime.fromisoformat(row["at"]).astimezone(zone)
    today = now.astimezone(zone).date()
    days = {-1: " yesterday", 0: " today", 1: " tomorrow"}
    day = days.get((local.date() - today).days, "")
    return f"{row['action']} {_clock(local)}{day}, {moment(row['at'], zone)}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
