"""What an override allows (protocol 4.10): judged at ``scheduled_at`` and again in the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.ledger.claims import Skip
from daemon.ledger.overrides import Kind, Override, on_record
from daemon.timetable.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection


def in_force(conn: Connection, now: datetime) -> list[Override]:
    """The overrides that reach to this instant."""
    return on_record(conn, now, now)


def refusal(overrides: Sequence[Override], pool_no: int, action: Action, at: datetime) -> Skip | None:
    """Why an action of a pool does not count at an instant, or None where it does."""
    for override in overrides:
        if override.covers(pool_no, at) and _contradicts(override, action):
            until = "until resumed" if override.ends_at is None else f"until {override.ends_at:%Y-%m-%dT%H:%M:%SZ}"
            because = f": {override.reason}" if override.reason else ""
            return Skip(f"{override.kind} by {override.who or 'an administrator'} {until}{because}", override.id)
    return None


def _contradicts(override: Override, action: Action) -> bool:
    match override.kind:
        case Kind.PAUSE:
            return True
        case Kind.SKIP:
            return override.action in (None, action)
        case Kind.HOLD_ON:
            return action.turns_off or action is Action.REBOOT
        case Kind.HOLD_OFF:
            return action in (Action.START, Action.REBOOT)
