"""Tokens and rotated keys on the wire: one refresh, shared, after a 401 (protocol 4.4)."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from daemon.errors import PoolpowerError
from daemon.timetable.actions import Action, ActionType
from daemon.workspace.answers import Answer, Fate, WorkspaceError
from daemon.workspace.credentials import AccessKey, IamUser

ACCEPTED = b'{"job_id": "j1"}'
USER = IamUser("robot", SecretStr("canary-password"), "acme")
OLD = AccessKey("FAKEAK00EXAMPLE00001", SecretStr("canary-old"))
NEW = AccessKey("FAKEAK00EXAMPLE00002", SecretStr("canary-new"))


async def _stop(client: Any) -> Answer:
    answer: Answer = await client.act_on_pool("p", Action.STOP, ActionType.SOFT)
    return answer


@pytest.fixture
async def iam(serve: Any, http: Any) -> Any:
    """An identity service that numbers its tokens."""
    numbers = iter(range(1, 1000))

    async def turn(exchange: Any) -> None:
        body = orjson.dumps({"token": {"expires_at": "2026-11-24T20:00:00.000000Z"}})
        exchange.writer.write(http(201, body, x_subject_token=f"canary-token-{next(numbers)}"))
        await exchange.writer.drain()

    return await serve(turn)


@pytest.fixture
async def choosy(serve: Any, http: Any) -> Any:
    """A cloud that takes the second token only, and an access key only if it is the new one."""

    async def turn(exchange: Any) -> None:
        given = exchange.request.headers
        is_right = given.get("x-auth-token") == "canary-token-2" or NEW.access_key in given.get("authorization", "")
        body = b'{"id": "p", "job_id": "j1"}' if is_right else b'{"error_code": "APIGW.0301"}'
        exchange.writer.write(http(200 if is_right else 401, body))
        await exchange.writer.drain()

    return await serve(turn)


async def test_a_user_sends_a_token_instead_of_a_signature(serve: Any, connect: Any, http: Any, iam: Any) -> None:
    """The token is bought once for all requests and sent as X-Auth-Token."""
    server = await serve(http(200, ACCEPTED))
    client = connect(server.url, credentials=USER, iam_endpoint=iam.url)
    answers = await asyncio.gather(*(_stop(client) for _ in range(10)))
    assert {answer.fate for answer in answers} == {Fate.ACCEPTED}
    assert {request.headers["x-auth-token"] for request in server.requests} == {"canary-token-1"}
    assert "authorization" not in server.requests[0].headers
    assert [request.target for request in iam.requests] == ["/v3/auth/tokens?nocatalog=true"]
    assert iam.requests[0].headers["host"] == f"127.0.0.1:{iam.port}"


async def test_a_token_may_be_long(serve: Any, connect: Any, http: Any) -> None:
    """A user with many roles has a token of more than the usual 8 KiB for a header."""
    token = "M" * 30_000
    iam = await serve(http(201, b'{"token": {}}', x_subject_token=token))
    server = await serve(http(200, ACCEPTED))
    assert (await _stop(connect(server.url, credentials=USER, iam_endpoint=iam.url))).fate is Fate.ACCEPTED
    assert server.requests[0].headers["x-auth-token"] == token


async def test_many_401s_cost_one_refresh(choosy: Any, connect: Any, iam: Any) -> None:
    """All in flight share the refresh, latecomers too, and their next attempt is accepted (protocol 4.4)."""
    client = connect(choosy.url, credentials=USER, iam_endpoint=iam.url)
    first = await asyncio.gather(*(_stop(client) for _ in range(5)))
    assert {answer.fate for answer in first} == {Fate.UNAUTHORISED}
    await asyncio.gather(*(client.refresh() for _ in range(4)))
    await client.refresh()
    assert len(iam.requests) == 2
    assert (await _stop(client)).fate is Fate.ACCEPTED


async def test_a_reading_call_refreshes_by_itself(choosy: Any, connect: Any, iam: Any) -> None:
    """Reading asks once more with a new token (protocol 4.4)."""
    client = connect(choosy.url, credentials=USER, iam_endpoint=iam.url)
    assert (await client.show_pool("p")).pool_id == "p"
    assert (len(choosy.requests), len(iam.requests)) == (2, 2)


async def test_a_wrong_password_is_a_condition_of_the_project(serve: Any, connect: Any, http: Any) -> None:
    """Nothing is sent without a token, acting says so, reading and refreshing raise it (protocol 4.4)."""
    iam = await serve(http(401, b'{"error": {"code": 401, "message": "The password canary-password is wrong"}}'))
    server = await serve(http(200, ACCEPTED))
    client = connect(server.url, credentials=USER, iam_endpoint=iam.url)
    answer = await _stop(client)
    assert (answer.fate, answer.status) == (Fate.PROJECT, 401)
    assert answer.error_msg == "no token: the credentials are refused: The password *** is wrong"
    with pytest.raises(WorkspaceError, match="no token") as caught:
        await client.list_pools()
    assert caught.value.answer.fate is Fate.PROJECT
    assert "POOLPOWER_IAM_PASSWORD" in (caught.value.hint or "")
    with pytest.raises(WorkspaceError):
        await client.refresh()
    assert server.requests == []


async def test_an_identity_service_that_is_down_means_never_sent(serve: Any, connect: Any) -> None:
    """No token because nobody answers: the action was never sent (protocol 4.4)."""
    iam = await serve(b"")
    await iam.aclose()
    server = await serve(b"")
    answer = await _stop(connect(server.url, credentials=USER, iam_endpoint=iam.url))
    assert answer.fate is Fate.NEVER_SENT
    assert server.requests == []


async def test_a_rotated_key_is_read_again(choosy: Any, connect: Any) -> None:
    """After a refusal the files are read again, and the label follows the key."""
    client = connect(choosy.url, credentials=OLD, reload=lambda: NEW)
    assert (await _stop(client)).fate is Fate.UNAUTHORISED
    assert client.credential == OLD.label
    await client.refresh()
    assert client.credential == NEW.label
    assert (await _stop(client)).fate is Fate.ACCEPTED


async def test_a_key_without_anything_to_read_again_stays(choosy: Any, connect: Any) -> None:
    """Refreshing a key succeeds without doing anything; so does reading the same one again."""
    for keywords in ({}, {"reload": lambda: OLD}):
        client = connect(choosy.url, credentials=OLD, **keywords)
        await client.refresh()
        assert (await _stop(client)).fate is Fate.UNAUTHORISED


async def test_a_key_may_become_a_user_and_back(choosy: Any, connect: Any, iam: Any) -> None:
    """Whatever kind of credential is read again is used; a late 401 of the one before does not count against it."""
    kinds = iter([USER, NEW])
    client = connect(choosy.url, credentials=OLD, iam_endpoint=iam.url, reload=lambda: next(kinds))
    assert (await _stop(client)).fate is Fate.UNAUTHORISED
    await client.refresh()
    assert client.credential == USER.label
    assert (await _stop(client)).fate is Fate.UNAUTHORISED
    await client.refresh()
    assert (await _stop(client)).fate is Fate.ACCEPTED


@pytest.mark.parametrize("error", [OSError("no such file"), PoolpowerError("two credentials, expected one")])
async def test_credentials_that_cannot_be_read_again_are_a_condition_of_the_project(
    error: Exception, choosy: Any, connect: Any
) -> None:
    """A refresh that finds no credentials raises, with the reason (protocol 4.4)."""

    def reload() -> AccessKey:
        raise error

    with pytest.raises(WorkspaceError, match=str(error)) as caught:
        await connect(choosy.url, credentials=OLD, reload=reload).refresh()
    assert caught.value.answer.fate is Fate.PROJECT


async def test_a_401_of_the_credential_before_does_not_count_against_the_new_one(
    serve: Any, connect: Any, http: Any, iam: Any
) -> None:
    """A refusal that arrives after the credential was exchanged does not make the new token be thrown away."""
    go = asyncio.Event()

    async def late_refusal(exchange: Any) -> None:
        await go.wait()
        exchange.writer.write(http(401, b'{"error_code": "APIGW.0301"}'))
        await exchange.writer.drain()

    other = IamUser("robot", SecretStr("canary-rotated"), "acme")
    server = await serve(late_refusal)
    client = connect(server.url, credentials=USER, iam_endpoint=iam.url, reload=lambda: other)
    late = asyncio.create_task(_stop(client))
    await server.arrived.wait()
    await client.refresh()
    assert len(iam.requests) == 2
    go.set()
    assert (await late).fate is Fate.UNAUTHORISED
    await client.refresh()
    assert len(iam.requests) == 2


async def test_no_secret_shows_in_the_client(connect: Any, choosy: Any) -> None:
    """Neither repr nor label of a client or its connection spells a secret."""
    client = connect(choosy.url, credentials=OLD)
    assert "canary" not in f"{client!r} {client.credential} {client._connection!r}"
