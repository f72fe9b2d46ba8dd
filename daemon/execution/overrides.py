"""What an override allows (protocol 4.10): judged at ``scheduled_at`` and again in the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.ledger.claims import Skip
from daemon.ledger.overrides import Kind, Override, on_record
from daemon.ledger.records import instant
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
            return Skip(in_words(override), override.id)
    return None


def bar(overrides: Sequence[Override], pool_no: int, action: Action, now: datetime) -> Skip | None:
    """Why a pool may not be acted on now, or None where it may.

    A skip says of occurrences that they do not count, not that the pool is to be left alone: what waits since before
    it goes on.
    """
    return refusal([one for one in overrides if one.kind is not Kind.SKIP], pool_no, action, now)


def in_words(override: Override) -> str:
    """What lies on a pool, by whom, until when and why."""
    until = "until resumed" if override.ends_at is None else f"until {instant(override.ends_at)}"
    because = f": {override.reason}" if override.reason else ""
    return f"{override.kind} by {override.who or 'an administrator'} {until}{because}"


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
