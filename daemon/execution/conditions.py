"""A condition of a project: what makes every request to it fail alike, so that its runs wait (protocol 4.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from daemon.workspace.answers import CREDENTIALS_REFUSED, Fate

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.workspace.answers import Answer

PROBE_EVERY = 30.0
"""Seconds between two probes of a halted project."""

REFUSED = f"{CREDENTIALS_REFUSED}, refreshed ones too"


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a project is halted, and since when."""

    reason: str
    since: datetime


@dataclass(slots=True)
class Condition:
    """Whether a project answers.

    Attributes:
        halt: why nothing is sent to it, or None.
        refreshed_at: reading of the elapsed clock at the last refresh of its credentials.
        is_refreshing: nothing is sent meanwhile.
    """

    probe_every: float = PROBE_EVERY
    halt: Halt | None = None
    refreshed_at: float = float("-inf")
    is_refreshing: bool = False
    _is_proven: bool = field(default=False)
    _is_fresh: bool = field(default=False)
    _next_probe: float = float("-inf")

    def begin_halt(self, reason: str, now: datetime, elapsed: float) -> bool:
        """Halt the project; True where it was not halted before (one alarm)."""
        self._next_probe = elapsed + self.probe_every
        if self.halt is not None:
            self.halt = Halt(reason, self.halt.since)
            return False
        self.halt = Halt(reason, now)
        return True

    def end_halt(self) -> Halt | None:
        """The project answers: go on; gives the halt that is over, or None."""
        halt, self.halt = self.halt, None
        return halt

    def may_probe(self, elapsed: float) -> bool:
        """Whether it is time for a probe."""
        return self.halt is not None and elapsed >= self._next_probe

    def begin_probe(self, elapsed: float) -> None:
        """One is under way; whatever becomes of it, the next may come only so much later."""
        self._next_probe = elapsed + self.probe_every

    def seconds_to_probe(self, elapsed: float) -> float | None:
        """Seconds until the next probe; None where none is wanted."""
        if self.halt is None:
            return None
        return max(0.0, self._next_probe - elapsed)

    def of(self, answer: Answer, sent: float) -> str | None:
        """What an answer says about the project as a whole; None where it answers as it should.

        Args:
            answer: to any request.
            sent: reading of the elapsed clock when it was sent: a 401 counts only where it came in spite of a refresh.
        """
        match answer.fate:
            case Fate.NEVER_SENT | Fate.PROJECT:
                return answer.error_msg or str(answer.fate)
            case Fate.UNAUTHORISED:
                return REFUSED if self._is_fresh and sent >= self.refreshed_at else None
            case Fate.FORBIDDEN if not self._is_proven:
                return (
                    f"a permission is refused: {answer.error_code or answer.status} {answer.error_msg or ''}".rstrip()
                )
            case fate:
                self._is_fresh = False
                self._is_proven = self._is_proven or fate is Fate.ACCEPTED
                return None

    def probe_now(self, elapsed: float) -> None:
        """New credentials were got: see at once whether they help, unless new ones have just been refused."""
        if self.halt is not None and self.halt.reason != REFUSED:
            self._next_probe = elapsed

    def refreshed(self, elapsed: float) -> None:
        """New credentials are in use from this reading of the elapsed clock on; a 401 to them is a condition."""
        self.refreshed_at = elapsed
        self.is_refreshing = False
        self._is_fresh = True
