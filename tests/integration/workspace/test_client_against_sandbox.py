"""The client and the simulated service speak the same protocol, signature and tokens included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.answers import Answer, Fate, WorkspaceError
from daemon.workspace.credentials import AccessKey, IamUser
from daemon.workspace.sandbox import Fault, Timing, World, create_app, serve
from daemon.workspace.sandbox.examples import ENGINEERING
from daemon.workspace.sandbox.identity import (
    EXAMPLE_ACCESS_KEY,
    EXAMPLE_PASSWORD,
    EXAMPLE_PROJECT,
    EXAMPLE_SECRET_KEY,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = AccessKey(EXAMPLE_ACCESS_KEY, SecretStr(EXAMPLE_SECRET_KEY))
USER = IamUser("sandbox", SecretStr(EXAMPLE_PASSWORD), "sandbox")
SOFT = ActionType.SOFT


@pytest.fixture
def now() -> list[datetime]:
    """The world's clock, to be moved by hand; it starts at the machine's time, which signatures go by."""
    return [datetime.now(UTC)]


@pytest.fixture
def world(now: list[datetime]) -> World:
    """The example world; actions take a minute."""
    return World.example(clock=lambda: now[0], timing=Timing.uniform(60))


@pytest.fixture
async def url(world: World) -> AsyncIterator[str]:
    """Where it is served."""
    async with serve(create_app(world)) as served:
        yield served.url


@pytest.fixture(params=[KEY, USER], ids=["key", "user"])
def client(request: pytest.FixtureRequest, url: str, now: list[datetime], connect: Any) -> Any:
    """A client with either kind of credential."""
    return connect(url, credentials=request.param, iam_endpoint=url, project_id=EXAMPLE_PROJECT, clock=lambda: now[0])


async def test_an_action_is_followed_from_request_to_end(client: Any, now: list[datetime]) -> None:
    """Pool, job, sub-jobs and desktops are read as the action moves them."""
    names = {pool.pool_id: pool for pool in await client.list_pools()}
    assert names[ENGINEERING].is_steady
    answer = await client.act_on_pool(ENGINEERING, Action.STOP, SOFT)
    assert answer.fate is Fate.ACCEPTED
    assert answer.request_id
    assert abs(client.server_offset) <= timedelta(seconds=1)
    assert not (await client.show_pool(ENGINEERING)).is_steady
    assert not (await client.show_job(answer.job_id)).is_terminal
    now[0] += timedelta(minutes=5)
    assert (await client.show_job(answer.job_id)).is_terminal
    parts = await client.list_sub_jobs(job_id=answer.job_id)
    assert {part.job_id for part in parts} == {answer.job_id}
    assert all(part.is_terminal for part in parts)
    assert {part.sub_job_id for part in await client.list_sub_jobs(pool_id=ENGINEERING)} >= {
        part.sub_job_id for part in parts
    }
    desktops = await client.list_desktops(ENGINEERING)
    assert {part.desktop_id for part in parts} == {desktop.desktop_id for desktop in desktops}
    assert all(desktop.is_idle for desktop in desktops)


async def test_desktops_are_acted_on_and_users_are_told(client: Any) -> None:
    """The per-desktop call and the message are accepted."""
    first = (await client.list_desktops(ENGINEERING))[0].desktop_id
    assert (await client.act_on_desktops([first], Action.REBOOT, SOFT)).fate is Fate.ACCEPTED
    assert (await client.notify_pool(ENGINEERING, "Feierabend in 10 Minuten ☕")).fate is Fate.ACCEPTED


async def test_a_busy_pool_and_an_unknown_one_are_refused(client: Any) -> None:
    """A second action is refused for now, one on no pool for good; a job that is not there is gone (protocol 4.4)."""
    await client.act_on_pool(ENGINEERING, Action.STOP, SOFT)
    assert (await client.act_on_pool(ENGINEERING, Action.START, SOFT)).fate is Fate.REFUSED_FOR_NOW
    assert (await client.act_on_pool("no-such-pool", Action.START, SOFT)).fate is Fate.REFUSED
    with pytest.raises(WorkspaceError) as caught:
        await client.show_job("no-such-job")
    assert caught.value.gone


@pytest.mark.parametrize(
    ("fault", "fate"),
    [
        (Fault(status=409, code="WKS.00010032"), Fate.REFUSED_FOR_NOW),
        (Fault(status=429, code="APIGW.0308", msg="over ratelimit,limit:5,time:1 minute"), Fate.REFUSED_FOR_NOW),
        (Fault(status=401, code="APIGW.0303"), Fate.PROJECT),
        (Fault(html=502), Fate.LOST),
        (Fault(no_job_id=True), Fate.LOST),
        (Fault(reset="before"), Fate.LOST),
        (Fault(reset="after"), Fate.LOST),
        (Fault(close="after"), Fate.LOST),
        (Fault(cut="head"), Fate.LOST),
        (Fault(cut="body"), Fate.LOST),
        (Fault(garbage=True), Fate.LOST),
    ],
    ids=str,
)
async def test_each_scripted_fault_is_the_class_that_it_acts_out(
    fault: Fault, fate: Fate, client: Any, world: World
) -> None:
    """What the sandbox can act out, the client tells apart (protocol 4.4)."""
    world.scripts.set(ENGINEERING, [fault])
    answer: Answer = await client.act_on_pool(ENGINEERING, Action.REBOOT, SOFT)
    assert answer.fate is fate


@pytest.mark.parametrize("is_told", [True, False])
async def test_the_action_of_a_sub_job_is_known_only_where_it_is_told(is_told: bool, client: Any, world: World) -> None:
    """Where the service says the operation, a lost reboot can be found again, else not (protocol 5.4)."""
    world.tells_action = is_told
    await client.act_on_pool(ENGINEERING, Action.REBOOT, SOFT)
    parts = await client.list_sub_jobs(pool_id=ENGINEERING)
    assert {part.action for part in parts} == {Action.REBOOT if is_told else None}


async def test_a_wrong_key_is_unauthorised(url: str, connect: Any, now: list[datetime]) -> None:
    """The sandbox checks signatures, and ours with another secret does not pass."""
    wrong = AccessKey(EXAMPLE_ACCESS_KEY, SecretStr("another"))
    client = connect(url, credentials=wrong, project_id=EXAMPLE_PROJECT, clock=lambda: now[0])
    assert (await client.act_on_pool(ENGINEERING, Action.STOP, SOFT)).fate is Fate.UNAUTHORISED


async def test_a_clock_that_is_off_halts_the_project(url: str, connect: Any, now: list[datetime]) -> None:
    """Sixteen minutes are too many, and the code says that it is the clock (protocol 4.4)."""
    off = now[0] + timedelta(minutes=16)
    client = connect(url, credentials=KEY, project_id=EXAMPLE_PROJECT, clock=lambda: off)
    assert (await client.act_on_pool(ENGINEERING, Action.STOP, SOFT)).fate is Fate.PROJECT
    assert client.server_offset < timedelta(minutes=-15)
