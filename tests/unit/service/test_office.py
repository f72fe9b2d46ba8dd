"""What can be asked of a running daemon beyond what the control API's tests show."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from daemon.execution.manual import RefusedError
from daemon.ledger import schema
from daemon.service.asking import NotFoundError, WrongCallError, action_called
from daemon.service.chores import STALE_AFTER
from daemon.timetable.actions import Action
from daemon.workspace.port import Call
from tests.support.house import EVENING
from tests.support.runs import REFUSED

if TYPE_CHECKING:
    from tests.support.house import House

TWO = EVENING + '[pools.b]\nid = "p-b"\npolicies = ["stop at 20:00"]\n'


@pytest.fixture
async def pair(house: House) -> House:
    """Give a house with two pools, both refused for good by a cloud that knows neither."""
    house.file.write_text(TWO)
    await house.begin()
    return house


async def ended(house: House, pools: list[str], request: str) -> list[dict[str, Any]]:
    """Stop pools by hand and wait until the runs are over."""
    made = await house.office.now(action="stop", pools=pools, type_=None, reason=None, request=request, who="ann")
    async with asyncio.timeout(5):
        while True:
            rows = [await house.office.show(row["run"]) for row in made]
            if all(row["finished_at"] for row in rows):
                return rows
            await asyncio.sleep(0.005)


async def again(house: House, *, run: int | None = None, minutes: float | None = None) -> list[tuple[str, str]]:
    """Retry one, or everything since; pool and who."""
    since = None if minutes is None else house.clock.now() - timedelta(minutes=minutes)
    rows = await house.office.retry(run=run, since=since, reason="outage", request=f"again {run}", who="bob")
    return [(row["pool"], row["who"]) for row in rows]


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["a"], ["a"]),
        (["default/b"], ["b"]),
        (["*"], ["a", "b"]),
        (["default/*", "a"], ["a", "b"]),
        (["b", "a", "b"], ["b", "a"]),
    ],
)
async def test_pools_are_meant_by_key_project_and_pattern(pair: House, names: list[str], keys: list[str]) -> None:
    """Each once, however often it is named."""
    rows = await ended(pair, names, "r")
    assert {row["pool"] for row in rows} == set(keys)
    assert len(rows) == len(keys)


async def test_health_is_bad_while_the_heartbeat_is_stale(living: House) -> None:
    """A tick or a ledger that does not answer says nothing by itself."""
    living.clock.advance(STALE_AFTER)
    health = living.office.health()
    assert (health["ok"], health["line"]) == (
        False,
        "trouble: the heartbeat is stale: tick or ledger do not answer",
    )


async def test_status_keeps_the_files_troubles_with_the_file(living: House) -> None:
    """They are told once: under ``schedules``."""
    living.troubles.begin("schedules.invalid", "line 3")
    living.troubles.begin("schedules.held", "three pools less")
    living.troubles.begin("page.closed", "port taken")
    status = await living.office.status()
    assert (status["schedules"]["error"], status["schedules"]["held"]) == ("line 3", "three pools less")
    assert [trouble["code"] for trouble in status["trouble"]] == ["page.closed"]


async def test_status_shows_a_halted_project(living: House) -> None:
    """With the reason, and since when (protocol 4.4)."""
    now = living.clock.now()
    living.engine.lanes["default"].condition.begin_halt("no token", now, living.clock.elapsed())
    (project,) = (await living.office.status())["projects"]
    assert (project["halted"], project["reason"], project["since"]) == (True, "no token", "2026-11-23T12:00:00Z")


async def test_status_shows_last_and_open_run_of_a_pool(pair: House) -> None:
    """And nothing for a pool that has none."""
    await ended(pair, ["a"], "r-1")
    held = pair.clouds["default"].hold(Call.ACT_ON_POOL)
    await pair.office.now(action="start", pools=["a"], type_=None, reason=None, request="r-2", who="ann")
    a, b = (await pair.office.status())["pools"]
    assert (a["last"]["action"], a["open"]["action"], b["last"], b["open"]) == ("stop", "start", None, None)
    held.released.set()


async def test_status_shows_the_override_in_force(living: House) -> None:
    """Kind, until when, why and who put it on."""
    now = living.clock.now()
    row = {"pool_no": None, "kind": "pause", "starts_at": now, "created_at": now, "who": "ann", "reason": "CHG"}
    await living.ledger.writer.do(lambda conn: conn.execute(schema.overrides.insert().values(row)) and None)
    (pool,) = (await living.office.status())["pools"]
    assert pool["override"] == {
        "override": 1,
        "kind": "pause",
        "action": None,
        "until": None,
        "reason": "CHG",
        "who": "ann",
        "more": 0,
    }
    ends = update(schema.overrides).values(ends_at=now + timedelta(hours=1))
    await living.ledger.writer.do(lambda conn: conn.execute(ends) and None)
    (pool,) = (await living.office.status())["pools"]
    assert pool["override"]["until"] == "2026-11-23T13:00:00Z"


async def test_status_shows_the_override_that_says_most(living: House) -> None:
    """A pause before a hold before a skip, and how many more there are."""
    now = living.clock.now()
    for kind in ("skip", "hold-on", "pause"):
        row = {"pool_no": None, "kind": kind, "action": None, "starts_at": now, "created_at": now, "who": "ann"}
        await living.ledger.writer.do(
            lambda conn, row=row: conn.execute(schema.overrides.insert().values(row)) and None
        )
    (pool,) = (await living.office.status())["pools"]
    assert (pool["override"]["kind"], pool["override"]["more"]) == ("pause", 2)


async def test_override_of_one_pool_is_not_shown_for_another(pair: House) -> None:
    """It stands beside the pool that it was put on."""
    now, number = pair.clock.now(), pair.engine.book.numbers["default", "b"]
    row = {"pool_no": number, "kind": "pause", "starts_at": now, "created_at": now, "who": "ann"}
    await pair.ledger.writer.do(lambda conn: conn.execute(schema.overrides.insert().values(row)) and None)
    a, b = (await pair.office.status())["pools"]
    assert (a["override"], b["override"]["kind"]) == (None, "pause")


async def test_pool_whose_policies_are_over_has_no_next(house: House) -> None:
    """It is in the file all the same."""
    house.file.write_text(EVENING.replace("20:00", "20:00 until 2020-01-01"))
    await house.begin()
    (pool,) = (await house.office.status())["pools"]
    assert pool["next"] is None


async def test_pool_that_was_not_found_yet_has_nobody_on_it(house: House) -> None:
    """What is not known is not guessed (protocol 4.1)."""
    house.file.write_text('timezone = "UTC"\n[pools.a]\npolicies = ["stop at 20:00"]\n')
    await house.begin()
    with pytest.raises(NotFoundError, match="has not been found in the cloud yet"):
        await house.office.whom("a")


async def test_project_that_left_while_its_pools_were_asked_about_is_named(pair: House) -> None:
    """Another version came meanwhile, and its lane has gone."""
    pair.engine.lanes.clear()
    with pytest.raises(NotFoundError, match="pool a is not in the schedule file any more"):
        await pair.office.whom("a")


async def test_failed_run_is_done_again_as_a_new_one(pair: House) -> None:
    """The old one stays as it ended (protocol 4.10)."""
    (old,) = await ended(pair, ["a"], "r-1")
    assert await again(pair, run=old["run"]) == [("a", "bob")]
    assert (await pair.office.show(old["run"]))["state"] == "failed"


async def test_run_that_succeeded_is_not_done_again(living: House) -> None:
    """It would be a new action, which has a command of its own."""
    cloud = living.clouds["default"]
    cloud.add_pool("p-a")
    cloud.set_desktop("p-a-1", status="SHUTOFF")
    cloud.set_desktop("p-a-2", status="SHUTOFF")
    (row,) = (await living.office.now(action="stop", pools=["a"], type_=None, reason=None, request="r", who="ann"),)[0]
    done = update(schema.runs).values(state="succeeded", finished_at=living.clock.now(), reason="done")
    await living.ledger.writer.do(lambda conn: conn.execute(done) and None)
    with pytest.raises(WrongCallError, match="has succeeded"):
        await again(living, run=row["run"])


async def test_run_of_a_pool_that_left_the_file_cannot_be_done_again(pair: House) -> None:
    """One by number says so; of many, the others are done."""
    (gone,) = await ended(pair, ["b"], "r-1")
    await ended(pair, ["a"], "r-2")
    pair.file.write_text(EVENING)
    await pair.versions.consider()
    with pytest.raises(NotFoundError, match="is not in the schedule file any more"):
        await again(pair, run=gone["run"])
    assert await again(pair, minutes=5) == [("a", "bob")]


async def test_only_what_still_stands_since_then_is_done_again(pair: House) -> None:
    """A pool's last word decides; what was skipped takes nothing from it (protocol 2.1)."""
    (first,) = await ended(pair, ["a"], "r-1")
    (second,) = await ended(pair, ["b"], "r-2")
    (third,) = await ended(pair, ["b"], "r-3")
    assert first["run"] < second["run"] < third["run"]
    states = {first["run"]: "skipped", second["run"]: "failed", third["run"]: "skipped"}
    for run, state in states.items():
        change = update(schema.runs).where(schema.runs.c.id == run).values(state=state)
        await pair.ledger.writer.do(lambda conn, change=change: conn.execute(change) and None)
    assert await again(pair, minutes=5) == [("b", "bob")]


