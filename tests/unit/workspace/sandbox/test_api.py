"""The service without HTTP: admission, refusals, paging, the record of each request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from daemon.workspace.sandbox import Fault, Quota, World
from daemon.workspace.sandbox.api import Api
from daemon.workspace.sandbox.calls import ApiCall, Reply
from daemon.workspace.sandbox.examples import ENGINEERING, numbered_pool
from daemon.workspace.sandbox.identity import EXAMPLE_PASSWORD, EXAMPLE_PROJECT
from daemon.workspace.sandbox.signature import Received

Ask = Callable[..., Reply]
STOP = b'{"op_type": "os-stop", "type": "SOFT"}'


@pytest.fixture
def ask(world: World) -> Ask:
    """Ask without credentials."""
    return asking(Api(world, check_signatures=False))


def asking(api: Api) -> Ask:
    """Ask an API: call, body, query, headers, and the path's parameters by name."""

    def ask(call: ApiCall | None, body: bytes = b"", query: bytes = b"", **path: Any) -> Reply:
        headers = path.pop("headers", {})
        place = {"project_id": EXAMPLE_PROJECT, "pool_id": ENGINEERING, **path}
        return api.answer(call, Received("GET", b"/", query, headers, body), place, "/shown")

    return ask


def content(reply: Reply) -> Any:
    """The reply's JSON."""
    return json.loads(reply.body)


def test_accepted_action_is_on_record(ask: Ask, world: World) -> None:
    """The record says who asked for what, that it was executed, and as which job."""
    reply = ask(ApiCall.ACT_ON_POOL, STOP)
    (entry,) = world.journal.entries()
    assert (reply.status, content(reply)) == (200, {"job_id": entry.job_id})
    assert (entry.call, entry.action, entry.type, entry.user) == ("pool-action", "os-stop", "SOFT", "unchecked")
    assert (entry.executed, entry.status, entry.pool_id) == (True, 200, ENGINEERING)
    assert entry.to_json()["at"] == "2026-11-23T19:00:00Z"


def test_refusal_that_a_page_of_a_proxy_hid_has_no_code_on_record(ask: Ask, world: World) -> None:
    """The record's code is that of the answer, and a page of HTML has none."""
    ask(ApiCall.ACT_ON_POOL, STOP)
    world.script(ENGINEERING, Fault(html=504, execute=True))
    ask(ApiCall.ACT_ON_POOL, STOP)
    entry = world.journal.entries(since=1)[0]
    assert (entry.executed, entry.status, entry.error_code) == (False, 504, None)


def test_refused_action_is_on_record_as_not_executed(ask: Ask, world: World) -> None:
    """A 409 names its code in the record, and what was asked for."""
    ask(ApiCall.ACT_ON_POOL, STOP)
    reply = ask(ApiCall.ACT_ON_POOL, b'{"op_type": "reboot"}')
    entry = world.journal.entries(since=1)[0]
    assert (reply.status, content(reply)["error_code"]) == (409, "WKS.00010032")
    assert (entry.executed, entry.action, entry.error_code, entry.job_id) == (False, "reboot", "WKS.00010032", None)


@pytest.mark.parametrize(
    ("call", "body", "message"),
    [
        (ApiCall.ACT_ON_POOL, b"", "empty"),
        (ApiCall.ACT_ON_POOL, b"{", "not JSON"),
        (ApiCall.ACT_ON_POOL, b"[]", "not a JSON object"),
        (ApiCall.ACT_ON_POOL, b'{"op_type": "os-hibernate"}', "op_type is 'os-hibernate'"),
        (ApiCall.ACT_ON_POOL, b'{"op_type": 1}', "op_type is 1"),
        (ApiCall.ACT_ON_POOL, b'{"op_type": "reboot", "type": "soft"}', "type is 'soft'"),
        (ApiCall.ACT_ON_DESKTOPS, b'{"op_type": "os-stop"}', "desktop_ids must be"),
        (ApiCall.ACT_ON_DESKTOPS, b'{"desktop_ids": [], "op_type": "os-stop"}', "desktop_ids must be"),
        (ApiCall.ACT_ON_DESKTOPS, b'{"desktop_ids": [1], "op_type": "os-stop"}', "desktop_ids must be"),
        (ApiCall.ACT_ON_DESKTOPS, b'{"desktop_ids": ["x"], "op_type": "hibernate"}', "op_type is 'hibernate'"),
        (ApiCall.NOTIFY_POOL, b'{"notifications": " "}', "notifications must be"),
        (ApiCall.NOTIFY_DESKTOPS, b'{"desktop_ids": ["x"]}', "notifications must be"),
    ],
)
def test_malformed_request_is_a_400(ask: Ask, call: ApiCall, body: bytes, message: str) -> None:
    """Each call refuses what it cannot understand, the other call's spelling of hibernation included."""
    reply = ask(call, body)
    assert reply.status == 400
    assert message in content(reply)["error_msg"]


