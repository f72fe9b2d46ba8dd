"""A plan as a calendar file that calendar programs import (RFC 5545)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from icalendar import Calendar, Event

from daemon import __version__
from daemon.cli.planview import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.timetable.plan import PlanEntry

_SHOWN: Final = timedelta(minutes=15)
"""How long an action is shown: calendar programs hide what takes no time."""


def plan_as_ics(entries: Iterable[PlanEntry], now: datetime) -> bytes:
    """The calendar file; an entry keeps its identity from one export to the next, so that importing again doubles none.

    Args:
        entries: of a plan.
        now: the instant of the export, aware.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//poolpower//poolpower {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "poolpower")
    for entry in entries:
        calendar.add_component(_event(entry, now))
    return bytes(calendar.to_ical())


def _event(entry: PlanEntry, now: datetime) -> Event:
    event = Event()
    pool = name_of(entry.pool.project, entry.pool.key)
    identity = (entry.pool.project, entry.pool.key, entry.action, entry.at.isoformat(), entry.source)
    event.add("uid", f"{hashlib.sha256('|'.join(identity).encode()).hexdigest()[:32]}@poolpower")
    event.add("dtstamp", now)
    event.add("dtstart", entry.due_at)
    event.add("dtend", entry.due_at + _SHOWN)
    event.add("summary", f"{entry.action} {pool} ({entry.type})")
    described = [entry.policy, entry.source, f"local time {entry.local.isoformat()}"]
    if entry.skipped:
        described.append(f"not carried out: {entry.skipped}")
    event.add("description", "\n".join(described))
    event.add("status", "CANCELLED" if entry.skipped else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event
