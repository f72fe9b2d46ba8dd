"""One instant at which a pool's policies call for one action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from daemon.timetable.actions import Action, ActionType
    from daemon.timetable.pools import Pool


@dataclass(frozen=True, slots=True)
class Eclipsed:
    """A policy that called for the same action at the same instant and gave way (protocol 1.5).

    Attributes:
        policy: its sentence, as formatted.
        source: where it stands, like that of an occurrence.
        type: SOFT or HARD, as it would have been.
        due_at: when it would have been due, aware, UTC.
        local: the instant in its own zone, aware, for people.
    """

    policy: str
    source: str
    type: ActionType
    due_at: datetime
    local: datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What is due for one pool at one instant.

    Attributes:
        pool: the pool it concerns.
        action: what is called for.
        type: SOFT or HARD.
        policy: the winning policy's sentence, as formatted.
        source: where that policy stands: ``schedule NAME`` or ``pool KEY``, and its number there, e.g.
            ``schedule office-hours #2``.
        scheduled_at: the instant the policy names, aware, UTC.
        due_at: ``scheduled_at`` and the pool's delay inside a spread (protocol 1.3), aware, UTC.
        wall: identity of the local date and wall time that the policy names (protocol 3.2), e.g.
            ``2026-10-25T02:30``; the second pass of a repeated hour (wildcard cron only) ends in ``/2``.
        local: the same instant in the policy's zone, aware, for people.
        retry_for: how long it is retried, from the first attempt that may have reached the cloud.
        catch_up: how late it may still be carried out after an outage.
        eclipsed: policies that called for the same and gave way.
        calendar: what calendars said of the date, e.g. ``2026-12-24 workday (DE-BE)``; None where none was asked.
    """

    pool: Pool
    action: Action
    type: ActionType
    policy: str
    source: str
    scheduled_at: datetime
    due_at: datetime
    wall: str
    local: datetime
    retry_for: timedelta
    catch_up: timedelta
    eclipsed: tuple[Eclipsed, ...] = ()
    calendar: str | None = None
