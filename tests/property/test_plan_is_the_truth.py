"""The plan of yesterday equals yesterday's runs: over random schedules, overrides, versions and outages.

What may differ is listed, each with the rule that allows it; whatever else differs is a fault.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.execution import overriding
from daemon.execution.manual import RefusedError
from daemon.execution.overriding import Which
from daemon.execution.refusals import Refusals
from daemon.ledger import schema
from daemon.ledger.overrides import Kind, on_record
from daemon.ledger.overriding import Order, Wanted
from daemon.timetable.actions import Action
from daemon.timetable.plan import PlanEntry, plan
from daemon.timetable.schedulefile import parse_schedule
from tests.support.clock import MONDAY_NOON
from tests.support.world import World, a_world, schedule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

KEYS = ("a", "b")
WORDS = ("start", "stop", "hibernate")
ZONES = ("UTC", "UTC", "Atlantic/Azores")
FAR = timedelta(days=2)


class Allowed(StrEnum):
    """Why a run may be otherwise than the plan of its version says."""

    WITHDRAWN = "the next version no longer contained it before it was sent (protocol 3.1)"
    CLAIMED_BEFORE = "an earlier version has a run of the same local date and wall time (3.2)"
    MOVED = "the new version moved it from after its acceptance to before (3.2)"
    PAUSED_WHILE_WAITING = "an override was put on the pool after its instant, and the gate judges again (4.10)"
    NOT_THERE = "its spread delayed it, and when it was looked at the override was over (4.10)"
    SENT_BEFORE = "it was sent before the override of the same instant (4.10)"
    LAST_WORD = "a reboot goes by the pool's last word on record, of older versions and ends of holds too (2.2)"


@dataclass(frozen=True)
class Happening:
    """One step of a history; ``number`` says which of its kind."""

    kind: str
    number: int


def a_schedule(number: int) -> str:
    """A schedule file for both pools: two or three words and a reboot, some at one instant, in one of two zones."""
    zone = ZONES[number % 3]
    return schedule(head=f'timezone = "{zone}"\n', a=_sentences(number, zone), b=_sentences(number * 7 + 3, zone))


def _sentences(number: int, zone: str) -> list[str]:
    hour, minute = 12 if zone == "UTC" else 11 + number % 2, number % 50
    patience = "retry for 10m catch up 20m" + (" spread 9m" if number % 4 == 0 else "")
    return [
        f"{WORDS[number % 3]} at {hour}:{minute:02}, {hour}:{(minute + 29) % 60:02} retry for 10m",
        f"{WORDS[(number // 3) % 3]} on mon at {hour}:{(minute + number % 8) % 60:02} {patience}",
        f"stop on mon, wed at {hour}:{(minute + 29) % 60:02}, {hour}:59 HARD",
        f"reboot at {hour}:{(minute + number // 7) % 60:02}",
    ]


async def happen(world: World, step: Happening) -> None:
    """Let one thing happen."""
    number = step.number
    match step.kind:
        case "pass":
            await world.advance(1 + number * 3 % 900, longest=50)
        case "finish":
            world.cloud().finish_all()
            await world.advance(20)
        case "reload":
            await world.accept(a_schedule(number))
            await world.settle()
        case "outage":
            await world.kill()
            world.clock.advance(number * 7 % 3000)
            await world.start_again(a_schedule(number) if number % 3 == 0 else None)
        case "resume":
            await order(world, number, ends=True)
        case _:
            await order(world, number, ends=False)


async def order(world: World, number: int, *, ends: bool) -> None:
    """Put an override on a pool or on all, or take some off; what contradicts a hold is refused."""
    pool = None if number % 5 == 0 else world.engine.book.numbers["default", KEYS[number % 2]]
    kind = list(Kind)[number % 4]
    action = list(Action)[number // 4 % 4] if kind is Kind.SKIP and number % 3 else None
    until = None if kind is Kind.PAUSE and number % 7 == 0 else world.clock.now() + timedelta(seconds=1 + number * 5)
    by = Order("ann", f"reason {number}", uuid4().hex)

    def unit(conn: Any, book: Any, now: datetime) -> Any:
        if ends:
            return overriding.resume(conn, book, Which(pools=None if pool is None else {pool}), by, now)
        return overriding.put(conn, book, [Wanted(pool, kind, until, action, number % 2 == 0)], by, now)

    with suppress(RefusedError):
        await world.engine.units.order(unit)
    await world.settle()


async def come_to_rest(world: World) -> None:
    """Let the cloud answer everything, until nothing is open."""
    for _ in range(300):
        world.cloud().finish_all()
        await world.idle(30)
        await world.engine.sweep()
        if not any(run.state.is_open for run in world.runs()):
            return
    raise AssertionError(f"never came to rest: {world.ends()}")


@dataclass(frozen=True)
class Record:
    """What the ledger says in the end."""

    rows: list[Any]
    until: datetime

    def of(self, version: int) -> dict[tuple[str, str, datetime], Any]:
        """The scheduled runs of a version, by pool, action and instant."""
        return {
            (row.pool, row.action, row.scheduled_at): row
            for row in self.rows
            if row.origin == "schedule" and row.version == version
        }

    def was_claimed_before(self, entry: PlanEntry, version: int) -> bool:
        """Whether an earlier version has a run of this pool, action and wall time that was not withdrawn."""
        wall = f"{entry.local:%Y-%m-%dT%H:%M}"
        return any(
            row.version < version
            and (row.pool, row.action, row.wall) == (entry.pool.key, entry.action, wall)
            and not row.reason.startswith("withdrawn")
            for row in self.rows
        )

    def last_word_before(self, run: Any) -> str | None:
        """The action of the newest word before a run that was not skipped (protocol, "last word")."""
        words = [
            row.action
            for row in self.rows
            if row.pool == run.pool and row.id < run.id and row.action in WORDS and row.state != "skipped"
        ]
        return words[-1] if words else None


def check(world: World) -> set[Allowed]:
    """Compare plan and ledger; the differences that were allowed."""
    versions = world.rows(schema.versions)
    ends = [version.accepted_at for version in versions[1:]] + [world.clock.now()]
    record = Record(world.rows(schema.runs), world.clock.now())
    with world.ledger.reader() as conn:
        overrides = on_record(conn, MONDAY_NOON - FAR, world.clock.now() + FAR)
    refusals = Refusals(overrides, world.engine.book.numbers)
    seen: set[Allowed] = set()
    for version, end in zip(versions, ends, strict=True):
        timetable = parse_schedule([tuple(pair) for pair in version.texts]).timetable
        runs = record.of(version.id)
        planned: set[tuple[str, str, datetime]] = set()
        for entry in plan(timetable, version.accepted_at, end, refused=refusals.of):
            if "gives way to" in (entry.skipped or ""):  # one run names all (1.5)
                continue
            key = (entry.pool.key, entry.action, entry.at)
            assert key not in planned
            planned.add(key)
            difference = compared(entry, runs.get(key), record, version.id)
            seen |= {difference} if difference else set()
        for unplanned in runs.keys() - planned:
            assert unplanned[2] <= version.accepted_at, (unplanned, "a run that nobody planned")
            seen.add(Allowed.MOVED)
    return seen


def compared(entry: PlanEntry, row: Any, record: Record, version: int) -> Allowed | None:
    """How an entry and its run differ; None where they do not.

    Raises:
        AssertionError: they differ, and nothing allows it.
    """
    if row is None:
        assert record.was_claimed_before(entry, version), (entry, "has no run")
        return Allowed.CLAIMED_BEFORE
    if is_overridden(entry):
        return overridden(entry, row)
    if row.state == "skipped" and row.reason.startswith("withdrawn by version"):
        return Allowed.WITHDRAWN
    return carried_out(entry, row, record)


def carried_out(entry: PlanEntry, row: Any, record: Record) -> Allowed | None:
    """The run of what no override skips in the plan, and no version withdrew."""
    if entry.action is Action.REBOOT:
        return rebooted(entry, row, record)
    if entry.skipped is not None:
        assert entry.skipped.startswith("superseded at once by")
        assert row.state == "superseded", (entry, row)
        return None
    if row.state == "skipped":
        return waited(entry, row)
    return None


def is_overridden(entry: PlanEntry) -> bool:
    """Whether the plan says that an override skips it."""
    return entry.skipped is not None and entry.skipped.startswith(tuple(Kind))


def overridden(entry: PlanEntry, row: Any) -> Allowed | None:
    """The run of what the plan says an override skips, as its run says in the same words."""
    if row.state == "skipped" and row.override is not None:
        # An end that came early is known to the plan of the past, and was not when the run was skipped.
        assert row.reason.partition(" until ")[0] == str(entry.skipped).partition(" until ")[0], (entry, row)
        return None
    if row.due_at > row.scheduled_at:
        return Allowed.NOT_THERE
    assert row.attempts, (entry, row)
    assert row.first_attempt_at == row.scheduled_at, (entry, row)
    return Allowed.SENT_BEFORE


def rebooted(entry: PlanEntry, row: Any, record: Record) -> Allowed | None:
    """The run of a reboot, which goes by the pool's last word as it is on record."""
    is_off = row.state == "skipped" and row.reason.startswith("pool is to be off")
    if (entry.skipped is not None) == is_off or row.state not in ("skipped", "succeeded", "partial", "unknown"):
        return None
    if row.override is not None:
        return waited(entry, row)
    if not is_off:
        assert record.last_word_before(row) in (None, "start"), (entry, row)
    return Allowed.LAST_WORD


