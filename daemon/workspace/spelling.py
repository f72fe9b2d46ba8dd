"""How the API spells actions and the states they end in (vendor's pages of the pool and the per-desktop call)."""

from __future__ import annotations

from daemon.timetable.actions import Action

POOL_OPERATIONS = {
    Action.START: "os-start",
    Action.STOP: "os-stop",
    Action.REBOOT: "reboot",
    Action.HIBERNATE: "hibernate",
}
"""``op_type`` of ``POST desktop-pools/{pool_id}/action``."""

DESKTOP_OPERATIONS = POOL_OPERATIONS | {Action.HIBERNATE: "os-hibernate"}
"""``op_type`` of ``POST desktops/action``, which spells hibernation differently."""

END_STATES = {
    Action.START: "ACTIVE",
    Action.STOP: "SHUTOFF",
    Action.REBOOT: "ACTIVE",
    Action.HIBERNATE: "HIBERNATED",
}
"""The status of a desktop once the action is done."""

POWER_JOB_TYPES = ("operateDesktops", "executeDesktopsAction")
"""Job types that power actions have; each is listed on its own, since a listing takes one type (protocol 5.4)."""

_ACTIONS = {spelling: action for table in (POOL_OPERATIONS, DESKTOP_OPERATIONS) for action, spelling in table.items()}


def action_of(operation: str | None) -> Action | None:
    """The action that an ``op_type`` spells, or None where it spells none."""
    return _ACTIONS.get(operation or "")
