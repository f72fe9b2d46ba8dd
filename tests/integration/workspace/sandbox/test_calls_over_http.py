"""The simulated calls over real HTTP."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from daemon.workspace import signing
from daemon.workspace.sandbox import World, create_app, serve
from daemon.workspace.sandbox.examples import ENGINEERING
from daemon.workspace.sandbox.identity import (
    EXAMPLE_ACCESS_KEY,
    EXAMPLE_PASSWORD,
    EXAMPLE_PROJECT,
    EXAMPLE_SECRET_KEY,
)

PROJECT = f"/v2/{EXAMPLE_PROJECT}"


async def test_pool_can_be_stopped_and_followed(running: Any) -> None:
    """Action, job, sub-jobs, pool and desktops tell one story."""
    job_id = (await running.act()).json()["job_id"]
    assert (await running.get(f"/workspace-jobs/{job_id}"))["sub_jobs_total"] == 5
    assert (await running.get(f"/workspace-sub-jobs?job_id={job_id}&limit=2"))["total_count"] == 5
    assert (await running.get(f"/desktop-pools/{ENGINEERING}"))["status"] == "TEMPORARY"
    desktops = (await running.get(f"/desktop-pools/{ENGINEERING}/desktops?limit=100"))["pool_desktops"]
    assert {desktop["task_status"] for desktop in desktops} == {"powering-off"}
    assert (await running.get("/desktop-pools"))["total_count"] == 4


async def test_answers_carry_a_date_and_a_request_id(running: Any) -> None:
    """The date is the service's own clock's, and the request id is the one on record."""
    response = await running.act()
    at = parsedate_to_datetime(response.headers["date"])
    assert abs((at - running.world.now()).total_seconds()) < 60
    assert response.headers["x-request-id"] == running.world.journal.entries()[0].request_id


async def test_desktops_can_be_acted_on_and_told(running: Any) -> None:
    """The per-desktop calls and the message to a pool answer with a job each."""
    desktop = (await running.get(f"/desktop-pools/{ENGINEERING}/desktops"))["pool_desktops"][0]["desktop_id"]
    for path, body in (
        ("/desktops/notifications", {"desktop_ids": [desktop], "notifications": "soon"}),
        (f"/desktop-pools/{ENGINEERING}/notifications", {"notifications": "soon"}),
        ("/desktops/action", {"desktop_ids": [desktop], "op_type": "os-hibernate", "type": "SOFT"}),
    ):
        response = await running.client.post(PROJECT + path, json=body)
        assert (response.status_code, set(response.json())) == (200, {"job_id"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", f"{PROJECT}/desktop-pools/"),
        ("DELETE", f"{PROJECT}/desktop-pools"),
        ("POST", f"{PROJECT}/desktops-pools/{ENGINEERING}/action"),
    ],
)
async def test_unknown_path_or_method_is_the_gateways_404(running: Any, method: str, path: str) -> None:
    """Another method, a slash too many and the vendor page's misspelt path are APIGW.0101."""
    response = await running.client.request(method, path)
    assert (response.status_code, response.json()["error_code"]) == (404, "APIGW.0101")


async def test_large_body_arrives_whole(running: Any) -> None:
    """A body that comes in several pieces is put together before it is judged."""
    body = {"notifications": "x" * 300_000}
    response = await running.client.post(f"{PROJECT}/desktop-pools/{ENGINEERING}/notifications", json=body)
    assert response.status_code == 200
    assert running.world.any_pool(ENGINEERING).messages[-1] == body["notifications"]


async def test_token_is_asked_for_and_used() -> None:
    """A password gets a token, the token opens the project, and a revoked one is a 401."""
    async with (
        serve(create_app(World.example())) as served,
        httpx.AsyncClient(base_url=served.url, trust_env=False) as client,
    ):
        user = {"name": "sandbox", "password": EXAMPLE_PASSWORD, "domain": {"name": "sandbox"}}
        identity = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": identity, "scope": {"project": {"id": EXAMPLE_PROJECT}}}}
        token = (await client.post("/v3/auth/tokens?nocatalog=true", json=body)).headers["X-Subject-Token"]
        asked = client.build_request("GET", f"{PROJECT}/desktop-pools", headers={"X-Auth-Token": token})
        assert (await client.send(asked)).status_code == 200
        assert (await client.get("/v3/projects", headers={"X-Auth-Token": token})).status_code == 200
        assert (await client.post("/sandbox/tokens/revoke")).json() == {"revoked": 1}
        assert (await client.send(asked)).status_code == 401


@pytest.mark.parametrize(("secret", "status"), [(EXAMPLE_SECRET_KEY, 200), ("another", 401)])
async def test_signature_is_checked_on_the_bytes_that_were_sent(secret: str, status: int) -> None:
    """A request that is signed as the client signs is let in; one with another key is not."""
    world = World.example()
    async with serve(create_app(world)) as served, httpx.AsyncClient(trust_env=False) as client:
        query = signing.canonical_query([("name", "call centre"), ("limit", "10")])
        headers = {"Host": f"127.0.0.1:{served.port}", signing.DATE_HEADER: signing.signing_date(world.now())}
        signed = signing.authorization(
            "GET",
            f"{PROJECT}/desktop-pools",
            query,
            headers,
            b"",
            access_key=EXAMPLE_ACCESS_KEY,
            keyed=signing.keyed_with(secret),
        )
        url = f"{served.url}{PROJECT}/desktop-pools?{query}"
        response = await client.get(url, headers={**headers, "Authorization": signed})
    assert response.status_code == status
