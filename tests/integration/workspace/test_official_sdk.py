"""The vendor's official SDK is the judge of the sandbox and of our signatures: both were written from a description."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.workspace import signing
from daemon.workspace.sandbox import Timing, World, create_app, serve
from daemon.workspace.sandbox.examples import CALL_CENTRE
from daemon.workspace.sandbox.identity import (
    EXAMPLE_ACCESS_KEY,
    EXAMPLE_PROJECT,
    EXAMPLE_SECRET_KEY,
    KeyPair,
)
from daemon.workspace.sandbox.refusals import Refusal
from daemon.workspace.sandbox.signature import Received, check_signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HERE = Path(__file__).parent
AT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _sdk() -> None:
    """The SDK pins an exact pymongo, so a user's machine may be without it; in CI its absence would hide all this."""
    if importlib.util.find_spec("huaweicloudsdkworkspace") is None:
        reason = "huaweicloudsdkworkspace is not installed (requirements/test.txt has it)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A home directory that the SDK may write to, and no proxy between it and the sandbox."""
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return {**kept, "HOME": str(tmp_path_factory.mktemp("home")), "NO_PROXY": "*"}


class Sign(Protocol):
    """Asks the official signer."""

    def __call__(self, request: Mapping[str, object]) -> dict[str, str]:
        """Returns its ``authorization`` and the ``uri`` it would send."""
        ...


@pytest.fixture(scope="module")
def official(environment: dict[str, str]) -> Iterator[Sign]:
    """The official signer, in one process for all examples."""
    command = [sys.executable, str(HERE / "official_sdk_signer.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def sign(request: Mapping[str, object]) -> dict[str, str]:
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
            answer: dict[str, str] = json.loads(stdout.readline())
            return answer

        yield sign


@pytest.fixture
async def day(environment: dict[str, str]) -> tuple[dict[str, Any], World]:
    """What the SDK saw of a sandbox that checks its signatures, and the sandbox's world."""
    world = World.example(timing=Timing.uniform(3600))
    async with serve(create_app(world)) as served:
        keys = (EXAMPLE_ACCESS_KEY, EXAMPLE_SECRET_KEY, EXAMPLE_PROJECT)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / "official_sdk_client.py"),
            served.url,
            *keys,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return json.loads(out), world


async def test_official_sdk_works_with_the_sandbox(day: tuple[dict[str, Any], World]) -> None:
    """It lists pools, acts, meets a 409 as its own exception, and follows the job to its sub-jobs and desktops."""
    seen, world = day
    assert (seen["total"], seen["pool"]["id"], seen["pool"]["status"]) == (1, CALL_CENTRE, "STEADY")
    assert seen["conflict"] | {"request_id": "", "msg": ""} == {
        "type": "ClientRequestException",
        "status": 409,
        "code": "WKS.00010032",
        "msg": "",
        "request_id": "",
    }
    assert seen["conflict"]["msg"].startswith("Operation conflict.")
    assert seen["conflict"]["request_id"] == world.journal.entries(call="pool-action")[1].request_id
    assert (seen["job"]["id"], seen["job"]["status"], seen["job"]["sub_jobs_total"]) == (seen["job_id"], "RUNNING", 8)
    assert {part["status"] for part in seen["sub_jobs"]["jobs"]} == {"RUNNING"}
    assert {desktop["task_status"] for desktop in seen["desktops"]["pool_desktops"]} == {"powering-off"}
    assert (seen["missing"]["status"], seen["missing"]["type"]) == (404, "ClientRequestException")


async def test_everything_the_official_sdk_did_is_on_record(day: tuple[dict[str, Any], World]) -> None:
    """The journal names the accepted actions with their jobs, and says that the refused one was not executed."""
    seen, world = day
    first, second = world.journal.entries(call="pool-action")
    assert (first.action, first.type, first.executed, first.job_id) == ("os-stop", "SOFT", True, seen["job_id"])
    assert (second.action, second.executed, second.status) == ("reboot", False, 409)
    (hibernation,) = world.journal.entries(call="desktops-action")
    assert (hibernation.action, hibernation.job_id) == ("os-hibernate", seen["hibernated"])
    assert world.any_pool(CALL_CENTRE).messages[-1].endswith("bitte speichern.")


POOL_FIELDS = (
    "id name type status desktop_count desktop_used enable_autoscale autoscale_policy in_maintenance_mode"
    " enterprise_project_id tags created_time"
)
DESKTOP_FIELDS = (
    "desktop_id computer_name status task_status login_status metadata is_freeze in_maintenance_mode user_name"
)
JOB_FIELDS = "id job_type begin_time status sub_jobs_total sub_jobs"
SUB_JOB_FIELDS = "id job_id job_type status begin_time process entities"


async def test_sdk_models_find_every_field_that_the_reference_names(day: tuple[dict[str, Any], World]) -> None:
    """No field of a pool, desktop, job or sub-job that the reference names is missing from the SDK's models."""
    seen, _ = day
    for thing, fields in (
        (seen["pool"], POOL_FIELDS),
        (seen["detail"], POOL_FIELDS),
        (seen["desktops"]["pool_desktops"][0], DESKTOP_FIELDS),
        (seen["job"], JOB_FIELDS),
        (seen["sub_jobs"]["jobs"][0], SUB_JOB_FIELDS),
    ):
        missing = [name for name in fields.split() if thing.get(name) is None]
        assert missing == []
    entities = seen["sub_jobs"]["jobs"][0]["entities"]
    assert all(entities[name] for name in ("desktop_id", "desktop_name", "user_name", "ip_address"))


# Header values are what httpx and aiohttp can send as they are; control characters are refused long before a signature.
_WORDS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F, exclude_characters="\x7f"), max_size=12)
_SEGMENTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_characters="/%?#\x7f"), max_size=10)
_REQUESTS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
        "host": st.sampled_from(["workspace.cn-north-4.myhuaweicloud.com", "127.0.0.1:8080", "[::1]:443"]),
        "path": st.lists(_SEGMENTS, max_size=5).map(lambda parts: "/v2/" + "/".join(parts)),
        "query": st.lists(st.tuples(_WORDS, _WORDS), max_size=4),
        "body": st.one_of(st.just(""), st.text(max_size=80)),
        "project": st.one_of(st.none(), st.text("abcdef0123456789", min_size=1, max_size=32)),
        "token": st.one_of(st.none(), st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)),
        "sk": st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40),
    }
)
_few = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def _headers(drawn: Mapping[str, Any]) -> dict[str, str]:
    optional = {"X-Project-Id": drawn["project"], "X-Security-Token": drawn["token"]}
    return {
        "Content-Type": "application/json",
        "Host": drawn["host"],
        "X-Sdk-Date": signing.signing_date(AT),
        **{name: value for name, value in optional.items() if value is not None},
    }


