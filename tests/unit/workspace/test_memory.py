"""The in-memory twin behaves as the cloud does, as far as tests of execution rely on it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.answers import Answer, Fate, WorkspaceError
from daemon.workspace.memory import MemoryWorkspace
from daemon.workspace.port import Call

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from daemon.workspace.port import Workspace

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
SOFT = ActionType.SOFT


@pytest.fixture
def cloud() -> MemoryWorkspace:
    """A project with one pool of two desktops."""
    workspace = MemoryWorkspace(lambda: NOW)
    workspace.add_pool("p1", "Front")
    return workspace


async def test_it_is_a_workspace(cloud: MemoryWorkspace) -> None:
    """It has the port's shape, a label, a region and can be closed."""
    workspace: Workspace = cloud
    assert (workspace.credential, workspace.region, workspace.server_offset) == ("memory key", "memory-1", None)
    await workspace.list_pools()
    assert workspace.server_offset == timedelta(0)
    await workspace.aclose()
    assert cloud.closed


@pytest.mark.parametrize(
    ("action", "task", "end"),
    [
        (Action.STOP, "powering-off", "SHUTOFF"),
        (Action.START, "powering-on", "ACTIVE"),
        (Action.HIBERNATE, "hibernating", "HIBERNATED"),
        (Action.REBOOT, "rebooting", "ACTIVE"),
    ],
)
async def test_an_accepted_action_runs_until_it_is_finished(
    action: Action, task: str, end: str, cloud: MemoryWorkspace
) -> None:
    """Desktops and pool are busy while the job is open, and in the end state afterwards."""
    answer = await cloud.act_on_pool("p1", action, SOFT)
    assert (answer.fate, answer.job_id, answer.server_date) == (Fate.ACCEPTED, "job-1", NOW)
    assert [desktop.task_status for desktop in await cloud.list_desktops("p1")] == [task, task]
    assert not (await cloud.show_pool("p1")).is_steady
    assert not (await cloud.show_job("job-1")).is_terminal
    cloud.finish_all()
    assert {(desktop.status, desktop.is_idle) for desktop in await cloud.list_desktops("p1")} == {(end, True)}
    assert (await cloud.show_pool("p1")).is_steady
    assert (await cloud.show_job("job-1")).is_terminal
    assert cloud.open_jobs == []


async def test_a_job_may_fail_in_part(cloud: MemoryWorkspace) -> None:
    """A desktop that fails keeps its state and has its code, the job is COMPLETE all the same."""
    await cloud.act_on_pool("p1", Action.STOP, SOFT)
    cloud.finish("job-1", failing={"p1-2": "WKS.9"})
    parts = {sub.desktop_id: (sub.status, sub.error_code) for sub in await cloud.list_sub_jobs(job_id="job-1")}
    assert parts == {"p1-1": ("SUCCESS", None), "p1-2": ("FAILED", "WKS.9")}
    assert [desktop.status for desktop in await cloud.list_desktops("p1")] == ["SHUTOFF", "ACTIVE"]
    assert (await cloud.show_job("job-1")).status == "COMPLETE"


async def test_only_the_desktops_asked_for_are_acted_on(cloud: MemoryWorkspace) -> None:
    """The per-desktop call concerns its desktops, and the pool stays busy while any is."""
    await cloud.act_on_desktops(["p1-1"], Action.STOP, ActionType.HARD)
    await cloud.act_on_desktops(["p1-2"], Action.REBOOT, SOFT)
    cloud.finish("job-1")
    assert [desktop.status for desktop in await cloud.list_desktops("p1")] == ["SHUTOFF", "ACTIVE"]
    assert not (await cloud.show_pool("p1")).is_steady
    recorded = cloud.calls_of(Call.ACT_ON_DESKTOPS)[0]
    assert (recorded.target, recorded.type, recorded.desktop_ids) == ("p1", ActionType.HARD, ("p1-1",))


async def test_a_busy_pool_is_a_409_and_an_unknown_one_a_400(cloud: MemoryWorkspace) -> None:
    """A second action on a busy pool is refused for now, one on no pool for good (protocol 4.4)."""
    await cloud.act_on_pool("p1", Action.STOP, SOFT)
    busy = await cloud.act_on_pool("p1", Action.START, SOFT)
    unknown = await cloud.act_on_pool("p9", Action.START, SOFT)
    assert (busy.fate, busy.status) == (Fate.REFUSED_FOR_NOW, 409)
    assert (unknown.fate, unknown.error_code) == (Fate.REFUSED, "WKS.0001")


