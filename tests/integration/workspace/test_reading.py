"""Reading calls: pages, admission, one refresh after a 401, errors that say what was expected (protocol 4.4, 4.7)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from daemon.workspace.answers import Fate, WorkspaceError
from daemon.workspace.models import CloudPool, Desktop
from daemon.workspace.port import Call

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

UNAUTHORISED = b'{"error_code": "APIGW.0301", "error_msg": "expired"}'


def _paged(http: Any, key: str, things: list[dict[str, Any]]) -> Any:
    async def turn(exchange: Any) -> None:
        query = parse_qs(urlsplit(exchange.request.target).query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        body = {key: things[offset : offset + limit], "total_count": len(things)}
        exchange.writer.write(http(200, orjson.dumps(body)))
        await exchange.writer.drain()

    return turn


async def test_every_page_of_desktops_is_read(serve: Any, connect: Any, http: Any) -> None:
    """A hundred at a time, whatever the server's own default is (protocol 4.7)."""
    things = [{"desktop_id": f"d{n}", "computer_name": f"PC{n}", "status": "ACTIVE"} for n in range(250)]
    server = await serve(_paged(http, "pool_desktops", things))
    desktops = await connect(server.url).list_desktops("p")
    assert [desktop.desktop_id for desktop in desktops] == [f"d{n}" for n in range(250)]
    assert desktops[0] == Desktop("d0", "PC0", "ACTIVE", None, None)
    assert [request.target for request in server.requests] == [
        f"/v2/project/desktop-pools/p/desktops?limit=100&offset={offset}" for offset in (0, 100, 200)
    ]


async def test_every_page_of_pools_is_read(serve: Any, connect: Any, http: Any) -> None:
    """Pools come five hundred at a time, so that a page stays well under the most that is read."""
    server = await serve(_paged(http, "desktop_pools", [{"id": f"p{n}"} for n in range(501)]))
    assert len(await connect(server.url).list_pools()) == 501
    assert len(server.requests) == 2


async def test_a_pools_sub_jobs_are_listed_by_the_types_that_power_actions_have(
    serve: Any, connect: Any, http: Any
) -> None:
    """Both job types are asked for, and what is listed twice counts once (protocol 5.4)."""
    server = await serve(_paged(http, "jobs", [{"id": "s1", "job_id": "j1", "status": "RUNNING"}]))
    subs = await connect(server.url).list_sub_jobs(pool_id="p")
    assert [sub.sub_job_id for sub in subs] == ["s1"]
    queries = [parse_qs(urlsplit(request.target).query) for request in server.requests]
    assert [query["job_type"] for query in queries] == [["operateDesktops"], ["executeDesktopsAction"]]
    assert {query["desktop_pool_id"][0] for query in queries} == {"p"}


async def test_a_jobs_sub_jobs_are_listed_by_the_job(serve: Any, connect: Any, http: Any) -> None:
    """One listing by id is enough for a job."""
    server = await serve(_paged(http, "jobs", [{"id": "s1"}, {"id": "s2"}]))
    assert len(await connect(server.url).list_sub_jobs(job_id="j1")) == 2
    assert server.requests[0].target == "/v2/project/workspace-sub-jobs?job_id=j1&limit=1000&offset=0"


async def test_one_pool_and_one_job_are_read(serve: Any, connect: Any, http: Any) -> None:
    """Single things come without paging."""
    server = await serve(
        http(200, b'{"id": "p1", "status": "STEADY"}'), http(200, b'{"id": "j1", "status": "RUNNING"}')
    )
    client = connect(server.url)
    assert await client.show_pool("p1") == CloudPool("p1", "p1", "STEADY", None, in_maintenance_mode=False)
    assert (await client.show_job("j1")).status == "RUNNING"
    assert [request.target for request in server.requests] == [
        "/v2/project/desktop-pools/p1",
        "/v2/project/workspace-jobs/j1",
    ]


