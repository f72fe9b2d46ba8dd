"""The sandbox's own handles over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from daemon.workspace.sandbox.examples import ENGINEERING


async def desktop_of(running: Any) -> str:
    """The id of the first desktop."""
    return str((await running.client.get(f"/sandbox/pools/{ENGINEERING}")).json()["desktops"][0]["desktop_id"])


async def test_pool_is_scripted_and_every_request_is_on_record(running: Any) -> None:
    """A list of faults is consumed one an action, and the record tells them apart."""
    script = [{"status": 409, "code": "WKS.00010032"}, {"html": 502}]
    response = await running.client.post(f"/sandbox/pools/{ENGINEERING}/script", json=script)
    assert response.json() == {"waiting": {ENGINEERING: 2}}
    assert [(await running.act()).status_code for _ in range(3)] == [409, 502, 200]
    seen = (await running.client.get("/sandbox/requests?since=1&call=pool-action")).json()
    assert [(entry["number"], entry["status"], entry["executed"]) for entry in seen["requests"]] == [
        (2, 502, False),
        (3, 200, True),
    ]
    assert seen["last"] == 3


async def test_script_may_come_as_an_object(running: Any) -> None:
    """The list may stand under ``faults``."""
    await running.client.post(f"/sandbox/pools/{ENGINEERING}/script", json={"faults": [{"status": 500}]})
    assert (await running.act()).status_code == 500


async def test_other_calls_are_scripted_by_name(running: Any) -> None:
    """For every pool, or for one."""
    for body in (
        {"call": "list-pools", "faults": [{"status": 503}]},
        {"call": "show-pool", "pool_id": ENGINEERING, "faults": [{"status": 504}]},
    ):
        assert (await running.client.post("/sandbox/script", json=body)).status_code == 200
    project = next(iter(running.world.identity.projects))
    assert (await running.client.get(f"/v2/{project}/desktop-pools")).status_code == 503
    assert (await running.client.get(f"/v2/{project}/desktop-pools/{ENGINEERING}")).status_code == 504


async def test_desktop_is_scripted_and_changed(running: Any) -> None:
    """A desktop's next stop fails; its state can be set as if somebody else had done it."""
    desktop = await desktop_of(running)
    script = {"action": "stop", "outcome": "fails", "code": "WKS.0202", "reason": "x", "once": True}
    response = await running.client.post(f"/sandbox/desktops/{desktop}/script", json=script)
    assert response.json() == {"waiting": 1}
    await running.act()
    state = {"status": "SHUTOFF", "login_status": "UNREGISTER"}
    changed = (await running.client.post(f"/sandbox/desktops/{desktop}", json=state)).json()
    assert (changed["status"], changed["task_status"]) == ("SHUTOFF", None)
    frozen = (await running.client.post(f"/sandbox/desktops/{desktop}", json={"is_freeze": True})).status_code
    assert frozen == 400
    assert (await running.client.post(f"/sandbox/desktops/{desktop}", json={"is_frozen": True})).json()["is_freeze"]


async def test_pool_can_be_changed(running: Any) -> None:
    """Maintenance, status and how it answers when busy."""
    state = {"in_maintenance_mode": True, "refuses_when_busy": False, "status": "ERROR"}
    changed = (await running.client.post(f"/sandbox/pools/{ENGINEERING}", json=state)).json()
    assert (changed["in_maintenance_mode"], changed["status"]) == (True, "ERROR")
    assert [(await running.act()).status_code for _ in range(2)] == [200, 200]


async def test_clock_can_be_set_off(running: Any) -> None:
    """The Date header follows the service's own clock."""
    before = running.world.now()
    assert (await running.client.post("/sandbox/clock", json={"offset": -86400})).status_code == 200
    assert (running.world.now() - before).total_seconds() < -86000
    assert (await running.client.post("/sandbox/clock", json={"offset": "x"})).status_code == 400


async def test_overview_says_what_is_here(running: Any) -> None:
    """Projects, pools, scripts that wait, requests so far."""
    seen = (await running.client.get("/sandbox")).json()
    assert len(seen["pools"]) == 4
    assert (seen["scripts"], seen["requests"]) == ({}, 0)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sandbox/script", {"faults": []}, 400),
        ("/sandbox/script", {"call": "list-pools", "faults": [{"stauts": 1}]}, 400),
        ("/sandbox/pools/none/script", [], 400),
        ("/sandbox/desktops/none/script", {}, 404),
        (f"/sandbox/pools/{ENGINEERING}", {"status": 3}, 400),
        (f"/sandbox/pools/{ENGINEERING}/script", "text", 400),
    ],
)
async def test_mistake_is_said(running: Any, path: str, body: object, status: int) -> None:
    """Errors of the handles have the form of our own API, not of the vendor's."""
    response = await running.client.post(path, json=body)
    assert response.status_code == status
    assert set(response.json()) == {"error", "hint"}


@pytest.mark.parametrize("script", [{"when": "now"}, {"action": "explode"}, {"outcome": "explodes"}])
async def test_mistake_in_a_desktops_script_is_said(running: Any, script: dict[str, str]) -> None:
    """Unknown keys, actions and outcomes are refused."""
    response = await running.client.post(f"/sandbox/desktops/{await desktop_of(running)}/script", json=script)
    assert response.status_code == 400


async def test_record_is_read_from_a_number(running: Any) -> None:
    """Anything else is refused."""
    assert (await running.client.get("/sandbox/requests?since=x")).status_code == 400
