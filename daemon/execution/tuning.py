"""What the settings say about execution."""

from __future__ import annotations

from dataclasses import dataclass, field

from daemon.execution.timing import Timing


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the settings say about execution.

    Attributes:
        timing: the intervals.
        concurrency: requests in flight for each project.
        writes_per_minute: for each credential, region and API call; 0 for no limit.
        reads_per_minute: likewise.
        backoff_first: seconds.
        backoff_max: seconds.
        observes: observe mode: everything but the writing calls.
    """

    timing: Timing = field(default_factory=Timing)
    concurrency: int = 16
    writes_per_minute: int = 80
    reads_per_minute: int = 160
    backoff_first: float = 5.0
    backoff_max: float = 300.0
    observes: bool = False
