"""The calls that change what the schedule foresees: over the control API, on a real ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from daemon.ledger import schema
from daemon.service import control, page
from daemon.service.foreseen import MOST
from daemon.timetable.timetable import Timetable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.house import House

FILE = """
timezone = "Europe/Berlin"
[groups.staff]
[pools.a]
id = "p-a"
group = "staff"
policies = ["start weekdays 07:30", "stop at 20:00", "reboot sundays 04:00"]
[pools.b]
id = "p-b"
group = "staff"
policies = ["stop at 21:00"]
[pools.c]
id = "p-c"
policies = ["stop 2020-01-01 at 12:00"]
"""


@pytest_asyncio.fixture
async def api(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of a daemon that runs, on a Monday noon of UTC."""
    house.file.write_text(FILE)
    for key in "abc":
        house.clouds["default"].add_pool(f"p-{key}")
    await house.begin()
    transport = httpx.ASGITransport(control.app(house.office), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def put(api: httpx.AsyncClient, kind: str, *pools: str, status: int = 200, **more: Any) -> Any:
    """Put an override on pools, on all where none are named."""
    whom = {"pools": list(pools)} if pools else {"all": True}
    body = {"kind": kind, "request": f"{kind} {pools} {more}", **whom, **more}
    answer = await api.post("/v1/override", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def named(rows: list[dict[str, Any]]) -> list[str]:
    """Action and instant of occurrences."""
    return [f"{row['pool']} {row['action']} {row['at']}" for row in rows]


def on_record(house: House) -> list[Any]:
    """The rows of the ledger."""
    with house.ledger.reader() as conn:
        return list(conn.execute(select(schema.overrides).order_by(schema.overrides.c.id)))


async def test_skip_names_what_it_skips_and_what_it_does_not(api: httpx.AsyncClient, house: House) -> None:
    """The next one: this evening's stop; tomorrow's start comes all the same (protocol 4.10)."""
    answer = await put(api, "skip", "a", next=1)
    (row,) = answer["overrides"]
    assert answer["timezone"] == "Europe/Berlin"
    assert named(row["will_skip"]) == ["a stop 2026-11-23T19:00:00Z"]
    assert named(row["will_not_skip"]) == ["a start 2026-11-24T06:30:00Z"]
    assert (row["more"], row["until"]) == (False, "2026-11-23T19:00:01Z")
    assert row["will_skip"][0]["local"] == "2026-11-23T20:00:00+01:00"
    house.clock.advance(7.5 * 3600)
    await house.engine.tick()
    (run,) = (await api.get("/v1/history")).json()
    assert (run["pool"], run["state"], run["override"]) == ("a", "skipped", 1)


async def test_skip_of_an_action_leaves_the_others(api: httpx.AsyncClient) -> None:
    """The next two stops, with a start between them (protocol 4.10)."""
    (row,) = (await put(api, "skip", "a", action="stop", next=2))["overrides"]
    assert named(row["will_skip"]) == ["a stop 2026-11-23T19:00:00Z", "a stop 2026-11-24T19:00:00Z"]
    assert named(row["will_not_skip"]) == ["a start 2026-11-24T06:30:00Z", "a start 2026-11-25T06:30:00Z"]


async def test_skip_of_all_pools_is_counted_for_each(api: httpx.AsyncClient) -> None:
    """A pool to which nothing comes any more has none."""
    rows = (await put(api, "skip", next=1))["overrides"]
    assert [(row["pool"], named(row["will_skip"])) for row in rows] == [
        ("a", ["a stop 2026-11-23T19:00:00Z"]),
        ("b", ["b stop 2026-11-23T20:00:00Z"]),
    ]


async def test_skip_of_what_never_comes_is_refused(api: httpx.AsyncClient) -> None:
    """By name it is an error that says where to look."""
    answer = await put(api, "skip", "c", next=1, action="stop", status=409)
    assert answer == {
        "error": "pool c has no stop to come",
        "hint": "poolpower plan --pool c shows what has",
    }


async def test_skip_until_an_instant_is_of_whatever_is_due_by_then(api: httpx.AsyncClient) -> None:
    """Of all pools it is one override."""
    (row,) = (await put(api, "skip", until="2026-11-24T00:00:00Z"))["overrides"]
    assert (row["pool"], row["will_not_skip"]) == (None, [])
    assert named(row["will_skip"]) == ["a stop 2026-11-23T19:00:00Z", "b stop 2026-11-23T20:00:00Z"]


async def test_a_skip_is_worked_out_again_where_something_falls_due_meanwhile(
    api: httpx.AsyncClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names tomorrow's stop then, and the run of today's goes on (protocol 1.2, 4.10)."""
    house.clock.advance(7 * 3600 - 1)
    inner = Timetable.only

    def slowly(self: Timetable, pools: Any) -> Timetable:
        if house.clock.now().hour == 18:
            house.clock.advance(2)
        return inner(self, pools)

    monkeypatch.setattr(Timetable, "only", slowly)
    (row,) = (await put(api, "skip", "a", action="stop", next=1))["overrides"]
    assert named(row["will_skip"]) == ["a stop 2026-11-24T19:00:00Z"]
    assert [run["action"] for run in row["goes_on"]] == ["stop"]


async def test_a_group_is_every_pool_that_is_in_it(api: httpx.AsyncClient) -> None:
    """One override for each, and the call is one: repeated it gives the same (protocol 1.4)."""
    body = {"kind": "pause", "pools": ["@staff", "a"], "until": "2026-11-25T00:00:00Z", "request": "r"}
    first, again = [(await api.post("/v1/override", json=body)).json() for _ in range(2)]
    assert [row["pool"] for row in first["overrides"]] == ["a", "b"]
    assert [row["override"] for row in again["overrides"]] == [1, 2]


async def test_a_rehearsal_puts_nothing_on(api: httpx.AsyncClient, house: House) -> None:
    """It says what the call would do."""
    (row,) = (await put(api, "hold-on", "a", until="2026-11-24T00:00:00Z", dry_run=True))["overrides"]
    assert (row["override"], named(row["will_skip"])) == (None, ["a stop 2026-11-23T19:00:00Z"])
    (row,) = (await put(api, "pause", dry_run=True))["overrides"]
    assert (row["pool"], row["until"], row["more"]) == (None, None, True)
    answer = await put(api, "pause", until="2026-11-23T11:00:00Z", dry_run=True, status=409)
    assert "is past" in answer["error"]
    assert on_record(house) == []


async def test_a_pause_without_an_end_names_the_next_week(api: httpx.AsyncClient) -> None:
    """And says that more comes; a long list is cut."""
    (row,) = (await put(api, "pause", "b"))["overrides"]
    assert (len(row["will_skip"]), row["more"], row["will_not_skip"]) == (8, True, [])
    (row,) = (await put(api, "pause"))["overrides"]
    assert (len(row["will_skip"]), row["more"]) == (MOST, True)


async def test_what_waits_and_ends_is_named(api: httpx.AsyncClient, house: House) -> None:
    """By the runs that the pause called off (protocol 4.10)."""
    house.file.write_text(FILE.replace("stop at 21:00", "stop at 13:30 spread 5h"))
    await house.versions.consider()
    house.clock.advance(1801)
    await house.engine.tick()
    (row,) = (await put(api, "pause", "b"))["overrides"]
    assert [(run["run"], run["action"]) for run in row["ended"]] == [(1, "stop")]
    assert (row["skipped"], row["goes_on"]) == (1, [])


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("hold-on", {}, "a hold has an end"),
        ("skip", {}, "a skip is of the next so many actions, or until an instant"),
        ("skip", {"next": 1, "until": "2026-11-24T00:00:00Z"}, "a skip is of the next so many"),
        ("freeze", {}, "there is no override 'freeze'"),
        ("skip", {"next": 0}, "next is to be a whole number from 1 to 100, found 0"),
        ("skip", {"next": True}, "next is to be a whole number"),
        ("skip", {"next": 1, "action": "explode"}, "there is no action 'explode'"),
        ("pause", {"all": False}, "pools is to be a list of texts"),
    ],
)
async def test_calls_that_make_no_sense_are_refused(
    api: httpx.AsyncClient, house: House, kind: str, more: dict[str, Any], words: str
) -> None:
    """With what is wrong, and nothing is put on."""
    assert words in (await put(api, kind, status=400, **more))["error"]
    assert on_record(house) == []


async def test_the_alarm_is_set_for_the_end_of_a_hold(api: httpx.AsyncClient, house: House) -> None:
    """And set back once it was taken off (protocol 1.1)."""
    before = house.alarm.next
    await put(api, "hold-on", "a", until="2026-11-23T14:00:00Z")
    assert f"{house.alarm.next:%H:%M}" == "14:00"
    assert (await api.get("/v1/status")).json()["next_at"] == "2026-11-23T14:00:00Z"
    answer = (await api.post("/v1/resume", json={"override": 1, "request": "r"})).json()
    assert (answer["overrides"][0]["in_force"], answer["overrides"][0]["ended_who"]) == (False, "unknown")
    assert house.alarm.next == before


async def test_resume_tells_what_still_lies_on_the_pools(api: httpx.AsyncClient) -> None:
    """Who ends the pause of a pool is to know that all are paused (protocol 4.10)."""
    await put(api, "pause", "a")
    await put(api, "pause")
    answer = (await api.post("/v1/resume", json={"pools": ["a"], "request": "r"})).json()
    assert [row["override"] for row in answer["overrides"]] == [1]
    assert [row["override"] for row in answer["still"]] == [2]
    answer = (await api.post("/v1/resume", json={"all": True, "request": "r-2"})).json()
    assert ([row["override"] for row in answer["overrides"]], answer["still"]) == ([2], [])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"override": 7}, 409),
        ({"override": "7"}, 400),
        ({"pools": ["nobody"]}, 404),
        ({}, 400),
        ({"override": 10**30}, 404),
    ],
)
async def test_resume_of_what_is_not_there_is_refused(
    api: httpx.AsyncClient, body: dict[str, Any], status: int
) -> None:
    """By number and by name."""
    assert (await api.post("/v1/resume", json={**body, "request": "r"})).status_code == status


async def test_overrides_are_listed_by_pool_and_over_all_time(api: httpx.AsyncClient) -> None:
    """Those of a pool, and those that lie on all."""
    await put(api, "pause", "a", reason="CHG")
    await put(api, "pause", "b")
    await put(api, "skip", until="2026-11-24T00:00:00Z")
    await api.post("/v1/resume", json={"override": 1, "request": "r"})

    async def listed(query: str) -> list[int]:
        return [row["override"] for row in (await api.get(f"/v1/overrides{query}")).json()["overrides"]]

    assert await listed("") == [3, 2]
    assert await listed("?pool=a") == [3]
    assert await listed("?pool=a&pool=b") == [3, 2]
    assert await listed("?all_time=true") == [3, 2, 1]
    assert await listed("?all_time=true&pool=a") == [3, 1]
    assert (await api.get("/v1/overrides?pool=x")).status_code == 404


async def test_ensure_brings_pools_to_what_their_schedule_calls_for(api: httpx.AsyncClient) -> None:
    """Row by row: the word, the run, or why there is none (protocol 4.10)."""
    await put(api, "pause", "b", reason="CHG")
    body: dict[str, Any] = {"all": True, "request": "r", "reason": "outage"}
    rehearsed = (await api.post("/v1/ensure", json={**body, "dry_run": True})).json()["pools"]
    assert [row["run"] for row in rehearsed] == [None, None, None]
    answer = (await api.post("/v1/ensure", json=body)).json()
    a, b, c = answer["pools"]
    assert (a["word"]["action"], a["run"]["origin"], a["run"]["who"], a["left"]) == ("start", "manual", "unknown", None)
    assert (b["run"], b["left"]) == (None, "pause by unknown until resumed: CHG (override 1)")
    assert (c["word"], c["run"], c["left"]) == (None, None, "its schedule has called for nothing in 400 days")
    assert [row["left"] for row in rehearsed] == [None, b["left"], c["left"]]
    again = (await api.post("/v1/ensure", json={**body, "pools": ["a"]} | {"all": False})).json()["pools"]
    assert again[0]["run"]["run"] == a["run"]["run"]


async def test_ensure_is_worked_out_again_where_something_falls_due_meanwhile(
    api: httpx.AsyncClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The word is the stop of this evening then, and its own run is at it (protocol 1.2)."""
    house.clock.advance(7 * 3600 - 1)
    inner = Timetable.only

    def slowly(self: Timetable, pools: Any) -> Timetable:
        if house.clock.now().hour == 18:
            house.clock.advance(2)
        return inner(self, pools)

    monkeypatch.setattr(Timetable, "only", slowly)
    (row,) = (await api.post("/v1/ensure", json={"pools": ["a"], "request": "r"})).json()["pools"]
    assert (row["word"]["action"], row["left"].startswith("run 1 is at it")) == ("stop", True)


async def test_nothing_is_asked_of_a_daemon_that_starts(house: House) -> None:
    """The gates are not open yet (protocol 5.1)."""
    transport = httpx.ASGITransport(control.app(house.office), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/v1/overrides")).status_code == 503
        for call, body in (("override", {"kind": "pause"}), ("resume", {}), ("ensure", {})):
            answer = await client.post(f"/v1/{call}", json={**body, "all": True, "request": "r"})
            assert answer.status_code == 503
    await house.chores.tell_overrides()
    assert house.troubles.warnings() == []


async def test_a_long_pause_is_a_warning_and_no_trouble(api: httpx.AsyncClient) -> None:
    """Health is well and reminds of it; once it was resumed nobody is reminded (protocol 4.10)."""
    await put(api, "pause", "a", until="2026-12-23T12:00:00Z")
    assert (await api.get("/v1/health")).json()["warnings"] == []
    await put(api, "pause", "a", until="2026-12-23T12:00:01Z", reason="CHG")
    health = await api.get("/v1/health")
    assert (health.status_code, health.json()["trouble"]) == (200, [])
    (warning,) = health.json()["warnings"]
    assert warning["message"] == "pool a: pause by unknown until 2026-12-23T12:00:01Z: CHG"
    assert warning["hint"] == "poolpower resume 2"
    assert health.json()["line"].endswith(f"; warning: {warning['message']}")
    assert (await api.get("/v1/status")).json()["warnings"] == [warning]
    await api.post("/v1/resume", json={"all": True, "request": "r"})
    assert (await api.get("/v1/health")).json()["warnings"] == []


async def test_a_long_pause_of_many_pools_is_one_warning(api: httpx.AsyncClient, house: House) -> None:
    """One call is told once; a pool that left the file is not told of."""
    await put(api, "pause", "a", "b")
    await put(api, "pause")
    assert [warning.message for warning in house.troubles.warnings()] == [
        "pools a, b: pause by unknown until resumed",
        "all pools: pause by unknown until resumed",
    ]
    house.file.write_text(FILE.replace("[pools.b]", "[pools.z]").replace('"p-b"', '"p-z"'))
    await house.chores.reload(accept=True)
    await house.chores.tell_overrides()
    assert house.troubles.warnings()[0].message == "pool a: pause by unknown until resumed"


async def test_the_page_shows_overrides_and_warnings(api: httpx.AsyncClient, house: House) -> None:
    """Beside the pool, with who and why; names are text and never markup."""
    await put(api, "pause", "a", reason="<b>")
    await put(api, "skip", "b", action="stop", next=1)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(page.app(house.office)), base_url="http://x") as browser:
        text = (await browser.get("/")).text
    assert "<td>pause until resumed by unknown: &lt;b&gt;</td>" in text
    assert re.search(r"<td>skip stop until [^<]*:00:01[^<]* by unknown</td>", text)
    assert "<li>pool a: pause by unknown until resumed: &lt;b&gt;</li>" in text


async def test_now_is_told_what_it_is_done_in_spite_of(api: httpx.AsyncClient) -> None:
    """Of what would have kept an occurrence from being carried out, and of nothing else (protocol 4.10)."""
    await put(api, "hold-on", "a", until="2026-11-24T00:00:00Z")
    for action, told in (("stop", ["a: hold-on by unknown until 2026-11-24T00:00:00Z (override 1)"]), ("start", [])):
        body = {"action": action, "pools": ["a", "b"], "request": action}
        assert (await api.post("/v1/now", json=body)).json()["in_spite_of"] == told


async def test_only_the_end_of_a_hold_calls_for_anything(api: httpx.AsyncClient, house: House) -> None:
    """A pause and a skip end, and that is all; a hold as it was asked for (protocol 4.10)."""
    until = {"until": "2026-11-23T14:00:00Z"}
    await put(api, "pause", **until)
    await put(api, "skip", "a", **until)
    await put(api, "hold-on", "a", **until)
    await put(api, "hold-on", "b", then="nothing", **until)
    assert [row.enforces for row in on_record(house)] == [False, False, True, False]
