"""Random histories: outages, lost answers, reloads, manual runs, and what must hold in the end (protocol 1 to 5)."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from daemon.errors import PoolpowerError
from daemon.execution import pump, sending
from daemon.execution.manual import RefusedError
from daemon.ledger import schema
from daemon.ledger.errors import LedgerUnavailable
from daemon.timetable.actions import Action
from daemon.timetable.schedulefile import parse_schedule
from daemon.workspace.port import Call
from daemon.workspace.spelling import END_STATES
from tests.support.runs import CONFLICT, LOST, NEVER_SENT, REFUSED, THROTTLED, UNAUTHORISED
from tests.support.world import World, a_world, schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KEYS = ("a", "b")
ANSWERS = (CONFLICT, THROTTLED, LOST, REFUSED, NEVER_SENT, UNAUTHORISED)
FINAL = ("succeeded", "partial", "failed", "unknown", "skipped", "missed", "superseded", "expired", "void")


@dataclass(frozen=True)
class Happening:
    """One step of a history; ``number`` says which of its kind."""

    kind: str
    number: int


def sentences(number: int) -> list[str]:
    """Policies of a pool: two words and a reboot, placed by a number within the two hours of a history."""
    words = ("start", "stop", "hibernate")
    minute = number % 50
    return [
        f"{words[number % 3]} at 12:{minute:02} retry for 10m",
        f"{words[(number // 3) % 3]} at 12:{(minute + 7) % 60:02} retry for 10m catch up 20m",
        f"reboot at 12:{(minute + number // 7) % 60:02}",
    ]


def a_schedule(number: int) -> str:
    """A schedule file for both pools."""
    return schedule(a=sentences(number), b=sentences(number * 7 + 3))


async def happen(world: World, step: Happening) -> None:
    """Let one thing happen."""
    number, cloud = step.number, world.cloud()
    match step.kind:
        case "pass":
            await world.advance(1 + number % 240, longest=50)
        case "finish":
            for job in cloud.open_jobs[: 1 + number % 3]:
                cloud.finish(job.job_id, failing=[f"p-{KEYS[number % 2]}-1"] if number % 5 == 0 else ())
            await world.advance(20)
        case "answer":
            cloud.script(Call.ACT_ON_POOL, ANSWERS[number % len(ANSWERS)])
        case "lose":
            cloud.script_executed(Call.ACT_ON_POOL, LOST)
        case "kill" | "disk":
            await (die_and_come_back if step.kind == "kill" else commit_fails)(world, number)
        case "sleep":
            await world.sleep_through(number * 7 % 1500)
        case "reload":
            await world.accept(a_schedule(number))
            await world.settle()
        case "sweep":
            await world.engine.sweep()
            await world.settle()
        case _:
            await by_hand(world, step)


async def die_and_come_back(world: World, number: int) -> None:
    """Kill the daemon, with a request on its way where one is due, and start it again after an outage."""
    world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(number % 90)
    await world.kill()
    world.cloud()._scripts.clear()
    world.clock.advance(number * 11 % 3000)
    await world.start_again(a_schedule(number) if number % 4 == 0 else None)


async def commit_fails(world: World, number: int) -> None:
    """The ledger cannot be written for some commits, each of which may be on the disk all the same (protocol 7.1)."""
    commit = world.ledger.writer._commit
    inner, left = commit.carry_out, [1 + number % 3]

    def carry_out(orders: Any) -> Any:
        if left[0] == 0:
            return inner(orders)
        left[0] -= 1
        if number % 2:
            inner(orders)
        raise LedgerUnavailable("the disk said no", None)

    commit.carry_out = carry_out  # type: ignore[method-assign]
    for _ in range(9):  # whatever is asked for meanwhile is refused, and asked for again
        with suppress(LedgerUnavailable, RefusedError):  # a reboot of a pool that is to be off is refused, rightly
            world.clock.advance(1 + number % 9)
            await world.engine.tick()
            await world.now(list(Action)[number % 4], KEYS[number % 2], request=f"d{number}")
        with suppress(LedgerUnavailable):
            await world.settle()
    await world.until(lambda: left[0] == 0)
    commit.carry_out = inner  # type: ignore[method-assign]
    await world.settle()


async def by_hand(world: World, step: Happening) -> None:
    """What a person asks for may be refused."""
    try:
        if step.kind == "ask":
            await world.now(list(Action)[step.number % 4], KEYS[step.number % 2], request=f"r{step.number % 7}")
        else:
            await world.engine.cancel(1 + step.number % 9, "ann")
            await world.settle()
    except PoolpowerError:
        return


async def come_to_rest(world: World) -> None:
    """Let the cloud answer everything, until nothing is open."""
    world.cloud()._scripts.clear()
    for _ in range(200):
        world.cloud().finish_all()
        await world.idle(30)
        await world.engine.sweep()
        if not any(run.state.is_open for run in world.runs()):
            return
    raise AssertionError(f"never came to rest: {world.ends()}")


def every_occurrence_has_one_run(world: World) -> None:
    """What each version called for while it was in force has one run; none has two that stand (protocol 1.4, 3.1)."""
    rows = world.rows(schema.runs)
    kept = [
        (row.pool, row.action, row.wall)
        for row in rows
        if row.wall and not (row.reason or "").startswith("withdrawn by version")
    ]
    assert len(kept) == len(set(kept))
    known = {(row.pool, row.action, row.wall) for row in rows}
    versions = world.rows(schema.versions)
    ends = [version.accepted_at for version in versions[1:]] + [world.clock.now()]
    for version, end in zip(versions, ends, strict=True):
        timetable = parse_schedule([tuple(pair) for pair in version.texts]).timetable
        for due in timetable.between(version.accepted_at, end):
            assert (due.pool.key, due.action, due.wall) in known, due


def every_final_state_has_a_reason(world: World) -> None:
    """Nothing is open and everything says why it ended (protocol 4.13)."""
    assert all(row.state in FINAL and row.reason and row.finished_at for row in world.rows(schema.runs))


def attempts_of(world: World) -> list[tuple[object, ...]]:
    """(pool, run, action, state, finished_at, call, fate, sent_at, answered_at) of every attempt, in order."""
    a, r = schema.attempts.c, schema.runs.c
    query = select(r.pool_no, r.id, r.action, r.state, r.finished_at, a.call, a.fate, a.sent_at, a.answered_at).join(
        schema.runs, r.id == a.run
    )
    with world.ledger.reader() as conn:
        return [tuple(row) for row in conn.execute(query.order_by(a.id))]


def attempts_of_a_pool_do_not_overlap(world: World) -> None:
    """At most one attempt of a pool is in flight (protocol 4.1)."""
    for number in {attempt[0] for attempt in attempts_of(world)}:
        mine = [attempt for attempt in attempts_of(world) if attempt[0] == number]
        for before, after in pairwise(mine):
            assert before[8] is not None
            assert before[8] <= after[7]  # type: ignore[operator]


def a_reboot_is_executed_at_most_once(world: World) -> None:
    """Of the attempts of a reboot for the whole pool at most one may have been executed (protocol 4.4)."""
    reboots: dict[object, int] = {}
    for _, run, action, _, _, call, fate, *_ in attempts_of(world):
        if action == "reboot" and call == "pool" and fate in ("accepted", "lost"):
            reboots[run] = reboots.get(run, 0) + 1
    assert all(count == 1 for count in reboots.values()), reboots


def nothing_is_sent_for_a_run_that_is_over(world: World) -> None:
    """No attempt is later than the end of its run, superseded ones above all (protocol 2.1)."""
    for _, run, _, state, finished_at, _, _, sent_at, _ in attempts_of(world):
        assert sent_at <= finished_at, (run, state)  # type: ignore[operator]


def the_last_word_is_what_the_cloud_holds(world: World) -> None:
    """A pool's last word, where it succeeded, is the state that its desktops are in (protocol 4.5)."""
    for key in KEYS:
        words = [
            row
            for row in world.rows(schema.runs)
            if row.pool == key and row.action != "reboot" and row.state not in ("skipped", "void")
        ]
        if words and words[-1].state == "succeeded":
            action = Action(words[-1].action)
            allowed = {END_STATES[action]} | ({"SHUTOFF"} if action is Action.HIBERNATE else set())
            statuses = {desktop.status for desktop in world.cloud()._desktops[f"p-{key}"].values()}
            assert statuses <= allowed, (key, action, statuses, world.ends())


