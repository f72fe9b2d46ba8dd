"""The control API: every route, what it refuses, and who asked."""

from __future__ import annotations

import asyncio
import os
import pwd
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from daemon.cli.control import Control
from daemon.service import control
from daemon.service.doors import bind
from daemon.service.localtime import in_words
from daemon.webserver import start
from daemon.workspace.answers import Answer, Fate, WorkspaceError
from daemon.workspace.port import Call
from tests.support.house import EVENING, FullDisk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.house import House

BIG = 10**30


def caller(house: House) -> httpx.AsyncClient:
    """Calls the API without a socket."""
    transport = httpx.ASGITransport(control.app(house.office), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest_asyncio.fixture
async def api(living: House) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of a daemon that runs, with pool `a` in the cloud."""
    living.clouds["default"].add_pool("p-a", desktops=3)
    async with caller(living) as client:
        yield client


@asynccontextmanager
async def over_a_socket(house: House) -> AsyncIterator[Control]:
    """The same over the real socket, with the command line's client."""
    server = await start(control.app(house.office), sock=bind(house.settings.socket))
    yield Control(house.settings.socket)
    await server.close()


def order(**more: Any) -> dict[str, Any]:
    """A stop of pool `a`."""
    return {"action": "stop", "pools": ["a"], "request": "r-1", **more}


async def test_status_has_what_the_contract_says(api: httpx.AsyncClient) -> None:
    """Stable names: the command line, the page and people's scripts go by them."""
    status = (await api.get("/v1/status")).json()
    assert set(status) == {
        *("version", "mode", "pid", "started_at", "ledger", "socket", "watermark", "next_at"),
        *("schedules", "trouble", "warnings", "projects", "pools"),
    }
    assert set(status["schedules"]) == {"file", "version", "hash", "accepted_at", "error", "held", "warnings"}
    assert set(status["pools"][0]) == {"project", "pool", "pool_id", "name", "next", "last", "open", "override"}
    assert set(status["projects"][0]) == {
        *("project", "region", "halted", "reason", "since", "in_flight", "waiting"),
    }
    assert (status["next_at"], status["mode"]) == ("2026-11-23T20:00:00Z", "act")


async def test_health_is_200_or_503(api: httpx.AsyncClient, living: House) -> None:
    """For probes: the status says it all."""
    good = await api.get("/v1/health")
    living.troubles.begin("schedules.invalid", "line 3 is wrong", "mend it")
    bad = await api.get("/v1/health")
    assert (good.status_code, good.json()["line"]) == (200, f"next action at {in_words('2026-11-23T20:00:00Z')}")
    assert (bad.status_code, bad.json()["line"]) == (503, "trouble: line 3 is wrong")


async def test_order_becomes_a_run_that_can_be_shown(api: httpx.AsyncClient) -> None:
    """A repeated call is the same run (protocol 1.4)."""
    first, again = [await api.post("/v1/now", json=order(reason="CHG1", type="HARD")) for _ in range(2)]
    (run,) = first.json()["runs"]
    assert first.json()["mode"] == "act"
    assert (run["action"], run["type"], run["origin"], run["pool"]) == ("stop", "HARD", "manual", "a")
    assert [row["run"] for row in again.json()["runs"]] == [run["run"]]
    shown = (await api.get(f"/v1/runs/{run['run']}")).json()
    assert (shown["run"], "attempts_detail" in shown) == (run["run"], True)


async def test_history_takes_every_filter(api: httpx.AsyncClient) -> None:
    """By pool, project, instant, state and number."""
    await api.post("/v1/now", json=order())
    for query, count in (
        ("", 1),
        ("pool=a&project=default&limit=5", 1),
        ("project=other", 0),
        ("since=2026-11-23T12:00:00Z", 1),
        ("since=2026-11-23T14:00:00%2B01:00", 0),
        ("state=void", 0),
        (f"limit={BIG}", 1),
    ):
        found = await api.get(f"/v1/history?{query}")
        assert (found.status_code, len(found.json())) == (200, count), query
    unknown = await api.get("/v1/history?pool=b")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "no pool on record is called 'b'")


async def test_whom_counts_who_is_on_the_desktops(api: httpx.AsyncClient, living: House) -> None:
    """Nobody is named (no user names are recorded anywhere)."""
    living.clouds["default"].set_desktop("p-a-1", login_status="CONNECTED")
    living.clouds["default"].set_desktop("p-a-2", login_status="DISCONNECTED")
    assert (await api.get("/v1/whom?pool=a")).json() == [
        {"project": "default", "pool": "a", "pool_id": "p-a", "desktops": 3, "connected": 1, "disconnected": 1}
    ]
    assert (await api.get("/v1/whom?pool=a&project=other")).json() == []


