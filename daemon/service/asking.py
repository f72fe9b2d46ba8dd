"""What is asked of a daemon: the words that a call gives, and how a call is refused."""

from __future__ import annotations

from daemon.errors import PoolpowerError
from daemon.timetable.actions import Action, ActionType


class NotFoundError(PoolpowerError):
    """There is no such pool or run."""


class WrongCallError(PoolpowerError):
    """What was asked for makes no sense."""


class NotReadyError(PoolpowerError):
    """The gates are not open yet, or not any more: nothing is asked of the daemon now."""


def action_called(text: str) -> Action:
    """The action of this name; ``restart`` is a reboot.

    Raises:
        WrongCallError: there is none.
    """
    try:
        return Action("reboot" if text == "restart" else text)
    except ValueError:
        raise WrongCallError(f"there is no action {text!r}", f"one of {', '.join(Action)}") from None


def type_called(text: str | None) -> ActionType:
    """The type of this name, SOFT unless said.

    Raises:
        WrongCallError: there is none.
    """
    try:
        return ActionType.SOFT if text is None else ActionType(text)
    except ValueError:
        raise WrongCallError(f"there is no type {text!r}", "SOFT or HARD") from None
