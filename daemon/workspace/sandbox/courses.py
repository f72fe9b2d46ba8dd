"""What an action will do to one desktop, decided at its acceptance from the desktop's state and its scripts."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.sandbox.desktops import (
    ACTIVE,
    END_STATES,
    HIBERNATED,
    SHUTOFF,
    Desktop,
    DesktopFailure,
    Outcome,
)
from daemon.workspace.sandbox.refusals import CONFLICT, FROZEN, UNSUPPORTED, denied

WINDOWS = "Windows"


@dataclass(frozen=True, slots=True)
class Course:
    """The course of one sub-job.

    Attributes:
        final: its status when it has ended.
        result: the desktop's status then, None where it stays as it was.
        error_code: where it fails.
        fail_reason: where it fails.
        occupies: True where the desktop is busy meanwhile, False where it ends at once.
        ends: False where it never does.
    """

    final: str = "SUCCESS"
    result: str | None = None
    error_code: str | None = None
    fail_reason: str | None = None
    occupies: bool = False
    ends: bool = True


def course_of(desktop: Desktop, action: Action, *, start_of_running_fails: bool) -> Course:
    """What the action will do. Uses up a script of the desktop where one concerns the action."""
    if desktop.task is not None:
        return _refused(CONFLICT, denied(desktop.task_status, OPERATIONS[action], desktop.desktop_id))
    if desktop.is_frozen:
        return _refused(FROZEN, f"The desktop {desktop.desktop_id} is frozen.")
    if action is Action.HIBERNATE and desktop.os_type != WINDOWS:
        return _refused(UNSUPPORTED, "Only Windows desktops can be hibernated.")
    if desktop.status not in _ACTS_ON[action]:
        return _course_of_wrong_state(desktop, action, start_of_running_fails=start_of_running_fails)
    failure = desktop.take_failure(action)
    return _scripted(failure) if failure is not None else Course(result=END_STATES[action], occupies=True)


def task_status(action: Action, type_: ActionType) -> str:
    """What a desktop is busy with meanwhile (vendor's SDK, ``PoolDesktopsDetailInfo.task_status``)."""
    if action is Action.REBOOT and type_ is ActionType.HARD:
        return "rebooting_hard"
    return _TASKS[action]


def _course_of_wrong_state(desktop: Desktop, action: Action, *, start_of_running_fails: bool) -> Course:
    there = desktop.status == END_STATES[action] and action is not Action.REBOOT
    if there and not (action is Action.START and start_of_running_fails):
        return Course()
    return _refused(CONFLICT, denied(desktop.status, OPERATIONS[action], desktop.desktop_id))


def _scripted(failure: DesktopFailure) -> Course:
    if failure.outcome is Outcome.FAILS:
        return Course("FAILED", None, failure.code, failure.reason, occupies=True)
    return Course(occupies=True, ends=failure.outcome is not Outcome.STUCK)


def _refused(code: str, reason: str) -> Course:
    return Course("FAIL", None, code, reason)


OPERATIONS = {Action.START: "start", Action.STOP: "stop", Action.REBOOT: "reboot", Action.HIBERNATE: "hibernate"}
_TASKS = {
    Action.START: "powering-on",
    Action.STOP: "powering-off",
    Action.REBOOT: "rebooting",
    Action.HIBERNATE: "suspending",
}
_ACTS_ON = {
    Action.START: {SHUTOFF, HIBERNATED},
    Action.STOP: {ACTIVE, HIBERNATED, "ERROR"},
    Action.REBOOT: {ACTIVE, "ERROR"},
    Action.HIBERNATE: {ACTIVE},
}