def test_more_than_a_hundred_desktops_are_refused(ask: Ask) -> None:
    """The per-desktop call takes 1 to 100."""
    body = json.dumps({"desktop_ids": ["x"] * 101, "op_type": "os-stop"}).encode()
    assert ask(ApiCall.ACT_ON_DESKTOPS, body).status == 400


@pytest.mark.parametrize("query", [b"limit=101", b"limit=-1", b"limit=x", b"offset=x", b"offset=", b"limit=%FF"])
def test_paging_beyond_the_bounds_is_a_400(ask: Ask, query: bytes) -> None:
    """No numbers, negative ones and a limit above the cap are refused."""
    assert ask(ApiCall.LIST_DESKTOPS, query=query).status == 400


def test_desktops_come_ten_at_a_time_unless_asked_otherwise(ask: Ask, world: World) -> None:
    """Default 10, at most 100; the total says how many there are."""
    world.add_pool(numbered_pool("big", "big", "B", 120))
    pages = [
        content(ask(ApiCall.LIST_DESKTOPS, query=q, pool_id="big"))
        for q in (b"", b"limit=100", b"limit=100&offset=100")
    ]
    assert [len(page["pool_desktops"]) for page in pages] == [10, 100, 20]
    assert {page["total_count"] for page in pages} == {120}


def test_filters_are_the_services(ask: Ask, world: World) -> None:
    """The name filter is fuzzy, type and status are exact; total_count counts what was found."""
    world.add_pool(numbered_pool("off", "Engineering labs", "L", 2, status="SHUTOFF"))
    world.any_pool("off").type = "DYNAMIC"
    assert content(ask(ApiCall.LIST_POOLS, query=b"name=ENGIN"))["total_count"] == 2
    assert content(ask(ApiCall.LIST_POOLS, query=b"name=labs"))["desktop_pools"][0]["id"] == "off"
    assert content(ask(ApiCall.LIST_POOLS, query=b"type=DYNAMIC&limit=1"))["total_count"] == 1
    assert content(ask(ApiCall.LIST_DESKTOPS, query=b"status=ACTIVE", pool_id="off"))["total_count"] == 0


def test_sub_jobs_are_filtered_and_paged(ask: Ask, clock: Any) -> None:
    """By job, by pool, by type, by status; limit and offset cut the rest."""
    job_id = content(ask(ApiCall.ACT_ON_POOL, STOP))["job_id"]
    by_job = content(ask(ApiCall.LIST_SUB_JOBS, query=f"job_id={job_id}&limit=2&offset=2".encode()))
    assert (by_job["total_count"], len(by_job["jobs"])) == (3, 1)
    pool = f"desktop_pool_id={ENGINEERING}&job_type="
    assert content(ask(ApiCall.LIST_SUB_JOBS, query=f"{pool}executeDesktopsAction".encode()))["total_count"] == 3
    assert content(ask(ApiCall.LIST_SUB_JOBS, query=f"{pool}operateDesktops".encode()))["total_count"] == 0
    clock.advance(10)
    assert content(ask(ApiCall.LIST_SUB_JOBS, query=b"status=SUCCESS"))["total_count"] == 3
    assert content(ask(ApiCall.LIST_SUB_JOBS, query=b"status=RUNNING"))["total_count"] == 0


def test_job_that_failed_as_a_whole_names_its_first_reason(ask: Ask, clock: Any) -> None:
    """A FAIL carries an error code and a reason; timestamps of jobs have a zone, those of sub-jobs have none."""
    job_id = content(ask(ApiCall.ACT_ON_POOL, b'{"op_type": "os-start"}'))["job_id"]
    running = content(ask(ApiCall.SHOW_JOB, job_id=job_id))
    assert (running["status"], running["end_time"], running["job_error_code"]) == ("RUNNING", None, None)
    assert running["sub_jobs"][0]["error_code"] is None
    clock.advance(1)
    ended = content(ask(ApiCall.SHOW_JOB, job_id=job_id))
    assert (ended["status"], ended["job_error_code"]) == ("FAIL", "WKS.00010032")
    assert (ended["begin_time"], ended["end_time"]) == ("2026-11-23T19:00:00.000Z", "2026-11-23T19:00:01.000Z")
    assert ended["sub_jobs"][0]["begin_time"] == "2026-11-23T19:00:00.000"