async def test_word_and_the_reboot_after_it_are_both_done_again_however_often_the_call_comes(pair: House) -> None:
    """Two runs of one pool in one call, the word first; repeated under its id it gives the same two (protocol 1.4)."""
    (word,) = await ended(pair, ["a"], "r-1")
    (reboot,) = await ended(pair, ["a"], "r-2")
    for run, action in ((word["run"], "start"), (reboot["run"], "reboot")):
        change = update(schema.runs).where(schema.runs.c.id == run).values(action=action)
        await pair.ledger.writer.do(lambda conn, change=change: conn.execute(change) and None)
    since = pair.clock.now() - timedelta(minutes=5)
    first, second = [
        await pair.office.retry(run=None, since=since, reason=None, request="again", who="bob") for _ in range(2)
    ]
    assert [row["action"] for row in first] == ["start", "reboot"]
    assert [row["run"] for row in second] == [row["run"] for row in first]


async def test_nothing_to_do_again_is_no_error(living: House) -> None:
    """After a quiet night."""
    assert await again(living, minutes=5) == []


def test_restart_is_a_reboot() -> None:
    """Two words of the language for one action."""
    assert (action_called("restart"), action_called("reboot")) == (Action.REBOOT, Action.REBOOT)


async def test_run_of_a_renamed_pool_is_shown_and_done_again_under_its_new_name(pair: House) -> None:
    """The cloud's id makes it the same pool (protocol 3.5)."""
    (old,) = await ended(pair, ["a"], "r-1")
    pair.file.write_text(TWO.replace("[pools.a]", "[pools.z]"))
    await pair.versions.consider()
    (z, _) = (await pair.office.status())["pools"]
    assert (z["pool"], z["last"]["run"]) == ("z", old["run"])
    assert await again(pair, run=old["run"]) == [("z", "bob")]