def no_slot_is_lost(world: World) -> None:
    """Every slot and token that was taken came back once (protocol 4.2)."""
    for lane in world.engine.lanes.values():
        assert lane.slots.taken == 0
        assert lane.log(Call.ACT_ON_POOL)._unanswered == 0


INVARIANTS: Sequence[Callable[[World], None]] = (
    every_occurrence_has_one_run,
    every_final_state_has_a_reason,
    attempts_of_a_pool_do_not_overlap,
    a_reboot_is_executed_at_most_once,
    nothing_is_sent_for_a_run_that_is_over,
    the_last_word_is_what_the_cloud_holds,
    no_slot_is_lost,
)


async def live_through(first: int, history: Sequence[Happening]) -> None:
    """One history from its first acceptance to rest."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_world(Path(folder), concurrency=2) as world:
            for key in KEYS:
                world.cloud().add_pool(f"p-{key}")
            await world.begin(a_schedule(first))
            for step in history:
                await happen(world, step)
            await come_to_rest(world)
            for holds in INVARIANTS:
                holds(world)
            assert world.said("internal.fault") == world.said("gates.fault") == []


KINDS = st.sampled_from(
    [
        "pass",
        "pass",
        "pass",
        "finish",
        "finish",
        "answer",
        "answer",
        "lose",
        "kill",
        "sleep",
        "reload",
        "ask",
        "cancel",
        "sweep",
        "disk",
        "disk",
    ]
)
HISTORIES = st.lists(st.builds(Happening, KINDS, st.integers(0, 999)), min_size=4, max_size=14)


@settings(
    max_examples=18,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(first=st.integers(0, 999), history=HISTORIES)
@example(first=1, history=[Happening("disk", 7), Happening("pass", 239), Happening("disk", 4), Happening("disk", 11)])
@example(first=1, history=[Happening("lose", 0), Happening("pass", 239), Happening("kill", 77), Happening("ask", 2)])
def test_whatever_happens_every_action_is_accounted_for(first: int, history: list[Happening]) -> None:
    """Claimed once, carried out or accounted for, crashes and all (protocol 1.4, 2.1, 3.1, 4.1, 4.5, 5.2)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pump, "RETRY_LEDGER_AFTER", 0.001)
        patch.setattr(sending, "STORE_AGAIN_EVERY", 0.001)
        asyncio.run(live_through(first, history))
