"""The warnings that `check` knows, by the code with which a file can silence them: ``silence = ["past"]``."""

from __future__ import annotations

from typing import Final

NO_TIMEZONE: Final = "no-timezone"
SAME_INSTANT: Final = "same-instant"
OPPOSITE: Final = "opposite-some-dates"
OPPOSITE_SOON: Final = "opposite-within-minutes"
CLOCK_CHANGE: Final = "clock-change"
POINTLESS: Final = "pointless"
DEFEATED: Final = "stop-defeated"
SOFT_AT_WORK: Final = "soft-at-work"
UNUSED_SCHEDULE: Final = "unused-schedule"
UNUSED_CALENDAR: Final = "unused-calendar"
UNUSED_GROUP: Final = "unused-group"
NO_POLICIES: Final = "pool-without-policies"
NEVER_STARTED: Final = "never-started"
PAST: Final = "past"
NEVER: Final = "never"
MIDNIGHT: Final = "midnight"
NO_CALENDAR: Final = "workdays-without-calendar"
OTHER_WEEKEND: Final = "other-weekend"
LEFT_ON: Final = "left-on-holidays"
UNPUBLISHED: Final = "holidays-not-published"
ICS_IGNORED: Final = "ics-ignored"

MEANINGS: Final = {
    NO_TIMEZONE: "the file names no timezone, so its times are UTC",
    SAME_INSTANT: "two policies of a pool call for the same at the same instant, or for stop and hibernate: one wins",
    OPPOSITE: "a start meets a stop or hibernate of the same pool on some dates",
    OPPOSITE_SOON: "a start, and a stop or hibernate, of one pool are due within 15 minutes",
    CLOCK_CHANGE: "a start and a stop of one pool come in another order, or at once, when clocks next change",
    POINTLESS: "another policy of the pool says the same on the same dates, so this one changes nothing",
    DEFEATED: "a stop of the schedule comes before this own one of the pool and leaves it nothing to do",
    SOFT_AT_WORK: "a SOFT stop between 09:00 and 16:00 of most working days: it cuts off whoever is connected",
    UNUSED_SCHEDULE: "no pool has this schedule",
    UNUSED_CALENDAR: "nothing in force asks this calendar",
    UNUSED_GROUP: "no pool is in this group",
    NO_POLICIES: "nothing will ever be done to this pool",
    NEVER_STARTED: "a pool is stopped or hibernated, and nothing starts it",
    PAST: "every date of this policy is past",
    NEVER: "this policy has no date at all",
    MIDNIGHT: "a stop at 00:00 of workdays, which ends the evening before them: perhaps theirs is meant",
    NO_CALENDAR: "workdays are asked for, and no calendar says what is a holiday",
    OTHER_WEEKEND: "weekdays or weekends are said where the calendar has another weekend",
    LEFT_ON: "a pool is started and not stopped on holidays, though it is on other days",
    ICS_IGNORED: "an event of a calendar file does not count, because it is at a time of day",
    UNPUBLISHED: "official holidays of this year, or from November on of the next, are not known yet",
}