async def test_scripts_are_used_once_each_and_in_order(cloud: MemoryWorkspace) -> None:
    """Scripted answers come before ordinary ones, those for one pool before those for all."""
    cloud.script(Call.ACT_ON_POOL, Answer(Fate.LOST))
    cloud.script(Call.ACT_ON_POOL, Answer(Fate.REFUSED), WorkspaceError("x", Answer(Fate.FORBIDDEN)), target="p1")
    fates = [(await cloud.act_on_pool("p1", Action.STOP, SOFT)).fate for _ in range(4)]
    assert fates == [Fate.REFUSED, Fate.FORBIDDEN, Fate.LOST, Fate.ACCEPTED]
    assert len(cloud.calls_of(Call.ACT_ON_POOL, "p1")) == 4


async def test_a_lost_answer_may_have_been_executed(cloud: MemoryWorkspace) -> None:
    """A script can carry the action out and lose its answer."""
    cloud.script_executed(Call.ACT_ON_POOL, Answer(Fate.LOST))
    assert (await cloud.act_on_pool("p1", Action.REBOOT, SOFT)).fate is Fate.LOST
    found = await cloud.list_sub_jobs(pool_id="p1")
    assert {(sub.job_id, sub.action, sub.begin_time) for sub in found} == {("job-1", Action.REBOOT, NOW)}


async def test_a_held_call_waits_for_its_release(cloud: MemoryWorkspace) -> None:
    """A test can look at the moment between a request and its answer."""
    held = cloud.hold(Call.ACT_ON_POOL)
    acting = asyncio.create_task(cloud.act_on_pool("p1", Action.STOP, SOFT))
    await held.arrived.wait()
    assert cloud.open_jobs == []
    held.released.set()
    assert (await acting).fate is Fate.ACCEPTED


async def test_reading_calls_fail_as_scripted(cloud: MemoryWorkspace) -> None:
    """An error is raised as it is, an answer as an error that has it."""
    error = WorkspaceError("x", Answer(Fate.FORBIDDEN))
    cloud.script(Call.LIST_POOLS, error, Answer(Fate.LOST, error_msg="reset"), Answer(Fate.LOST))
    for words in ("x", "reset", "lost"):
        with pytest.raises(WorkspaceError, match=words):
            await cloud.list_pools()
    assert [pool.name for pool in await cloud.list_pools()] == ["Front"]


async def test_what_is_gone_is_gone(cloud: MemoryWorkspace) -> None:
    """Looking at a pool or job that does not exist is an error that says so."""
    await cloud.act_on_pool("p1", Action.STOP, SOFT)
    cloud.forget_job("job-1")
    cloud.remove_pool("p1")
    for look in (cloud.show_job("job-1"), cloud.show_pool("p1"), cloud.list_desktops("p1")):
        with pytest.raises(WorkspaceError) as caught:
            await look
        assert caught.value.gone
    assert await cloud.list_sub_jobs(job_id="job-1") == []


async def test_a_test_can_move_everything_by_hand(cloud: MemoryWorkspace) -> None:
    """Pools, desktops, jobs and sub-jobs can be changed, also to what the cloud does not tell."""
    await cloud.act_on_pool("p1", Action.STOP, SOFT)
    cloud.set_pool("p1", status="ERROR")
    cloud.set_desktop("p1-1", login_status="CONNECTED")
    cloud.set_job("job-1", status="FAIL")
    cloud.set_sub_jobs("job-1", action=None)
    assert (await cloud.show_pool("p1")).status == "ERROR"
    assert (await cloud.list_desktops("p1"))[0].login_status == "CONNECTED"
    assert (await cloud.show_job("job-1")).status == "FAIL"
    cloud.finish("job-1")
    assert {desktop.status for desktop in await cloud.list_desktops("p1")} == {"ACTIVE"}


async def test_reading_calls_ask_for_admission(cloud: MemoryWorkspace) -> None:
    """The same ``admit`` as the client's is entered, by reading calls only."""
    admitted: list[Call] = []

    @asynccontextmanager
    async def admit(call: Call) -> AsyncIterator[None]:
        admitted.append(call)
        yield

    workspace = MemoryWorkspace(cloud._clock, admit=admit)
    workspace.add_pool("p1")
    await workspace.show_pool("p1")
    await workspace.act_on_pool("p1", Action.STOP, SOFT)
    assert admitted == [Call.SHOW_POOL]


async def test_refreshes_are_counted_and_may_fail(cloud: MemoryWorkspace) -> None:
    """A test sees how often credentials were asked for and can refuse them; notices are recorded."""
    await cloud.refresh()
    cloud.refresh_error = WorkspaceError("none", Answer(Fate.PROJECT))
    with pytest.raises(WorkspaceError):
        await cloud.refresh()
    assert cloud.refreshes == 2
    assert (await cloud.notify_pool("p1", "bye")).fate is Fate.ACCEPTED
    assert cloud.calls_of(Call.NOTIFY_POOL)[0].message == "bye"