def _official(official: Callable[[Mapping[str, object]], dict[str, str]], drawn: Mapping[str, Any]) -> dict[str, str]:
    asked = {key: drawn[key] for key in ("method", "host", "path", "query", "body", "sk")}
    return official({**asked, "ak": "AK", "headers": _headers(drawn)})


@_few
@given(drawn=_REQUESTS)
def test_our_signature_is_the_official_signers(official: Sign, drawn: dict[str, Any]) -> None:
    """For any request, our signer gives the official signer's Authorization, and the query as it would be sent."""
    expected = _official(official, drawn)
    query = signing.canonical_query(drawn["query"])
    ours = signing.authorization(
        drawn["method"],
        drawn["path"],
        query,
        _headers(drawn),
        drawn["body"].encode(),
        access_key="AK",
        keyed=signing.keyed_with(drawn["sk"]),
    )
    assert ours == expected["authorization"]
    assert expected["uri"].removeprefix(drawn["path"]).removeprefix("?") == query


@_few
@given(drawn=_REQUESTS, other=st.sampled_from(["method", "path", "body", "query", "sk"]))
def test_sandbox_accepts_the_official_signature_and_no_other(official: Sign, drawn: dict[str, Any], other: str) -> None:
    """For any request, the sandbox accepts what the official signer signed, and refuses it once a part is changed."""
    signed = _official(official, drawn)
    pair = KeyPair("AK", drawn["sk"], drawn["token"])
    received = _received(drawn, signed["authorization"])
    assert check_signature(received, {"AK": pair}, AT) is pair
    changed = {**drawn, other: _changed(drawn[other])}
    keys = {"AK": KeyPair("AK", changed["sk"], drawn["token"])}
    tampered = _received(changed, signed["authorization"])
    with pytest.raises(Refusal) as refusal:
        check_signature(tampered, keys, AT)
    assert (refusal.value.status, refusal.value.code) == (401, "APIGW.0301")


def _changed(value: str | list[tuple[str, str]]) -> object:
    return value + "x" if isinstance(value, str) else [*value, ("added", "1")]


def _received(drawn: Mapping[str, Any], authorization: str) -> Received:
    headers = {name.lower(): value.encode() for name, value in _headers(drawn).items()}
    return Received(
        drawn["method"],
        quote(drawn["path"]).encode(),
        signing.canonical_query(drawn["query"]).encode(),
        {**headers, "authorization": authorization.encode()},
        drawn["body"].encode(),
    )
