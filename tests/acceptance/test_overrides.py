"""Pauses, skips, holds and ``ensure`` with the installed command, a daemon as a process, and a simulated cloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest_asyncio

from tests.support.site import Site, a_site, schedule, soon

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Give a cloud whose desktops are quick."""
    async with a_site(tmp_path, seconds=0.2) as made:
        yield made


async def test_a_paused_pool_is_left_alone_and_the_other_is_not(site: Site) -> None:
    """The run is skipped and names its override; after resume nothing old is done (protocol 4.10)."""
    due = soon(6)
    site.file.write_text(schedule(a=f"stop at {due:%H:%M:%S}", b=f"stop at {due:%H:%M:%S}"))
    async with site.process():
        (paused,) = await site.answer("pause", "a", "--indefinitely", "--reason", "inventory")
        assert [row["pool"] for row in paused["will_skip"]][:1] == ["a"]
        assert (await site.cli("health"))[0] == 0
        assert (await site.until_over("b"))["state"] == "succeeded"
        (run,) = await site.answer("history", "--pool", "a")
        assert (run["state"], run["override"]) == ("skipped", paused["override"])
        assert run["reason"].endswith("until resumed: inventory")
        (ended,) = await site.answer("resume", "a")
        assert (ended["skipped"], ended["in_force"]) == (1, False)
        assert await site.answer("overrides") == []
        assert len(await site.answer("overrides", "--all-time")) == 1
    assert (site.actions("a"), site.states("a")) == ([], {"ACTIVE"})


async def test_a_skip_names_what_it_skips_in_the_files_zone_and_in_utc(site: Site) -> None:
    """To the person who types it (protocol 4.10)."""
    site.file.write_text(schedule().replace('"UTC"', '"Asia/Shanghai"'))
    async with site.process():
        code, out, err = await site.cli("skip", "a", "--action", "stop")
    assert (code, err) == (0, "")
    assert "skips         stop 03:00" in out
    assert "03:00 +0800 (" in out
    assert "19:00 UTC)" in out


async def test_the_end_of_a_hold_brings_the_pool_to_its_schedule(site: Site) -> None:
    """A daemon that was killed meanwhile does it when it comes back (protocol 1.1, 4.10)."""
    site.file.write_text(schedule(a=f"stop at {soon(-60):%H:%M:%S}"))
    async with site.process() as process:
        due = soon(10)  # from when the daemon is there, however long that took
        site.file.write_text(schedule(a=f"stop at {due:%H:%M:%S}"))
        until = due + timedelta(seconds=1)
        assert (await site.cli("reload"))[0] == 0
        (held,) = await site.answer("hold", "a", "on", "--until", until.isoformat())
        process.kill()
        await process.wait()
    async with site.process():
        await site.until_run(lambda row: row["origin"] == "enforce" and row["finished_at"] is not None, "a")
        rows = await site.answer("history", "--pool", "a")
        assert [(row["origin"], row["action"], row["state"]) for row in rows] == [
            ("enforce", "stop", "succeeded"),
            ("schedule", "stop", "skipped"),
        ]
        (told,) = await site.answer("overrides", "--all-time")
        assert (told["override"], told["enforced"]) == (held["override"], [rows[0]["run"]])
    assert site.states("a") == {"SHUTOFF"}


async def test_ensure_acts_on_what_is_not_as_it_should_be_only(site: Site) -> None:
    """One pool is off and to be off, the other is not (protocol 4.10)."""
    past = f"{datetime.now(UTC) - timedelta(minutes=1):%H:%M:%S}"
    site.file.write_text(schedule(a=f"stop at {past}", b=f"stop at {past}"))
    async with site.process():
        assert (await site.cli("now", "stop", "b", "--wait"))[0] == 0
        before = len(site.actions("b"))
        rehearsed = await site.answer("ensure", "--all", "--dry-run")
        assert [(row["word"]["action"], row["run"]) for row in rehearsed] == [("stop", None), ("stop", None)]
        await site.answer("ensure", "--all", "--reason", "outage")
        runs = [await site.until_over(pool) for pool in ("a", "b")]
        assert [run["state"] for run in runs] == ["succeeded", "succeeded"]
        assert runs[1]["reason"].endswith("(nothing to do)")
    assert (len(site.actions("a")), len(site.actions("b"))) == (1, before)
