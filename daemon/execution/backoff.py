"""How long to wait before the next attempt (protocol 4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter.

    Attributes:
        first: upper bound of the first wait, seconds.
        longest: upper bound of every wait, seconds.
        draw: a uniform random number of [0, 1).
    """

    first: float
    longest: float
    draw: Callable[[], float]

    def after(self, attempts: int) -> float:
        """Seconds to wait after this many attempts: full jitter, but never less than half a second.

        The floor keeps a lucky draw from sending the same request twice within one tick of the cloud's own state.
        """
        bound = min(self.longest, self.first * 2.0 ** min(attempts - 1, 30))
        return max(min(FLOOR, bound), bound * self.draw())


FLOOR = 0.5
