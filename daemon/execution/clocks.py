"""The two clocks that execution goes by, read at the edge and injected everywhere else.

``due_at`` goes by the wall clock; backoff and looking go by a clock that never steps and counts the time a machine
is suspended (protocol 4.8).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how much of it has passed."""

    def now(self) -> datetime:
        """The wall clock, aware, UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds from an arbitrary origin, never stepping back, suspends included."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """The wall clock, aware, UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Seconds since boot, suspends included where the system can tell (``CLOCK_BOOTTIME``, Linux)."""
        return time.clock_gettime(_COUNTS_SUSPENDS)


_COUNTS_SUSPENDS = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
