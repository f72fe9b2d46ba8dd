"""The intervals that execution goes by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, all of them; the first four are settings of the same names, the others are what the protocol says.

    Attributes:
        request_timeout: for one request.
        poll_first: from an accepted action to the first look.
        poll_every: between two looks; up to a third more at random, so that looks do not march in step (4.7).
        follow_for: until a job is given up.
        search_for: how long the job of a reboot of unknown fate is looked for (5.4).
        search_every: between two such looks.
        throttled: how long a call is left alone after a 429 that names no window (4.8).
        probe_every: between two probes of a halted project (4.4).
        patience: what an attempt without an answer is given beyond the request timeout (5.3).
    """

    request_timeout: float = 30.0
    poll_first: float = 10.0
    poll_every: float = 15.0
    follow_for: float = 1200.0
    search_for: float = 120.0
    search_every: float = 10.0
    throttled: float = 61.0
    probe_every: float = 30.0
    patience: float = 30.0