async def test_retry_and_cancel_go_by_number(api: httpx.AsyncClient, living: House) -> None:
    """A run that waits is cancelled; one that did not end well is done again."""
    held = living.clouds["default"].hold(Call.ACT_ON_POOL)
    (first,) = (await api.post("/v1/now", json=order())).json()["runs"]
    await asyncio.wait_for(held.arrived.wait(), 5)
    (second,) = (await api.post("/v1/now", json=order(action="start", request="r-2"))).json()["runs"]
    done = await api.post("/v1/cancel", json={"run": second["run"], "request": "r-3"})
    assert (done.json()["run"]["state"], done.json()["run"]["reason"]) == ("skipped", "cancelled by unknown")
    again = await api.post("/v1/retry", json={"run": second["run"], "request": "r-4"})
    assert [row["action"] for row in again.json()["runs"]] == ["start"]
    too_early = await api.post("/v1/retry", json={"run": first["run"], "request": "r-5"})
    assert "is not over" in too_early.json()["error"]
    held.released.set()


async def test_reload_tells_what_came_of_it(api: httpx.AsyncClient, living: House) -> None:
    """The outcome in a word, with the errors as `check` has them."""
    living.file.write_text(EVENING + "policy = 3\n")
    invalid = (await api.post("/v1/reload", json={})).json()
    living.file.write_text(EVENING + "# reviewed\n")
    mismatch = (await api.post("/v1/reload", json={"expect": "0" * 64})).json()
    taken = (await api.post("/v1/reload", json={"expect": mismatch["hash"], "accept": True, "note": "CHG"})).json()
    assert [answer["outcome"] for answer in (invalid, mismatch, taken)] == ["invalid", "mismatch", "accepted"]
    assert set(taken) == {"outcome", "version", "hash", "added", "removed", "message", "hint", "errors"}
    assert invalid["errors"][0]["line"] == 5


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/v1/history?limit=0", 400, "limit is to be a whole number above 0, found '0'"),
        ("/v1/history?limit=many", 400, "limit is to be a whole number above 0, found 'many'"),
        ("/v1/history?since=yesterday", 400, "since is to be an ISO 8601 instant, found 'yesterday'"),
        ("/v1/history?since=2026-11-23T12:00:00", 400, "since is to have an offset, found '2026-11-23T12:00:00'"),
        ("/v1/history?since=0001-01-01T00:00:00%2B23:00", 400, "since is to be an ISO 8601 instant"),
        ("/v1/history?state=odd", 400, "there is no state 'odd'"),
        ("/v1/runs/99", 404, "there is no run 99"),
        (f"/v1/runs/{BIG}", 404, "there is no run '1000"),
        (f"/v1/runs/{'9' * 5000}", 404, "there is no run '9999"),
        ("/v1/runs/x", 404, "there is no run 'x'"),
        ("/v1/whom", 400, "the call names no pool"),
        ("/v1/whom?pool=nobody", 404, "no pool of the schedule in force is called 'nobody'"),
        ("/v2/status", 404, "there is no call GET /v2/status"),
        ("/v1/now", 405, "there is no call GET /v1/now"),
    ],
)
async def test_question_that_makes_no_sense_is_refused(
    api: httpx.AsyncClient, path: str, status: int, error: str
) -> None:
    """With what was found and what was expected, as JSON."""
    answer = await api.get(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "hint"}
    assert answer.json()["error"].startswith(error)


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("now", order(action="explode"), 400, "there is no action 'explode'"),
        ("now", order(type="GENTLE"), 400, "there is no type 'GENTLE'"),
        ("now", order(action="start", type="HARD"), 400, "start cannot be HARD"),
        ("now", order(pools=["nobody"]), 404, "no pool of the schedule in force is called 'nobody'"),
        ("now", order(pools=[]), 400, "pools is to be a list of texts, found []"),
        ("now", order(pools="a"), 400, "pools is to be a list of texts, found 'a'"),
        ("now", order(pools=["a", ""]), 400, "pools is to be a list of texts"),
        ("now", order(request=None), 400, "the call gives no request"),
        ("now", order(request=7), 400, "request is to be a text, found 7"),
        ("now", {"pools": ["a"], "request": "r"}, 400, "the call gives no action"),
        ("retry", {"request": "r"}, 400, "the call gives neither run nor since"),
        ("retry", {"request": "r", "run": True}, 400, "run is to be the number of a run, found True"),
        ("retry", {"request": "r", "run": "7"}, 400, "run is to be the number of a run, found '7'"),
        ("retry", {"request": "r", "run": 99}, 404, "there is no run 99"),
        ("retry", {"request": "r", "run": BIG}, 404, "no number is that large"),
        ("retry", {"request": "r", "since": 5}, 400, "since is to be an ISO 8601 instant, found 5"),
        ("cancel", {}, 400, "the call names no run"),
        ("cancel", {"run": False}, 400, "run is to be the number of a run, found False"),
        ("cancel", {"run": 99}, 404, "there is no run 99"),
        ("reload", {"expect": 3}, 400, "expect is to be a text, found 3"),
    ],
)
async def test_order_that_makes_no_sense_is_refused(
    api: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, error: str
) -> None:
    """Nothing is made of it."""
    answer = await api.post(f"/v1/{path}", json=body)
    assert (answer.status_code, answer.json()["error"][: len(error)]) == (status, error)
    assert (await api.get("/v1/history")).json() == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"[1]", "the call's body is no JSON object"),
        (b"{", "the call's body is no JSON"),
        (b"\xff", "the call's body is no JSON"),
        (b"[" * 100_000, "the call's body is no JSON"),
        (b" " * (1024 * 1024 + 1), "the call's body is too large"),
    ],
)
async def test_body_that_is_none_is_refused(api: httpx.AsyncClient, body: bytes, error: str) -> None:
    """Whatever was sent."""
    answer = await api.post("/v1/now", content=body)
    assert (answer.status_code, answer.json()["error"][: len(error)]) == (400, error)


