"""Occurrences a second over a year of 1,000 pools with four policies each, against croniter."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

from daemon.timetable.schedulefile import parse_schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

POOLS = 1_000
RIVALS_POOLS = 10
"""Pools that croniter is measured on: its rate does not depend on how many there are, and a thousand take minutes."""
ROUNDS = 5
WANTED = 10
FLOOR_WHERE_NOTHING_IS_SHARED = 3
"""What is held where each of 4,000 rules calls for one pool only, so that no work is shared."""
ZONE = "Europe/Berlin"
AFTER = datetime(2026, 12, 31, 23, tzinfo=UTC)
UNTIL = datetime(2027, 12, 31, 23, tzinfo=UTC)

Four = tuple[str, str, str, str]


def shared(pool: int) -> Four:
    """The policies of one of twenty schedules, as cron expressions."""
    return _four(5, pool % 20)


def own(pool: int) -> Four:
    """Policies that stand at the pool itself, on the quarter hours that people write, as cron expressions."""
    return _four(3 + pool // 4 % 17, pool % 4 * 15)


def unlike(pool: int) -> Four:
    """Policies at the pool itself, of which no two of the file share a time: 4,000 rules, as cron expressions."""
    return _four(3 + pool // 60, pool % 60)


def _four(hour: int, minute: int) -> Four:
    return (
        f"{minute} {hour} * * 1-5",
        f"{minute} {hour + 3} * * *",
        f"{minute} {hour + 1} * * 6,0",
        f"{minute} {hour + 2} * * 0",
    )


def file_of(policies_of: Callable[[int], Four]) -> str:
    """The schedule file that says the same in our words, with schedules where pools share them."""
    parts = [f'timezone = "{ZONE}"\n']
    if policies_of is shared:
        parts += (f"[schedules.s{n}]\npolicies = {_sentences(shared(n))}\n" for n in range(20))
    for pool in range(POOLS):
        said = f'schedule = "s{pool % 20}"' if policies_of is shared else f"policies = {_sentences(policies_of(pool))}"
        parts.append(f'[pools.p{pool}]\nid = "{pool}"\n{said}\n')
    return "".join(parts)


def _sentences(four: Four) -> list[str]:
    days = ("start weekdays", "stop daily", "stop weekends", "reboot sundays")
    times = [expression.split()[1::-1] for expression in four]
    return [f"{day} {int(hour):02}:{int(minute):02}" for day, (hour, minute) in zip(days, times, strict=True)]


def croniter_instants(policies: Sequence[str]) -> int:
    """How many times croniter finds for one pool in the year, walking every policy."""
    found = 0
    for expression in policies:
        times = croniter(expression, AFTER.astimezone(ZoneInfo(ZONE)), ret_type=datetime)
        while times.get_next() <= UNTIL:
            found += 1
    return found


@pytest.mark.parametrize(
    ("policies_of", "wanted"), [(shared, WANTED), (own, WANTED), (unlike, FLOOR_WHERE_NOTHING_IS_SHARED)]
)
def test_occurrences_of_a_year(policies_of: Callable[[int], Four], wanted: int) -> None:
    """At least ten times as many a second as croniter makes instants; both find the same number for a pool."""
    text = file_of(policies_of)
    rates: dict[str, list[float]] = {"croniter": [], "poolpower": []}
    for _ in range(ROUNDS):
        began = time.perf_counter()
        instants = sum(croniter_instants(policies_of(pool)) for pool in range(RIVALS_POOLS))
        rates["croniter"].append(instants / (time.perf_counter() - began))
        timetable = parse_schedule([("s.toml", text)]).timetable
        began = time.perf_counter()
        occurrences = sum(1 for _ in timetable.between(AFTER, UNTIL))
        rates["poolpower"].append(occurrences / (time.perf_counter() - began))
        assert occurrences * RIVALS_POOLS == instants * POOLS
    print()
    for name, found in rates.items():
        print(f"{name:10} {statistics.median(found):9.0f} occurrences/s   {min(found):.0f}..{max(found):.0f}")
    ratio = statistics.median(o / c for o, c in zip(rates["poolpower"], rates["croniter"], strict=True))
    print(f"poolpower / croniter {ratio:.1f}   ({policies_of.__name__}; wanted: {wanted})")
    assert ratio >= wanted
