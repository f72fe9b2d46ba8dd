"""Where a run stands, and what called for it."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The states of protocol 4."""

    PENDING = "pending"
    ATTEMPTING = "attempting"
    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    MISSED = "missed"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    VOID = "void"

    @property
    def is_open(self) -> bool:
        """True where something is still to happen."""
        return self in (State.PENDING, State.ATTEMPTING, State.ACCEPTED)


class Origin(StrEnum):
    """What called for a run."""

    SCHEDULE = "schedule"
    MANUAL = "manual"
    WARNING = "warning"
    ESCALATION = "escalation"
    ENFORCE = "enforce"
