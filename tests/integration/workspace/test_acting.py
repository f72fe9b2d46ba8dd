"""Acting calls on the wire: what is sent, signed, and made of the answer (protocol 4.4)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from pydantic import SecretStr

from daemon.timetable.actions import Action, ActionType
from daemon.workspace import signing
from daemon.workspace.answers import Answer, Fate
from daemon.workspace.connection import AddressError
from daemon.workspace.credentials import AccessKey

ACCEPTED = b'{"job_id": "j1"}'
SECRET = "FakeSecretKey/For+Tests=Only000000000000"
KEY = AccessKey("FAKEAK00EXAMPLE00001", SecretStr(SECRET))


def _is_signed(request: Any, secret: str = SECRET) -> bool:
    """Whether the signature fits the bytes that arrived, as the gateway checks it."""
    given = request.headers["authorization"]
    names = re.search(r"SignedHeaders=([^,]*),", given)
    assert names is not None
    path, _, query = request.target.partition("?")
    expected = signing.authorization(
        request.method,
        path,
        query,
        {name: request.headers[name] for name in names[1].split(";")},
        request.body,
        access_key="FAKEAK00EXAMPLE00001",
        keyed=signing.keyed_with(secret),
    )
    return bool(given == expected)


@pytest.mark.parametrize(
    ("action", "type_", "body"),
    [
        (Action.START, ActionType.SOFT, {"op_type": "os-start", "type": "SOFT"}),
        (Action.STOP, ActionType.HARD, {"op_type": "os-stop", "type": "HARD"}),
        (Action.REBOOT, ActionType.SOFT, {"op_type": "reboot", "type": "SOFT"}),
        (Action.HIBERNATE, ActionType.SOFT, {"op_type": "hibernate", "type": "SOFT"}),
    ],
)
async def test_an_action_on_a_pool_is_sent_as_documented(  # noqa: PLR0917  # three of them are fixtures
    action: Action, type_: ActionType, body: object, serve: Any, connect: Any, http: Any
) -> None:
    """Path, body and headers are the reference's; the type is always sent."""
    server = await serve(http(202, ACCEPTED, x_request_id="r1"))
    answer = await connect(server.url).act_on_pool("pool-1", action, type_)
    assert (answer.fate, answer.status, answer.job_id, answer.request_id) == (Fate.ACCEPTED, 202, "j1", "r1")
    request = server.requests[0]
    assert (request.method, request.target) == ("POST", "/v2/project/desktop-pools/pool-1/action")
    assert orjson.loads(request.body) == body
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-project-id"] == "project"
    assert request.headers["x-sdk-date"] == "20261123T200000Z"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["user-agent"].startswith("poolpower/")
    assert _is_signed(request)


async def test_the_per_desktop_call_spells_hibernation_its_own_way(serve: Any, connect: Any, http: Any) -> None:
    """The desktops' ids go along, and hibernate is ``os-hibernate`` there."""
    server = await serve(http(200, ACCEPTED))
    await connect(server.url).act_on_desktops(("d1", "d2"), Action.HIBERNATE, ActionType.SOFT)
    request = server.requests[0]
    assert request.target == "/v2/project/desktops/action"
    assert orjson.loads(request.body) == {"desktop_ids": ["d1", "d2"], "op_type": "os-hibernate", "type": "SOFT"}
    assert _is_signed(request)


@pytest.mark.parametrize("count", [0, 101])
async def test_a_per_desktop_call_takes_one_to_a_hundred(count: int, serve: Any, connect: Any) -> None:
    """What the call does not take is not sent."""
    server = await serve(b"")
    answer = await connect(server.url).act_on_desktops(["d"] * count, Action.STOP, ActionType.SOFT)
    assert (answer.fate, server.requests) == (Fate.REFUSED, [])


@pytest.mark.parametrize("message", ["Gute Nacht ☕ 桌面", "half a pair: \ud83d"])
async def test_a_message_is_sent_and_signed_in_any_script(message: str, serve: Any, connect: Any, http: Any) -> None:
    """The bytes that are signed are the bytes that are sent, whatever the text."""
    server = await serve(http(200, ACCEPTED))
    assert (await connect(server.url).notify_pool("pool-1", message)).fate is Fate.ACCEPTED
    request = server.requests[0]
    assert request.target == "/v2/project/desktop-pools/pool-1/notifications"
    assert orjson.loads(request.body) == {"notifications": message.replace("\ud83d", "?")}
    assert _is_signed(request)


@pytest.mark.parametrize("pool_id", ["桌面 1", "a+b", "a%2Fb", "a/../b", "a?b#c", "~x!*'()", "a%20b"])
async def test_an_odd_id_stays_one_segment_and_is_signed_as_sent(
    pool_id: str, serve: Any, connect: Any, http: Any
) -> None:
    """An id never becomes another path, and the signature fits what is on the wire."""
    server = await serve(http(200, ACCEPTED))
    await connect(server.url).act_on_pool(pool_id, Action.STOP, ActionType.SOFT)
    request = server.requests[0]
    *head, segment, _ = request.target.split("/")
    assert head == ["", "v2", "project", "desktop-pools"]
    assert unquote(segment) == pool_id
    assert _is_signed(request)


