"""What is asked of a daemon: the words that a call gives, and how a call is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError
from daemon.ledger.overrides import Kind
from daemon.timetable.actions import Action, ActionType
from daemon.timetable.selection import UnknownPoolError, pools_meant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable


class NotFoundError(PoolpowerError):
    """There is no such pool or run."""


class WrongCallError(PoolpowerError):
    """What was asked for makes no sense."""


class NotReadyError(PoolpowerError):
    """The gates are not open yet, or not any more: nothing is asked of the daemon now."""


def pools_called(timetable: Timetable, names: Iterable[str]) -> list[Pool]:
    """The pools that these names mean, each once: keys, ``project/key``, patterns, ``@group``.

    Raises:
        NotFoundError: one of them means none.
    """
    chosen: dict[Pool, None] = {}
    for name in names:
        try:
            chosen |= dict.fromkeys(pools_meant(timetable, name, "of the schedule in force"))
        except UnknownPoolError as error:
            raise NotFoundError(error.message, error.hint or "poolpower status lists them") from None
    return list(chosen)


def action_called(text: str) -> Action:
    """The action of this name; ``restart`` is a reboot.

    Raises:
        WrongCallError: there is none.
    """
    try:
        return Action("reboot" if text == "restart" else text)
    except ValueError:
        raise WrongCallError(f"there is no action {text!r}", f"one of {', '.join(Action)}") from None


def kind_called(text: str) -> Kind:
    """The kind of override of this name.

    Raises:
        WrongCallError: there is none.
    """
    try:
        return Kind(text)
    except ValueError:
        raise WrongCallError(f"there is no override {text!r}", f"one of {', '.join(Kind)}") from None


def type_called(text: str | None) -> ActionType:
    """The type of this name, SOFT unless said.

    Raises:
        WrongCallError: there is none.
    """
    try:
        return ActionType.SOFT if text is None else ActionType(text)
    except ValueError:
        raise WrongCallError(f"there is no type {text!r}", "SOFT or HARD") from None
