"""SIGKILL at every moment of a run, and a new start: nothing is lost and nothing is doubled.

Three records of the same minutes are compared: the sandbox's journal, the ledger as `history --json` and `show --json`
tell it, and the desktops. Pool `a` gets a word (a stop), pool `b` a reboot.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from daemon.workspace.sandbox import Fault
from tests.support.site import POOLS, Site, a_site, schedule, soon

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

BOTH = tuple(POOLS)


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Give a cloud whose desktops take a second for an action."""
    async with a_site(tmp_path, seconds=1.0) as made:
        yield made


async def kill(process: Process) -> None:
    """Without a warning."""
    process.kill()
    await process.wait()


async def order_both(site: Site) -> None:
    """A word for one pool, a reboot for the other."""
    await asyncio.gather(site.order("stop", "a"), site.order("reboot", "b"))


async def settled(site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    """Start again, wait for both runs, end; the detail of both as the command line shows it."""
    async with site.process():
        for pool in BOTH:
            await site.until_over(pool)
        rows = await site.answer("history")
        runs = [str(row["run"]) for row in sorted(rows, key=lambda row: row["pool"])]
        shown = await asyncio.gather(*(site.answer("show", run) for run in runs))
    assert sorted(row["pool"] for row in rows) == ["a", "b"], "an occurrence is claimed once (protocol 1.4)"
    word, reboot = shown
    for pool, run in zip(BOTH, shown, strict=True):
        assert run["reason"], "every final state has a reason (protocol 4.13)"
        assert run["finished_at"]
        sent = [entry.job_id for entry in site.actions(pool)]
        assert len(run["attempts_detail"]) == run["attempts"] >= len(sent), "every request has its attempt"
        assert {job["job_id"] for job in run["jobs"]} <= set(sent), "no job is made up"
    assert sum(entry.executed for entry in site.actions("b")) <= 1, "a reboot is never executed twice"
    return word, reboot


async def test_killed_before_the_due_instant(site: Site) -> None:
    """A restart is the same path as an ordinary evening (protocol 1.1): both are claimed for their own instant."""
    async with site.process() as process:
        due = soon(2)
        site.file.write_text(schedule(a=f"stop at {due:%H:%M:%S}", b=f"reboot at {due:%H:%M:%S}"))
        assert (await site.post("/v1/reload", accept=True))["outcome"] == "accepted"
        await kill(process)
    assert [site.actions(pool) for pool in BOTH] == [[], []]
    word, reboot = await settled(site)
    assert word["scheduled_at"] == reboot["scheduled_at"] == f"{due:%Y-%m-%dT%H:%M:%SZ}"
    assert (word["state"], reboot["state"]) == ("succeeded", "succeeded")
    assert [len(site.actions(pool)) for pool in BOTH] == [1, 1]
    assert site.states("a") == {"SHUTOFF"}


async def test_killed_while_the_requests_hang(site: Site) -> None:
    """No answer is stored: the word is sent again or judged by its desktops, the reboot looked for (protocol 5.2)."""
    for pool in BOTH:
        site.world.script(POOLS[pool], Fault(hang=60))
    async with site.process() as process:
        await order_both(site)
        await site.until(lambda: all(site.actions(pool) for pool in BOTH))
        await kill(process)
    word, reboot = await settled(site)
    assert (word["state"], reboot["state"]) == ("succeeded", "succeeded")
    assert len(site.actions("b")) == 1
    assert reboot["job_id"] == site.actions("b")[0].job_id, "its job was adopted (protocol 5.4)"
    assert site.states("a") == {"SHUTOFF"}
    assert word["attempts_detail"][0]["job_id"] is None


async def test_killed_while_a_request_that_is_never_carried_out_hangs(site: Site) -> None:
    """The word is sent again (protocol 5.2); nothing that the cloud did not do is told as done."""
    site.world.script(POOLS["a"], Fault(hang=60, execute=False))
    async with site.process() as process:
        await order_both(site)
        await site.until(lambda: site.actions("a"))
        await site.until_run(lambda row: row["job_id"] is not None, "b")
        await kill(process)
    word, _ = await settled(site)
    assert [entry.executed for entry in site.actions("a")] == [False, True]
    assert (word["state"], word["attempts"]) == ("succeeded", 2)
    assert word["job_id"] == site.actions("a")[1].job_id


async def test_killed_after_acceptance(site: Site) -> None:
    """An accepted run is looked at, whatever its age, and never sent again (protocol 5.2)."""
    async with site.process(poll_first=30, poll_every=30) as process:
        await order_both(site)
        for pool in BOTH:
            await site.until_run(lambda row: row["state"] == "accepted", pool)
        await kill(process)
    word, reboot = await settled(site)
    assert (word["state"], reboot["state"]) == ("succeeded", "succeeded")
    assert [len(site.actions(pool)) for pool in BOTH] == [1, 1]
    assert [run["job_id"] for run in (word, reboot)] == [site.actions(pool)[0].job_id for pool in BOTH]


async def test_killed_while_following_and_again_while_recovering(site: Site) -> None:
    """SIGKILL is an ordinary way to stop, twice as well (protocol 5.1)."""
    async with site.process() as process:
        await order_both(site)
        await site.until(lambda: len(site.world.journal.entries(call="show-job")) >= 2)
        await kill(process)
    async with site.process() as process:
        await kill(process)
    word, reboot = await settled(site)
    assert (word["state"], reboot["state"]) == ("succeeded", "succeeded")
    assert [len(site.actions(pool)) for pool in BOTH] == [1, 1]


async def test_killed_at_the_instant_itself(site: Site) -> None:
    """Whatever was committed by then: one run each, one execution of the reboot (protocol 1.4, 4.2)."""
    async with site.process() as process:
        due = soon(1)
        site.file.write_text(schedule(a=f"stop at {due:%H:%M:%S}", b=f"reboot at {due:%H:%M:%S}"))
        await site.post("/v1/reload", accept=True)
        await site.until(lambda: any(site.actions(pool) for pool in BOTH))
        await kill(process)
    word, reboot = await settled(site)
    assert word["state"] == "succeeded"
    assert reboot["state"] == "succeeded"
    assert site.states("a") == {"SHUTOFF"}
