"""Lengths of time as people write them: ``2h``, ``1h30m``, ``45s``.

Units are ``d`` (24 hours), ``h``, ``m`` and ``s``, larger before smaller, each at most once. There are no
fractions and no signs: ``1h30m``, not ``1.5h``.
"""

from __future__ import annotations

import re
from datetime import timedelta

from daemon.errors import PoolpowerError
from daemon.timetable.quoting import shown

_SHAPE = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII | re.IGNORECASE)
_UNIT_SECONDS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_HINT = 'write it like "2h", "1h30m" or "45s" (units d, h, m, s)'


class DurationError(PoolpowerError, ValueError):
    """The text is not a length of time."""


def parse_duration(text: str) -> timedelta:
    """Read a length of time such as ``1h30m``; ``0s`` is read too, judging it is the caller's business.

    Raises:
        DurationError: the text is anything else, a number of more than six digits included.
    """
    found = _SHAPE.fullmatch(text)
    if not text or found is None:
        raise DurationError(f"{shown(text)} is not a length of time", _HINT)
    days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def format_duration(length: timedelta) -> str:
    """Write a length of time so that `parse_duration` reads the same, to the second: ``1h30m``; zero is ``0s``.

    Raises:
        ValueError: the length is negative.
    """
    rest = int(length.total_seconds())
    if rest < 0:
        raise ValueError("a length of time cannot be negative")
    parts = []
    for unit, size in _UNIT_SECONDS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
