"""The daemon from its start to its end, against the sandbox over real HTTP."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import httpx
import pytest

from daemon.ledger.history import history
from daemon.ledger.ledger import reading
from daemon.service import daemon as service
from daemon.service.daemon import Daemon
from daemon.timetable.schedulefile import ScheduleError
from daemon.workspace.sandbox import Fault
from tests.support.clock import ManualClock
from tests.support.house import a_house
from tests.support.site import POOLS, Site, schedule, soon

if TYPE_CHECKING:
    from pathlib import Path

INVALID = "not = a [schedule"


async def test_daemon_serves_carries_out_and_ends_in_order(site: Site) -> None:
    """Ready, an order carried out and judged by its desktops (protocol 4.5), SIGTERM, exit code 0, socket gone."""
    async with site.living(listen=":".join(map(str, site.page))) as life:
        await site.order("stop", "a")
        row = await site.until_over("a")
        async with httpx.AsyncClient(base_url="http://{}:{}".format(*site.page)) as browser:
            page = await browser.get("/")
        assert (row["state"], row["reason"]) == ("succeeded", "all 2 desktops are SHUTOFF")
        assert "<td>succeeded: all 2 desktops are SHUTOFF</td>" in page.text
        assert await life.end() == 0
    assert not site.socket.exists()
    assert [event for event, _ in site.events.all if event.startswith(("daemon.", "stop."))] == [
        "daemon.ready",
        "stop.begins",
        "daemon.ended",
    ]


async def test_scheduled_action_is_sent_within_the_second_that_it_names(site: Site) -> None:
    """The alarm, not the heartbeat, wakes for it (protocol 1.1)."""
    due = soon(1)
    site.file.write_text(schedule(a=f"stop at {due:%H:%M:%S}"))
    async with site.living():
        row = await site.until_over("a")
    (sent,) = site.actions("a")
    assert row["scheduled_at"] == f"{due:%Y-%m-%dT%H:%M:%SZ}"
    assert 0 <= (sent.at - due).total_seconds() < 1


async def test_names_are_looked_up_at_the_start(site: Site) -> None:
    """Long before anything is due (protocol 4.1)."""
    site.file.write_text('timezone = "UTC"\n[pools.a]\npolicies = ["stop at 03:00"]\n')
    async with site.living():
        await site.until(lambda: site.world.journal.entries(call="list-pools"))
        await site.until_status(lambda status: status["pools"][0]["pool_id"] == POOLS["a"])


async def test_service_manager_is_told_of_readiness_and_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """READY only once the gates are open, the watchdog from the first heartbeat on, STOPPING at once (sd_notify(3))."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(site.folder / "notify"))
        manager.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(site.folder / "notify"))
        async with site.living() as life:
            assert await life.end() == 0
        heard = []
        with suppress(BlockingIOError):
            while True:
                heard.append(manager.recv(4096).decode())
    kinds = [line.split("=")[0] for line in heard]
    assert kinds[:3] == ["WATCHDOG", "STATUS", "READY"]
    assert heard[2].startswith("READY=1\nSTATUS=next action at ")
    assert heard[-1] == "STOPPING=1\nSTATUS=stopping"


async def test_invalid_file_runs_the_last_accepted_version_loudly(site: Site) -> None:
    """In the log, status and health (protocol 3.3); mended, it is taken."""
    async with site.living():
        pass
    site.file.write_text(INVALID)
    async with site.living() as life:
        status = await site.get("/v1/status")
        code, health = await asyncio.to_thread(site.control.ask, "GET", "/v1/health")
        assert (status["schedules"]["version"], len(status["pools"])) == (1, 2)
        assert "version 1 stays" in status["schedules"]["error"]
        assert (code, health["ok"]) == (503, False)
        assert [facts["version"] for facts in site.events.of("version.kept")] == [1]
        site.file.write_text(schedule())
        life.signal(signal.SIGHUP)
        await site.until(lambda: site.events.of("schedules.read"))
        assert (await site.get("/v1/health"))["ok"]


async def test_invalid_file_without_a_version_is_an_error(site: Site) -> None:
    """Every finding in its place; the ledger is let go of, so that the next start works (protocol 3.3)."""
    site.file.write_text(INVALID)
    with pytest.raises(ScheduleError):
        await site.begin().until_ready()
    assert not site.socket.exists()
    site.file.write_text(schedule())
    async with site.living():
        assert (await site.get("/v1/status"))["schedules"]["version"] == 1