def waited(entry: PlanEntry, row: Any) -> Allowed:
    """The run of what the plan foresees, skipped all the same."""
    assert row.override is not None, (entry, row)
    return Allowed.PAUSED_WHILE_WAITING


async def live_through(first: int, history: Sequence[Happening]) -> set[Allowed]:
    """One history from its first acceptance to rest, and what differed from its plan."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_world(Path(folder), concurrency=2) as world:
            for key in KEYS:
                world.cloud().add_pool(f"p-{key}")
            await world.begin(a_schedule(first))
            for step in history:
                await happen(world, step)
            await come_to_rest(world)
            assert world.said("internal.fault") == world.said("gates.fault") == []
            return check(world)


KINDS = st.sampled_from(["pass", "pass", "pass", "finish", "override", "override", "resume", "reload", "outage"])
HISTORIES = st.lists(st.builds(Happening, KINDS, st.integers(0, 999)), min_size=3, max_size=12)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(first=st.integers(0, 999), history=HISTORIES)
def test_the_plan_of_the_past_equals_its_runs(first: int, history: list[Happening]) -> None:
    """Every entry has its run, and what was to be skipped was, for that reason (protocol 1.5, 2.1, 3.1, 3.2, 4.10)."""
    asyncio.run(live_through(first, history))