async def test_pointless_reboot_is_refused_at_once(api: httpx.AsyncClient) -> None:
    """A pool that is to be off is never rebooted (protocol 2.2)."""
    await api.post("/v1/now", json=order())
    answer = await api.post("/v1/now", json=order(action="restart", request="r-2"))
    assert answer.status_code == 409
    assert "start it first" in answer.json()["hint"]


async def test_ledger_that_cannot_be_written_is_503(api: httpx.AsyncClient, living: House) -> None:
    """Nothing was made; the caller may try again."""
    disk = FullDisk(living)
    answer = await api.post("/v1/now", json=order())
    disk.make_room()
    assert (answer.status_code, answer.json()) == (503, {"error": "the disk is full", "hint": "make room"})


async def test_cloud_that_does_not_say_whom_is_told_as_such(api: httpx.AsyncClient, living: House) -> None:
    """The question is about now; nothing old is answered instead."""
    lost = WorkspaceError("the answer was lost", Answer(Fate.LOST))
    living.clouds["default"].script(Call.LIST_DESKTOPS, lost)
    answer = await api.get("/v1/whom?pool=a")
    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "the desktops of a cannot be read: the answer was lost",
    )


@pytest.mark.parametrize("path", ["now", "retry", "cancel", "reload"])
async def test_orders_wait_until_the_gates_are_open(house: House, path: str) -> None:
    """During the start the ledger's version has not claimed its share yet (protocol 5.1); questions are answered."""
    body = order(run=1)
    async with caller(house) as client:
        refused = await client.post(f"/v1/{path}", json=body)
        status = await client.get("/v1/status")
        health = await client.get("/v1/health")
    assert (refused.status_code, refused.json()["error"]) == (503, "the daemon is starting or stopping")
    assert (status.json()["pools"], status.json()["schedules"]["version"]) == ([], None)
    assert (health.status_code, health.json()["line"]) == (503, "starting")
    assert (await house.versions.consider()).version == 1


async def test_fault_of_ours_is_json_too_and_shows_no_detail(
    api: httpx.AsyncClient, living: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trace is in the log."""

    def fault() -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(living.office, "health", fault)
    answer = await api.get("/v1/health")
    assert (answer.status_code, answer.json()) == (
        500,
        {"error": "internal: ZeroDivisionError", "hint": "the daemon's log has the trace"},
    )


async def test_who_asked_is_the_user_at_the_other_end(living: House) -> None:
    """By the socket's peer credentials, not by what the caller says."""
    async with over_a_socket(living) as client:
        made = await asyncio.to_thread(client.post, "/v1/now", order(who="somebody else"))
    assert made["runs"][0]["who"] == pwd.getpwuid(os.getuid()).pw_name


async def test_user_without_a_name_is_a_number(living: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container the uid may be in no passwd file."""

    def unknown(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr(control.pwd, "getpwuid", unknown)
    control._name_of.cache_clear()
    async with over_a_socket(living) as client:
        made = await asyncio.to_thread(client.post, "/v1/now", order())
    control._name_of.cache_clear()
    assert made["runs"][0]["who"].startswith("uid ")
