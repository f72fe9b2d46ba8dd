"""The daemon and its ledger: one owner, and a backup that was put in its place."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from daemon.ledger.backup import back_up
from daemon.ledger.heartbeat import heartbeat_path, read
from daemon.service import chores
from tests.support.site import Site, schedule, soon

if TYPE_CHECKING:
    import pytest


async def test_second_daemon_on_one_ledger_is_told_whose_it_is(site: Site) -> None:
    """Host and process id, and the mend; the first one goes on (protocol 5.2)."""
    async with site.living():
        code, _, err = await site.cli("run", socket=site.folder / "other.sock")
        assert (code, "Traceback" in err) == (1, False)
        assert f"the ledger {site.ledger} is in use by process {os.getpid()}" in err
        assert "stop that one first, or set POOLPOWER_DATABASE_URL to another file" in err
        assert (await site.get("/v1/health"))["ok"]


async def test_restored_ledger_does_nothing_twice(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fell due since the backup may have been carried out: missed, "restored ledger" (protocol 5.5)."""
    monkeypatch.setattr(chores, "HEARTBEAT_EVERY", 0.2)
    due, backup = soon(2), site.folder / "backup.db"
    site.file.write_text(schedule(a=f"stop at {due:%H:%M:%S}"))
    async with site.living():
        await asyncio.to_thread(back_up, site.url, backup)
        assert (await site.until_over("a"))["state"] == "succeeded"
        beaten = read(heartbeat_path(site.ledger))
        assert beaten is not None
        await site.until(lambda: (read(heartbeat_path(site.ledger)) or beaten).count > beaten.count)
    for end in ("-wal", "-shm"):
        site.ledger.with_name(site.ledger.name + end).unlink(missing_ok=True)
    backup.replace(site.ledger)
    async with site.living():
        (row,) = await site.get("/v1/history")
    assert (row["state"], row["reason"], row["attempts"]) == ("missed", "restored ledger", 0)
    assert row["scheduled_at"] == f"{due:%Y-%m-%dT%H:%M:%SZ}"
    assert len(site.actions("a")) == 1
    assert [facts["runs"] for facts in site.events.of("ledger.restored")] == [1]
    async with site.living():
        assert len(await site.get("/v1/history")) == 1
    assert len(site.events.of("ledger.restored")) == 1
