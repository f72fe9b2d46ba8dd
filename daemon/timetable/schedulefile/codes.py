"""The warnings that `check` knows, by the code with which a file can silence them: ``silence = ["past"]``."""

from __future__ import annotations

from typing import Final

NO_TIMEZONE: Final = "no-timezone"
SAME_INSTANT: Final = "same-instant"
OPPOSITE: Final = "opposite-some-dates"
UNUSED_SCHEDULE: Final = "unused-schedule"
NO_POLICIES: Final = "pool-without-policies"
PAST: Final = "past"
NEVER: Final = "never"

MEANINGS: Final = {
    NO_TIMEZONE: "the file names no timezone, so its times are UTC",
    SAME_INSTANT: "two policies of a pool call for the same at the same instant, or for stop and hibernate: one wins",
    OPPOSITE: "a start meets a stop or hibernate of the same pool on some dates",
    UNUSED_SCHEDULE: "no pool has this schedule",
    NO_POLICIES: "nothing will ever be done to this pool",
    PAST: "every date of this policy is past",
    NEVER: "this policy has no date at all",
}
