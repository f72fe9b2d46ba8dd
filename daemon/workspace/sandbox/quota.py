"""The service's quota: so many requests a minute for each user and API (reference, section 6)."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from daemon.workspace.sandbox.refusals import THROTTLED, Refusal

WINDOW = timedelta(minutes=1)


@dataclass(slots=True)
class Quota:
    """A sliding log of requests.

    Attributes:
        writes: acting requests a minute for each user and API.
        reads: the same for reading ones.
        throttled_count: True where throttled requests count against the window too.
    """

    writes: int = 100
    reads: int = 200
    throttled_count: bool = False
    _seen: dict[tuple[str, str], deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def spend(self, user: str, call: str, now: datetime, *, writes: bool) -> None:
        """Count one request.

        Raises:
            Refusal: the quota is used up.
        """
        limit = self.writes if writes else self.reads
        seen = self._seen[user, call]
        while seen and seen[0] <= now - WINDOW:
            seen.popleft()
        exhausted = len(seen) >= limit
        if not exhausted or self.throttled_count:
            seen.append(now)
        if exhausted:
            policy = f"policy user over ratelimit,limit:{limit},time:1 minute"
            raise Refusal(429, THROTTLED, f"The throttling threshold has been reached: {policy}")
