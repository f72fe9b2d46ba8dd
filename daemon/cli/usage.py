"""A command was used in a way that cannot be meant."""

from __future__ import annotations

from daemon.errors import PoolpowerError


class WrongUseError(PoolpowerError):
    """What was asked for makes no sense as asked: exit code 2."""