@pytest.mark.parametrize("told", [True, False])
def test_sub_jobs_tell_their_action_only_when_asked_to(ask: Ask, world: World, told: bool) -> None:
    """No source documents that a sub-job names its action, so it does only where a test wants it."""
    world.tells_action = told
    job_id = content(ask(ApiCall.ACT_ON_POOL, b'{"op_type": "hibernate"}'))["job_id"]
    assert content(ask(ApiCall.SHOW_JOB, job_id=job_id))["sub_jobs"][0].get("op_type") == (
        "hibernate" if told else None
    )
    message = content(ask(ApiCall.NOTIFY_POOL, b'{"notifications": "soon"}'))["job_id"]
    assert "op_type" not in content(ask(ApiCall.SHOW_JOB, job_id=message))["sub_jobs"][0]


def test_unknown_path_is_the_gateways_404(ask: Ask, world: World) -> None:
    """It is refused before anybody asks who is calling."""
    reply = ask(None)
    assert (reply.status, content(reply)["error_code"]) == (404, "APIGW.0101")
    assert world.journal.entries()[0].call is None


def test_unknown_project_is_forbidden(ask: Ask) -> None:
    """A project that the caller has no part in is a 403."""
    reply = ask(ApiCall.LIST_POOLS, project_id="another")
    assert (reply.status, content(reply)["error_code"]) == (403, "APIGW.0302")


def test_unsigned_request_is_unauthorised(world: World) -> None:
    """Without a token or a signature nobody gets in."""
    reply = asking(Api(world))(ApiCall.LIST_POOLS)
    assert (reply.status, content(reply)["error_code"]) == (401, "APIGW.0301")


def token_request(password: str = EXAMPLE_PASSWORD, project_id: str = EXAMPLE_PROJECT) -> bytes:
    """The body of a request for a token."""
    user = {"name": "sandbox", "password": password, "domain": {"name": "sandbox"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    return json.dumps({"auth": {"identity": identity, "scope": {"project": {"id": project_id}}}}).encode()


def test_token_opens_its_own_project_only(world: World, clock: Any) -> None:
    """A token comes with 201 in a header, opens its project, is refused for another, and expires."""
    world.identity.projects["second"] = "sandbox-2"
    ask = asking(Api(world))
    reply = ask(ApiCall.CREATE_TOKEN, token_request())
    headers = {"x-auth-token": dict(reply.headers)["X-Subject-Token"].encode()}
    assert (reply.status, content(reply)["token"]["expires_at"]) == (201, "2026-11-24T19:00:00.000000Z")
    assert ask(ApiCall.LIST_POOLS, headers=headers).status == 200
    assert ask(ApiCall.LIST_POOLS, headers=headers, project_id="second").status == 403
    assert world.journal.entries(call="list-pools")[0].user == "sandbox"
    clock.advance(86400)
    assert ask(ApiCall.LIST_POOLS, headers=headers).status == 401


def test_projects_are_listed_by_name(world: World) -> None:
    """The list of projects needs credentials but no project; a name filters exactly."""
    world.identity.projects["second"] = "sandbox-2"
    ask = asking(Api(world, check_signatures=False))
    assert len(content(ask(ApiCall.LIST_PROJECTS))["projects"]) == 2
    (only,) = content(ask(ApiCall.LIST_PROJECTS, query=b"name=sandbox-2"))["projects"]
    assert (only["id"], only["enabled"]) == ("second", True)


@pytest.mark.parametrize(
    ("body", "status", "title"),
    [
        (token_request(password="wrong"), 401, "Unauthorized"),
        (token_request(project_id="none"), 401, "Unauthorized"),
        (b'{"auth": {}}', 400, "Bad Request"),
        (b'{"auth": []}', 400, "Bad Request"),
        (b"{", 400, "Bad Request"),
    ],
)
def test_token_is_refused_in_the_identity_services_own_shape(ask: Ask, body: bytes, status: int, title: str) -> None:
    """IAM answers ``{"error": {"code", "message", "title"}}``."""
    reply = ask(ApiCall.CREATE_TOKEN, body)
    assert reply.status == status
    assert content(reply)["error"]["title"] == title


def test_throttled_request_is_a_429_and_consumes_no_script(ask: Ask, world: World) -> None:
    """The quota is the gateway's: neither the service nor its script is asked. IAM's 429 has the gateway's shape."""
    world.quota = Quota(writes=0, reads=0)
    world.script(ENGINEERING, Fault(status=500))
    for call, body in ((ApiCall.ACT_ON_POOL, STOP), (ApiCall.CREATE_TOKEN, token_request())):
        reply = ask(call, body)
        assert (reply.status, content(reply)["error_code"]) == (429, "APIGW.0308")
    assert world.scripts.waiting() == {ENGINEERING: 1}


def test_script_of_a_pool_is_for_its_actions(ask: Ask, world: World) -> None:
    """Actions of the pool consume it one by one; readings and other pools do not."""
    world.script(ENGINEERING, Fault(status=409, code="WKS.00010032", detail="busy", encoded="secret", msg="no"))
    assert ask(ApiCall.SHOW_POOL).status == 200
    refused = ask(ApiCall.ACT_ON_POOL, STOP)
    assert refused.status == 409
    assert content(refused) == {
        "error_code": "WKS.00010032",
        "error_msg": "no",
        "error_detail": "busy",
        "encoded_authorization_message": "secret",
    }
    assert ask(ApiCall.ACT_ON_POOL, STOP).status == 200


def test_script_of_a_call_may_name_a_pool(ask: Ask, world: World) -> None:
    """The one that names the pool goes first."""
    world.script("list-desktops", Fault(status=503))
    world.script(f"list-desktops {ENGINEERING}", Fault(status=500))
    assert [ask(ApiCall.LIST_DESKTOPS).status for _ in range(3)] == [500, 503, 200]


@pytest.mark.parametrize(
    ("fault", "status", "body", "content_type"),
    [
        (Fault(html=502), 502, b"502 Bad Gateway", "text/html"),
        (Fault(status=504), 504, b'{"error_msg":"Gateway Timeout"}', "application/json"),
        (Fault(status=599), 599, b'{"error_msg":"Unknown"}', "application/json"),
        (Fault(body=""), 200, b"", "text/plain; charset=utf-8"),
        (Fault(status=500, body="oops"), 500, b"oops", "text/plain; charset=utf-8"),
        (Fault(status=200, body={"errorCode": "X", "errorMsg": "Y"}), 200, b'"errorCode":"X"', "application/json"),
    ],
)
def test_scripted_answer_replaces_the_services(  # noqa: PLR0917  # one row of the table
    ask: Ask, world: World, fault: Fault, status: int, body: bytes, content_type: str
) -> None:
    """Status, page, text and every odd JSON can be scripted; the action is not carried out."""
    world.script(ENGINEERING, fault)
    reply = ask(ApiCall.ACT_ON_POOL, STOP)
    assert (reply.status, reply.content_type) == (status, content_type)
    assert body in reply.body
    assert world.sub_jobs(EXAMPLE_PROJECT, pool_id=ENGINEERING) == []


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (Fault(reset="before"), "reset before"),
        (Fault(reset="after"), "reset after"),
        (Fault(close="after"), "close after"),
        (Fault(cut=True), "cut in the body"),
        (Fault(cut="head"), "cut in the head"),
        (Fault(garbage=True), "garbage"),
    ],
)
def test_answer_that_never_arrives_has_no_status_on_record(ask: Ask, world: World, fault: Fault, answer: str) -> None:
    """The record tells what was sent instead, and whether the action was carried out."""
    world.script(ENGINEERING, fault)
    ask(ApiCall.ACT_ON_POOL, STOP)
    (entry,) = world.journal.entries()
    assert (entry.answer, entry.status, entry.executed) == (answer, None, fault.executes)
    assert entry.fault == fault.describe()


