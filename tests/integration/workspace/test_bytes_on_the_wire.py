"""What is signed is what is sent, byte for byte, whatever a pool is called and wherever the API stands (decision 8)."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any
from urllib.parse import quote, unquote

import pytest
from pydantic import SecretStr

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.answers import Fate
from daemon.workspace.credentials import AccessKey

SECRET = "a-secret-of-a-test"
ODD_IDS = [
    *("a b", "%2e%2e", "~", "Ä", "日本", "a?b#c", "a%2Fb", "a/b", "%"),
    *("a\r\nX-Evil: 1", "\0", "+&=;:@!$()*,", "\u202e"),
]


def signature_of(request: Any) -> str:
    """The signature of what arrived, by the vendor's guide and none of our code."""
    path, _, query = request.target.partition("?")
    path = "/".join(quote(segment, safe="") for segment in unquote(path).split("/")) + "/"
    names = re.findall("SignedHeaders=([^,]+)", request.headers["authorization"])[0]
    lines = "".join(f"{name}:{request.headers[name]}\n" for name in names.split(";"))
    body = hashlib.sha256(request.body).hexdigest()
    canonical = f"{request.method}\n{path}\n{query}\n{lines}\n{names}\n{body}"
    to_sign = f"SDK-HMAC-SHA256\n{request.headers['x-sdk-date']}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.digest(SECRET.encode(), to_sign.encode(), "sha256").hex()


@pytest.mark.parametrize("base", ["", "/base%20path/a~b", "/%2e%2e"])
@pytest.mark.parametrize("pool_id", ODD_IDS)
async def test_odd_id_goes_out_as_it_was_signed(serve: Any, http: Any, connect: Any, base: str, pool_id: str) -> None:
    """It is one segment of the path, and the path on the wire is the path that was signed."""
    server = await serve(http(200, b'{"job_id": "j1"}'))
    client = connect(server.url + base, credentials=AccessKey("AK", SecretStr(SECRET)))
    answer = await client.act_on_pool(pool_id, Action.STOP, ActionType.SOFT)
    (request,) = server.requests
    assert answer.fate is Fate.ACCEPTED
    assert request.target == f"{base}/v2/project/desktop-pools/{quote(pool_id, safe='')}/action"
    assert request.headers["authorization"].endswith(f"Signature={signature_of(request)}")
    assert "x-evil" not in request.headers


@pytest.mark.parametrize("pool_id", ["", ".", ".."])
async def test_id_that_would_mean_another_path_goes_nowhere(serve: Any, http: Any, connect: Any, pool_id: str) -> None:
    """Refused for good, without a request."""
    server = await serve(http(200, b'{"job_id": "j1"}'))
    answer = await connect(server.url).act_on_pool(pool_id, Action.STOP, ActionType.SOFT)
    assert (answer.fate, server.requests) == (Fate.REFUSED, [])


async def test_query_goes_out_as_it_was_signed(serve: Any, http: Any, connect: Any) -> None:
    """What a library that spells addresses would write otherwise stays as it is."""
    server = await serve(http(200, b'{"jobs": [], "total_count": 0}'))
    await connect(server.url, credentials=AccessKey("AK", SecretStr(SECRET))).list_sub_jobs(job_id="a:b,@~")
    (request,) = server.requests
    assert "job_id=a%3Ab%2C%40~" in request.target
    assert request.headers["authorization"].endswith(f"Signature={signature_of(request)}")


async def test_odd_bytes_of_a_header_can_be_stored(serve: Any, http: Any, connect: Any) -> None:
    """Decoded as UTF-8 they would hold characters that no ledger can store."""
    server = await serve(http(200, b'{"job_id": "j1"}', x_request_id="req-\xff\xfe"))
    answer = await connect(server.url).act_on_pool("p", Action.STOP, ActionType.SOFT)
    assert str(answer.request_id).encode("utf-8")