@pytest.mark.parametrize("pool_id", ["", ".", ".."])
async def test_an_id_that_would_mean_another_path_is_not_sent(pool_id: str, serve: Any, connect: Any) -> None:
    """Empty and dotted ids are refused before anything is sent."""
    server = await serve(b"")
    client = connect(server.url)
    for answer in (
        await client.act_on_pool(pool_id, Action.STOP, ActionType.SOFT),
        await client.notify_pool(pool_id, "x"),
    ):
        assert (answer.fate, server.requests) == (Fate.REFUSED, [])


def test_a_project_id_that_would_mean_another_path_is_refused(connect: Any) -> None:
    """An empty project id is found out before the first request."""
    with pytest.raises(AddressError):
        connect("http://127.0.0.1:1", project_id="")


async def test_an_endpoint_may_have_a_path_of_its_own(serve: Any, connect: Any, http: Any) -> None:
    """What stands behind a gateway is asked under the gateway's path, and signed so."""
    server = await serve(http(200, ACCEPTED))
    await connect(f"{server.url}/work%20space/").act_on_pool("p", Action.STOP, ActionType.SOFT)
    assert server.requests[0].target == "/work%20space/v2/project/desktop-pools/p/action"
    assert _is_signed(server.requests[0])


async def test_a_temporary_key_sends_and_signs_its_token(serve: Any, connect: Any, http: Any) -> None:
    """The security token is a signed header."""
    server = await serve(http(200, ACCEPTED))
    key = AccessKey(KEY.access_key, KEY.secret_key, SecretStr("canary-token"))
    await connect(server.url, credentials=key).act_on_pool("p", Action.STOP, ActionType.SOFT)
    assert server.requests[0].headers["x-security-token"] == "canary-token"
    assert "x-security-token" in server.requests[0].headers["authorization"]
    assert _is_signed(server.requests[0])


@pytest.mark.parametrize(
    ("status", "body", "fate"),
    [
        (409, b'{"error_code": "WKS.00010032", "error_msg": "conflict"}', Fate.REFUSED_FOR_NOW),
        (400, b'{"error_code": "WKS.0407"}', Fate.REFUSED_FOR_NOW),
        (400, b'{"error_code": "WKS.0001"}', Fate.REFUSED),
        (401, b'{"error_code": "APIGW.0301"}', Fate.UNAUTHORISED),
        (401, b'{"error_code": "APIGW.0303"}', Fate.PROJECT),
        (403, b'{"error_code": "WKS.0003"}', Fate.FORBIDDEN),
        (404, b"<html><title>404 Not Found</title></html>", Fate.REFUSED),
        (500, b'{"error_code": "WKS.0202"}', Fate.REFUSED),
        (500, b"", Fate.LOST),
        (503, b"no healthy upstream", Fate.LOST),
        (200, b'{"errorCode": "WKS.9", "errorMsg": "no"}', Fate.REFUSED),
        (200, b"", Fate.LOST),
        (204, b"", Fate.LOST),
    ],
)
async def test_an_action_is_sent_once_whatever_the_answer(  # noqa: PLR0917  # three of them are fixtures
    status: int, body: bytes, fate: Fate, serve: Any, connect: Any, http: Any
) -> None:
    """The client repeats no action, not even after a 401: that is the gate's business (protocol 4.2, 4.4)."""
    server = await serve(http(status, body))
    answer = await connect(server.url).act_on_pool("p", Action.STOP, ActionType.SOFT)
    assert (answer.fate, answer.status, len(server.requests)) == (fate, status, 1)


async def test_an_echoed_secret_does_not_come_out(serve: Any, connect: Any, http: Any) -> None:
    """An answer that repeats the secret key comes out without it."""
    server = await serve(http(502, f"<html>sk={SECRET}</html>".encode()))
    answer = await connect(server.url).act_on_pool("p", Action.STOP, ActionType.SOFT)
    assert answer.error_msg == "sk=***"


async def test_the_servers_clock_is_compared_with_ours(serve: Any, connect: Any, http: Any) -> None:
    """The newest Date less our clock is known after the first response that has one."""
    late, early = "Mon, 23 Nov 2026 20:05:00 GMT", "Mon, 23 Nov 2026 19:59:00 GMT"
    server = await serve(http(200, ACCEPTED, date=late), http(503, date=early), http(200, ACCEPTED))
    client = connect(server.url)
    seen = [client.server_offset]
    for _ in range(3):
        await client.act_on_pool("p", Action.STOP, ActionType.SOFT)
        seen.append(client.server_offset)
    assert seen == [None, timedelta(minutes=5), timedelta(minutes=-1), timedelta(minutes=-1)]


async def test_an_answer_is_timed(serve: Any, connect: Any, http: Any) -> None:
    """The duration covers the request, in seconds."""
    server = await serve(http(200, ACCEPTED))
    answer: Answer = await connect(server.url).act_on_pool("p", Action.STOP, ActionType.SOFT)
    assert 0 < answer.duration < 5


def test_label_and_region_are_the_connections(connect: Any) -> None:
    """The limiter's key is made of what the connection says, without a secret."""
    client = connect("http://127.0.0.1:1")
    assert (client.credential, client.region) == (KEY.label, "test-1")
