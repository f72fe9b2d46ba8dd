"""The words for days, months and ordinals, and the words that are understood well enough to be refused kindly."""

from __future__ import annotations

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ORDINAL_NAMES = ("first", "second", "third", "fourth", "fifth")

SHORT_DAYS = tuple(name[:3].lower() for name in DAY_NAMES)

WEEKDAY_OF = {
    word: number
    for number, name in enumerate(DAY_NAMES)
    for word in (name.lower(), name.lower() + "s", name[:3].lower())
} | {"tues": 1, "wednes": 2, "thur": 3, "thurs": 3}
"""Day names, singular, plural and short, to numbers, Monday being 0."""

MONTH_OF = {word: number for number, name in enumerate(MONTH_NAMES, 1) for word in (name.lower(), name[:3].lower())} | {
    "sept": 9
}
"""Month names, full and short, to numbers, January being 1."""

ORDINAL_OF = {name: number for number, name in enumerate(ORDINAL_NAMES, 1)} | {"last": -1}
"""Ordinals to the numbers that `Nth` takes."""

DAY_GROUPS = {
    "daily": frozenset(range(7)),
    "weekday": frozenset(range(5)),
    "weekdays": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
    "weekends": frozenset({5, 6}),
}
"""Names for several days of the week."""

NOT_YET_DAYS = frozenset({"workday", "workdays", "holiday", "holidays"})
"""Day words that need a calendar."""

NOT_YET_CLAUSES = {
    "sparing": frozenset({"users", "sessions", "for"}),
    "unless": frozenset({"in", "use", "waiting", "up", "to"}),
    "warn": frozenset({"and"}),
    "then": frozenset({"hard", "for", "everyone", "after"}),
}
"""First words of clauses that are not in force, with the words that belong to them and are refused with them."""

NOT_YET_KEYS = frozenset(NOT_YET_CLAUSES) | {"escalate", "users"}
"""Table keys of clauses that are not in force."""

MENDS = {
    "boot": "start",
    "shutdown": "stop",
    "shut": "stop",
    "poweroff": "stop",
    "poweron": "start",
    "suspend": "hibernate",
    "reset": "reboot",
    "wake": "start",
    "everyday": "daily",
    "weekly": "the day of the week, such as monday",
    "monthly": "the day of the month, such as day 1",
    "yearly": "the day of the year, such as december 24",
    "hourly": "cron '0 * * * *'",
    "nightly": "the time, such as 22:00",
    "midnight": "00:00",
    "noon": "12:00",
    "to": "a dash or .. for a range, such as mon-fri",
    "through": "a dash or .. for a range, such as mon-fri",
    "between": "from and until with dates",
    "when": "the clauses side by side",
    "force": "HARD",
    "forced": "HARD",
    "tomorrow": "the date, such as 2026-12-24",
    "today": "the date, such as 2026-12-24",
}
"""Words that people try, and what to write."""


def not_yet(what: str) -> str:
    """The message for what the design has and this version does not."""
    return f"not available yet in this version: {what}"