async def test_run_for_another_pool_of_the_cloud_is_not_done_again(pair: House) -> None:
    """Whoever gave the key another id since did not ask for an action on that pool; the call that comes again did."""
    (old,) = await ended(pair, ["a"], "r-1")
    await again(pair, run=old["run"])
    pair.file.write_text(TWO.replace('"p-a"', '"p-new"'))
    assert (await pair.versions.consider()).version == 2
    assert await again(pair, run=old["run"]) == [("a", "bob")]
    with pytest.raises(RefusedError) as refused:
        await pair.office.retry(run=old["run"], since=None, reason=None, request="another", who="bob")
    assert refused.value.message == f"run {old['run']} was for cloud pool p-a; the id of a is p-new now"
    assert refused.value.hint == "`poolpower now stop a` acts on the new pool"


async def test_names_that_lead_to_other_pools_now_are_all_told(house: House) -> None:
    """--since refuses with the list: what a name means may change while the key keeps its number (protocol 4.1)."""
    house.file.write_text(re.sub("id = .*\n", "", TWO))
    for key in ("a", "b"):
        house.clouds["default"].add_pool(f"old-{key}", key)
    house.clouds["default"].script(Call.ACT_ON_POOL, REFUSED, REFUSED)
    await house.begin()
    await house.chores._look_up_names()
    await ended(house, ["a", "b"], "r-1")
    for key in ("a", "b"):
        house.clouds["default"].remove_pool(f"old-{key}")
        house.clouds["default"].add_pool(f"new-{key}", key)
    await house.chores._namer.look_up()
    with pytest.raises(RefusedError, match=r"cloud pool old-a; the id of a is new-a now; run 2 was for") as refused:
        await again(house, minutes=5)
    assert "acts on the new pools" in (refused.value.hint or "")
