"""Simulated pools and desktops: what they are, and what the listings show of them at an instant."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from daemon.timetable.actions import Action

if TYPE_CHECKING:
    from daemon.workspace.sandbox.jobs import SubJob

ACTIVE = "ACTIVE"
SHUTOFF = "SHUTOFF"
HIBERNATED = "HIBERNATED"

END_STATES = {
    Action.START: ACTIVE,
    Action.STOP: SHUTOFF,
    Action.REBOOT: ACTIVE,
    Action.HIBERNATE: HIBERNATED,
}
CREATED = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


class Outcome(StrEnum):
    """How a scripted desktop misbehaves."""

    FAILS = "fails"
    STUCK = "stuck"
    """Its sub-job never ends."""
    NO_EFFECT = "no effect"
    """Its sub-job says SUCCESS and the desktop stays as it was."""


@dataclass(frozen=True, slots=True)
class DesktopFailure:
    """A script for one desktop.

    Attributes:
        action: the action that it concerns, None for all.
        outcome: what happens instead of success.
        code: the sub-job's error code.
        reason: the sub-job's fail reason.
        once: True where only the next such action is concerned, False where all are.
    """

    action: Action | None = None
    outcome: Outcome = Outcome.FAILS
    code: str = "WKS.0202"
    reason: str = "The organizational unit does not exist."
    once: bool = True


@dataclass(slots=True)
class Desktop:
    """One desktop.

    Attributes:
        desktop_id: its id.
        computer_name: its name.
        status: as the listings show it, once ``settle`` was called.
        login_status: the same.
        os_type: Windows or Linux.
        is_frozen: it refuses every action.
        in_maintenance_mode: shown only.
        user_name: whom it belongs to.
        ip_address: shown only.
        failures: scripts, in the order in which they are tried.
        task: the sub-job that is under way on it, or whose result the listings do not show yet.
    """

    desktop_id: str
    computer_name: str
    status: str = ACTIVE
    login_status: str = "REGISTERED"
    os_type: str = "Windows"
    is_frozen: bool = False
    in_maintenance_mode: bool = False
    user_name: str = ""
    ip_address: str = "192.168.0.10"
    failures: list[DesktopFailure] = field(default_factory=list)
    task: SubJob | None = None

    def settle(self, now: datetime, lag: float = 0.0) -> None:
        """Take over the result of a sub-job that ended at least ``lag`` seconds ago."""
        if self.task is None or not self.task.ended(now, lag):
            return
        if self.task.result is not None:
            self.status = self.task.result
            self.login_status = "REGISTERED" if self.status == ACTIVE else "UNREGISTER"
        self.task = None

    @property
    def task_status(self) -> str:
        """What it is busy with, empty when idle."""
        return self.task.task_status if self.task is not None else ""

    @property
    def shown_login_status(self) -> str:
        """Users are cut off as soon as an action that will succeed begins on their desktop."""
        cut_off = self.task is not None and self.task.result is not None and self.task.action is not Action.START
        return "UNREGISTER" if cut_off else self.login_status

    def take_failure(self, action: Action) -> DesktopFailure | None:
        """The script that concerns this action, used up where it is for once."""
        found = next((each for each in self.failures if each.action in (None, action)), None)
        if found is not None and found.once:
            self.failures.remove(found)
        return found


@dataclass(slots=True)
class Pool:
    """One desktop pool.

    Attributes:
        pool_id: its id.
        name: its name, not necessarily unique.
        project_id: the project that it belongs to.
        desktops: its desktops.
        type: DYNAMIC or STATIC.
        in_maintenance_mode: shown only.
        refuses_when_busy: True: an action on a busy pool is a 409; False: a job whose sub-jobs fail for the desktops
            that are busy (the reference has seen both).
        status: shown where nothing is in progress, None for what follows from its desktops.
        tags: shown only.
        messages: what its users were told, newest last.
    """

    pool_id: str
    name: str
    project_id: str
    desktops: list[Desktop]
    type: str = "STATIC"
    in_maintenance_mode: bool = False
    refuses_when_busy: bool = True
    status: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    messages: deque[str] = field(default_factory=lambda: deque(maxlen=100))

    def settle(self, now: datetime, lag: float = 0.0) -> None:
        """Settle every desktop."""
        for desktop in self.desktops:
            desktop.settle(now, lag)

    @property
    def shown_status(self) -> str:
        """TEMPORARY while something is in progress."""
        if any(desktop.task is not None for desktop in self.desktops):
            return "TEMPORARY"
        if self.status is not None:
            return self.status
        return "EXIST_FROZEN" if any(desktop.is_frozen for desktop in self.desktops) else "STEADY"
