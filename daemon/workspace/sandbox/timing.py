"""How long the simulated service takes for what it does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zlib import crc32

from daemon.timetable.actions import Action, ActionType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


@dataclass(frozen=True, slots=True)
class Span:
    """A range of durations, in seconds.

    Attributes:
        shortest: the lower end.
        longest: the upper end, included.
    """

    shortest: float
    longest: float

    def pick(self, *key: object) -> float:
        """One duration inside the range, always the same for the same key."""
        share = crc32("/".join(map(str, key)).encode()) / 0xFFFFFFFF
        return self.shortest + (self.longest - self.shortest) * share


DEFAULT_SPANS: Mapping[tuple[Action, ActionType], Span] = {
    (Action.START, ActionType.SOFT): Span(20, 45),
    (Action.STOP, ActionType.SOFT): Span(25, 70),
    (Action.REBOOT, ActionType.SOFT): Span(40, 90),
    (Action.HIBERNATE, ActionType.SOFT): Span(15, 40),
    (Action.START, ActionType.HARD): Span(20, 45),
    (Action.STOP, ActionType.HARD): Span(3, 8),
    (Action.REBOOT, ActionType.HARD): Span(20, 40),
    (Action.HIBERNATE, ActionType.HARD): Span(15, 40),
}
"""Ordinary durations for one desktop; a soft stop waits for the guest, a hard one does not."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations in seconds.

    Attributes:
        spans: for one desktop, by action and type.
        at_once: of a sub-job that has nothing to do or is refused.
        queue: between the beginnings of a job's sub-jobs; until then they are WAITING.
        lag: how long the listings of desktops and pools still show the old state after the job has ended.
        seed: chooses the durations inside the spans.
    """

    spans: Mapping[tuple[Action, ActionType], Span] = field(default_factory=lambda: DEFAULT_SPANS)
    at_once: float = 1.0
    queue: float = 0.0
    lag: float = 2.0
    seed: int = 1

    @classmethod
    def uniform(cls, seconds: float, *, lag: float = 0.0, queue: float = 0.0, at_once: float = 0.0) -> Self:
        """The same duration for every action, for tests and benchmarks."""
        return cls(spans=dict.fromkeys(DEFAULT_SPANS, Span(seconds, seconds)), lag=lag, queue=queue, at_once=at_once)

    def scaled(self, factor: float) -> Timing:
        """Everything ``factor`` times as long; a demonstration wants 0.1."""
        spans = {key: Span(span.shortest * factor, span.longest * factor) for key, span in self.spans.items()}
        return replace(
            self, spans=spans, at_once=self.at_once * factor, queue=self.queue * factor, lag=self.lag * factor
        )

    def duration(self, action: Action, type_: ActionType, *key: object) -> float:
        """How long the action takes for the desktop and job that the key names."""
        return self.spans[action, type_].pick(self.seed, *key)
