"""What the exit codes mean."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command (design section 5)."""

    DONE = 0
    FAILED = 1
    INVALID = 2
    """Wrong use, or an invalid schedule file, policy or setting."""
    NOT_REACHABLE = 3
    """The daemon."""
    INTERRUPTED = 130
    """128 and SIGINT, as shells have it."""
    OUTPUT_CLOSED = 141
    """128 and SIGPIPE: whoever read the output has gone, e.g. ``| head``."""
