"""What can be done to a pool, and how forcefully."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """A power action. Start, stop and hibernate are *words*: they say what state a pool is to be in."""

    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    HIBERNATE = "hibernate"

    @property
    def is_word(self) -> bool:
        """True for the actions that converge on a state, false for a reboot (protocol, preamble)."""
        return self is not Action.REBOOT

    @property
    def turns_off(self) -> bool:
        """True where the desktops are off afterwards."""
        return self in (Action.STOP, Action.HIBERNATE)

    @property
    def rank(self) -> int:
        """Order of insertion among occurrences of one instant and wall time (protocol 1.6)."""
        return _RANK[self]


_RANK = {Action.REBOOT: 0, Action.HIBERNATE: 1, Action.STOP: 2, Action.START: 3}


class ActionType(StrEnum):
    """How an action is carried out: by the guest's ordinary shutdown, or forced."""

    SOFT = "SOFT"
    HARD = "HARD"
