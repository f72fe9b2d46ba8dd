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

WORKDAY_WORDS = frozenset({"workday", "workdays"})
HOLIDAY_WORDS = frozenset({"holiday", "holidays"})
CALENDAR_WORDS = WORKDAY_WORDS | HOLIDAY_WORDS
"""Day words that the pool's calendar decides about."""

NOT_YET_CLAUSES = {
    "sparing": frozenset({"users", "sessions", "for"}),
    "unless": frozenset({"in", "use", "waiting", "up", "to", "users", "somebody", "someone", "is", "logged"}),
    "warn": frozenset({"and", "users", "everyone", "before", "ahead", "minutes", "minute", "min", "with"}),
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
    "up": "start",
    "down": "stop",
    "run": "start",
    "launch": "start",
    "resume": "start",
    "halt": "stop",
    "end": "stop",
    "terminate": "stop",
    "quit": "stop",
    "kill": "stop",
    "close": "stop",
    "off": "stop",
    "cycle": "reboot",
    "sleep": "hibernate",
    "standby": "hibernate",
    "everyday": "daily",
    "weekly": "the day of the week, such as monday",
    "monthly": "the day of the month, such as day 1",
    "yearly": "the day of the year, such as december 24",
    "week": "weekdays, or the day of the week, such as monday",
    "quarterly": "the days, such as january 1, april 1, july 1, october 1",
    "biweekly": "the days; there are no even and odd weeks",
    "fortnightly": "the days; there are no even and odd weeks",
    "to": 'a dash or .. for a range, such as mon-fri, "until" before the last date',
    "till": 'a dash or .. for a range, such as mon-fri, "until" before the last date',
    "through": "a dash or .. for a range, such as mon-fri",
    "thru": "a dash or .. for a range, such as mon-fri",
    "between": "from and until with dates",
    "force": "HARD",
    "forced": "HARD",
    "tomorrow": "the date, such as 2026-12-24",
    "today": "the date, such as 2026-12-24",
    "yesterday": "the date, such as 2026-12-24",
    "next": "the date, such as 2026-12-24",
    "this": "the date, such as 2026-12-24",
    "summer": "during june, july, august",
    "winter": "during december, january, february",
    "spring": "during march, april, may",
    "autumn": "during september, october, november",
}
"""Words that people try, and what to write."""

POOL_WORDS = frozenset(
    {
        "pool",
        "pools",
        "desktop",
        "desktops",
        "vm",
        "vms",
        "machine",
        "machines",
        "server",
        "servers",
        "all",
        "everything",
    }
)
"""What a policy does not say, for it stands with its pool."""

CONDITIONS = frozenset({"if", "when", "while", "idle", "unused", "empty", "inactive"})
"""What would make an action depend on who is connected."""

PARTICLES = {"on": "start", "up": "start", "off": "stop", "down": "stop", "out": "stop"}
"""What ``turn``, ``power``, ``switch`` and ``shut`` mean by the word behind them."""

PARTICLE_VERBS = frozenset({"turn", "power", "switch", "shut", "boot", "bring", "wake", "fire", "spin", "log", "put"})
"""Verbs whose meaning is in the word behind them."""

UNDERSTOOD = (
    POOL_WORDS
    | CONDITIONS
    | PARTICLES.keys()
    | PARTICLE_VERBS
    | {"two", "three", "four", "ten", "times", "time", "week", "weeks", "month", "year", "quarter", "never", "none"}
    | {"now", "not", "end", "delay", "using", "nobody", "the", "don", "even", "odd"}
    | {"easter", "christmas", "xmas"}
)
"""Words that are no slips of the pen although one of the language is near."""


def not_yet(what: str) -> str:
    """The message for what the design has and this version does not."""
    return f"not available yet in this version: {what}"