async def test_each_request_is_admitted(serve: Any, connect: Any, http: Any) -> None:
    """Every page and every repetition asks the limiter above (protocol 4.9)."""
    admitted: list[Call] = []

    @asynccontextmanager
    async def admit(call: Call) -> AsyncIterator[None]:
        admitted.append(call)
        yield

    server = await serve(
        http(401, UNAUTHORISED), _paged(http, "pool_desktops", [{"desktop_id": f"d{n}"} for n in range(101)])
    )
    await connect(server.url, admit=admit).list_desktops("p")
    assert admitted == [Call.LIST_DESKTOPS] * 3


async def test_a_401_is_asked_once_more_and_no_oftener(serve: Any, connect: Any, http: Any) -> None:
    """After one refresh a second 401 is the answer, in plain words and with the mend (protocol 4.4)."""
    server = await serve(http(401, UNAUTHORISED))
    with pytest.raises(WorkspaceError, match=r"^the credentials are refused \(show-job: APIGW\.0301\)$") as caught:
        await connect(server.url).show_job("j")
    assert (caught.value.answer.fate, caught.value.answer.error_msg) == (Fate.UNAUTHORISED, "expired")
    assert "POOLPOWER_SECRET_KEY" in (caught.value.hint or "")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("status", "body", "fate", "is_gone"),
    [
        (404, b'{"error_code": "WKS.0404"}', Fate.REFUSED, True),
        (400, b'{"error_code": "WKS.0001"}', Fate.REFUSED, True),
        (403, b"", Fate.FORBIDDEN, False),
        (429, b'{"error_msg": "limit:1,time:1 minute"}', Fate.REFUSED_FOR_NOW, False),
        (500, b"", Fate.LOST, False),
        (302, b"", Fate.REFUSED, False),
        (200, b'{"error_code": "WKS.9"}', Fate.REFUSED, False),
    ],
)
async def test_an_error_carries_the_classified_answer(  # noqa: PLR0917  # three of them are fixtures
    status: int, body: bytes, fate: Fate, is_gone: bool, serve: Any, connect: Any, http: Any
) -> None:
    """Whoever reads decides on the same fates as whoever acts (protocol 4.4)."""
    server = await serve(http(status, body))
    with pytest.raises(WorkspaceError) as caught:
        await connect(server.url).show_pool("p")
    assert (caught.value.answer.fate, caught.value.answer.status) == (fate, status)
    assert caught.value.gone is is_gone


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<title>Sign in</title>", "expected JSON with desktop_pools: found 'Sign in'"),
        (b'{"desktop_pools": {"id": "p"}}', "expected a list of objects as 'desktop_pools'"),
        (b'{"desktop_pools": [{"name": "x"}]}', "expected an id as 'id', found nothing"),
        (b'{"desktop_pools": [{"id": "p", "desktop_count": "some"}]}', "expected a whole number as 'desktop_count'"),
        (b'{"desktop_pools": [], "total_count": 3}', "expected 3 in 'desktop_pools', found 0"),
    ],
)
async def test_an_answer_of_another_shape_says_what_was_expected(
    body: bytes, said: str, serve: Any, connect: Any, http: Any
) -> None:
    """Found and expected stand in the error, and nothing is concluded from half a listing (protocol 3.2)."""
    server = await serve(http(200, body))
    with pytest.raises(WorkspaceError) as caught:
        await connect(server.url).list_pools()
    assert said in caught.value.message
    assert caught.value.message.startswith("list-pools: ")
    assert not caught.value.permanent


async def test_a_single_thing_of_another_shape_says_what_was_expected(serve: Any, connect: Any, http: Any) -> None:
    """The same holds for one job."""
    server = await serve(http(200, b'{"id": "j", "status": ["RUNNING"]}'))
    with pytest.raises(WorkspaceError, match="expected text as 'status'"):
        await connect(server.url).show_job("j")


async def test_an_id_that_would_mean_another_path_is_not_looked_up(serve: Any, connect: Any) -> None:
    """A look at ``..`` would be a look at something else."""
    server = await serve(b"")
    with pytest.raises(WorkspaceError, match="is no id"):
        await connect(server.url).show_job("..")
    assert server.requests == []