async def test_invalid_file_without_a_version_is_exit_code_2(site: Site) -> None:
    """As for every other invalid file; no trace (protocol 3.3)."""
    site.file.write_text(INVALID)
    code, _, err = await site.cli("run")
    assert (code, "Traceback" in err) == (2, False)
    assert f"{site.file}:1:" in err


async def test_sighup_reads_the_file(site: Site) -> None:
    """A new version, in force without a restart."""
    async with site.living() as life:
        site.file.write_text(schedule(a="stop at 04:00"))
        life.signal(signal.SIGHUP)
        await site.until(lambda: site.events.of("schedules.read"))
        assert (await site.get("/v1/status"))["schedules"]["version"] == 2


async def test_signals_during_the_start_are_heeded_when_it_is_over(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGHUP reads the file after the ledger's version was taken up (protocol 5.1); SIGTERM ends it, never ready."""
    bring, held, go_on = service.bring_into_force, asyncio.Event(), asyncio.Event()

    async def slowly(**parts: object) -> object:
        held.set()
        await go_on.wait()
        return await bring(**parts)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "bring_into_force", slowly)
    life = site.begin()
    await held.wait()
    life.signal(signal.SIGHUP)
    life.signal(signal.SIGTERM)
    await site.until(lambda: site.events.of("stop.begins"))
    go_on.set()
    assert await asyncio.wait_for(life.task, 10) == 0
    assert not site.events.of("daemon.ready")
    assert not life.ready.is_set()


async def test_sigterm_lets_a_request_in_flight_finish(site: Site) -> None:
    """Its answer is on record, so that the next start has nothing to guess (protocol 4.3)."""
    site.world.script(POOLS["a"], Fault(hang=0.6))
    async with site.living() as life:
        run = await site.order("stop", "a")
        await site.until(lambda: site.actions("a"))
        assert await life.end() == 0
    with reading(site.url) as conn:
        (record,) = history(conn)
    assert (record.run, record.state, record.job_id) == (run["run"], "accepted", site.actions("a")[0].job_id)


async def test_sigterm_does_not_wait_for_an_answer_for_ever(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request timeout and a little; what is open then is settled by the next start (protocol 5)."""
    monkeypatch.setattr(service, "DRAIN_BEYOND_TIMEOUT", -1.3)
    site.world.script(POOLS["a"], Fault(hang=60))
    async with site.living() as life:
        await site.order("stop", "a")
        await site.until(lambda: site.actions("a"))
        assert await life.end() == 0
    assert [facts["attempts"] for facts in site.events.of("stop.unfinished")] == [1]


async def test_second_sigterm_ends_the_process_at_once(site: Site) -> None:
    """An impatient administrator is heeded; a signal that comes twice within a second is one (shells do that)."""
    site.world.script(POOLS["a"], Fault(hang=60))
    loop = asyncio.get_running_loop()
    async with site.process(request_timeout=60) as process:
        await site.order("stop", "a")
        await site.until(lambda: site.actions("a"))
        process.terminate()
        await site.until(lambda: "stop.begins" in site.log())
        process.terminate()
        until = loop.time() + 1.2
        await site.until(lambda: loop.time() > until)
        assert process.returncode is None
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 128 + signal.SIGTERM
    assert "stop.at_once" in site.log()


async def test_signals_are_told_apart_by_the_clock_that_does_not_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One second apart they are two."""
    ended: list[int] = []
    monkeypatch.setattr("daemon.service.daemon.os._exit", ended.append)
    clock = ManualClock()
    async with a_house(tmp_path) as house:
        clouds: object = house.clouds
        daemon = Daemon(house.settings, house.ledger, clouds, clock, house.events.log)  # type: ignore[arg-type]
        daemon._asked_to_stop(signal.SIGTERM)
        clock.advance(0.9)
        daemon._asked_to_stop(signal.SIGTERM)
        assert ended == []
        clock.advance(0.1)
        daemon._asked_to_stop(signal.SIGINT)
    assert ended == [128 + signal.SIGINT]


async def test_observe_mode_sends_nothing(site: Site) -> None:
    """Everything but the writing calls: what would be sent is on record as not sent."""
    due = soon(1)
    site.file.write_text(schedule(a=f"stop at {due:%H:%M:%S}"))
    async with site.living(mode="observe"):
        await site.order("stop", "b")
        rows = [await site.until_over(pool) for pool in POOLS]
        assert (await site.get("/v1/status"))["mode"] == "observe"
    would = "observe mode: stop SOFT would have been sent"
    assert {(row["state"], row["reason"], row["attempts"]) for row in rows} == {("skipped", would, 0)}
    assert [site.actions(pool) for pool in POOLS] == [[], []]
    assert site.states("a") == site.states("b") == {"ACTIVE"}