def test_success_can_lack_its_job_id(ask: Ask, world: World) -> None:
    """The action is carried out; the answer is a 200 that does not name the job."""
    world.script(ENGINEERING, Fault(no_job_id=True, headers={"Retry-After": "7"}))
    reply = ask(ApiCall.ACT_ON_POOL, STOP)
    assert (reply.status, reply.body, reply.headers) == (200, b"{}", (("Retry-After", "7"),))
    assert world.journal.entries()[0].job_id is not None


def test_refusal_stays_what_it_is_without_its_job_id(ask: Ask, world: World) -> None:
    """Only an accepted action has a job id to leave out."""
    ask(ApiCall.ACT_ON_POOL, STOP)
    world.script(ENGINEERING, Fault(no_job_id=True))
    assert content(ask(ApiCall.ACT_ON_POOL, STOP))["error_code"] == "WKS.00010032"


def test_lost_answer_to_a_refused_action_is_on_record_as_refused(ask: Ask, world: World) -> None:
    """A fault on the way back does not turn a conflict into an execution."""
    ask(ApiCall.ACT_ON_POOL, STOP)
    world.script(ENGINEERING, Fault(reset="after"))
    ask(ApiCall.ACT_ON_POOL, STOP)
    entry = world.journal.entries(since=1)[0]
    assert (entry.executed, entry.error_code, entry.answer) == (False, "WKS.00010032", "reset after")


def test_record_is_bounded_and_can_be_filtered(world: World, ask: Ask) -> None:
    """By number, call and pool."""
    ask(ApiCall.LIST_POOLS)
    ask(ApiCall.SHOW_POOL, pool_id="other")
    ask(ApiCall.ACT_ON_DESKTOPS, b'{"desktop_ids": ["a", "b"], "op_type": "reboot"}')
    assert [entry.number for entry in world.journal.entries(since=1)] == [2, 3]
    assert [entry.number for entry in world.journal.entries(pool_id="other")] == [2]
    assert world.journal.entries(call="desktops-action")[0].desktop_ids == ("a", "b")
    assert world.journal.last == 3
