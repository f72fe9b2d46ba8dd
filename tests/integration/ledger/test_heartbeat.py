"""The heartbeat: how a restored ledger is told from a living one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.ledger import heartbeat
from daemon.ledger.heartbeat import Beat, beat, heartbeat_path
from daemon.ledger.ledger import open_ledger
from daemon.ledger.upkeep import back_up

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.ledger.ledger import Ledger

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


async def test_heartbeat_counts_up_in_the_ledger_and_then_in_the_file(ledger: Ledger) -> None:
    """The file has the value that was committed, and is no further (protocol 5.5)."""
    with ledger.reader() as conn:
        assert heartbeat.last(conn) is None
    await beat(ledger.writer, ledger.path, AT)
    done = await beat(ledger.writer, ledger.path, AT + timedelta(seconds=15))
    assert done == Beat(2, AT + timedelta(seconds=15))
    assert heartbeat.read(heartbeat_path(ledger.path)) == done
    with ledger.reader() as conn:
        assert heartbeat.last(conn) == done
        assert heartbeat.restored(conn, ledger.path) is None


async def test_clock_that_is_set_back_is_no_restored_ledger(ledger: Ledger) -> None:
    """The counter decides: an earlier time is written as it is (protocol 5.5)."""
    await beat(ledger.writer, ledger.path, AT)
    done = await beat(ledger.writer, ledger.path, AT - timedelta(days=1))
    assert done == Beat(2, AT - timedelta(days=1))
    with ledger.reader() as conn:
        assert heartbeat.restored(conn, ledger.path) is None


async def test_file_that_is_behind_or_missing_proves_nothing(ledger: Ledger) -> None:
    """A crash between the commit and the file, or a lost file, is an ordinary start (protocol 5.5)."""
    await beat(ledger.writer, ledger.path, AT)
    await ledger.writer.do(lambda conn: heartbeat.count_up(conn, AT))
    with ledger.reader() as conn:
        assert heartbeat.restored(conn, ledger.path) is None
        heartbeat_path(ledger.path).unlink()
        assert heartbeat.restored(conn, ledger.path) is None


async def test_backup_put_in_place_is_found_restored_once(url: str, path: Path, tmp_path: Path) -> None:
    """The file knows when the daemon was last alive; once that is dealt with, the ledger is ordinary (protocol 5.5)."""
    ledger = open_ledger(url, now=AT)
    await beat(ledger.writer, path, AT)
    back_up(url, tmp_path / "backup.db")
    for minute in range(1, 4):
        await beat(ledger.writer, path, AT + timedelta(minutes=minute))
    await ledger.aclose()
    (tmp_path / "backup.db").replace(path)

    ledger = open_ledger(url, now=AT)
    with ledger.reader() as conn:
        assert heartbeat.restored(conn, path) == AT + timedelta(minutes=3)
    await ledger.writer.do(lambda conn: heartbeat.accept_restored(conn, path))
    with ledger.reader() as conn:
        assert heartbeat.restored(conn, path) is None
    assert (await beat(ledger.writer, path, AT)).count == 5
    await ledger.aclose()


async def test_nothing_to_accept_changes_nothing(ledger: Ledger) -> None:
    """Without a file, or with one that is behind, the counter stays (protocol 5.5)."""
    await ledger.writer.do(lambda conn: heartbeat.accept_restored(conn, ledger.path))
    await beat(ledger.writer, ledger.path, AT)
    await ledger.writer.do(lambda conn: heartbeat.count_up(conn, AT))
    await ledger.writer.do(lambda conn: heartbeat.accept_restored(conn, ledger.path))
    with ledger.reader() as conn:
        assert heartbeat.last(conn) == Beat(2, AT)


async def test_file_that_cannot_be_written_is_the_callers_to_report(ledger: Ledger) -> None:
    """The heartbeat is on record all the same (protocol 5.5)."""
    heartbeat_path(ledger.path).mkdir()
    with pytest.raises(OSError, match="heartbeat"):
        await beat(ledger.writer, ledger.path, AT)
    with ledger.reader() as conn:
        assert heartbeat.last(conn) == Beat(1, AT)
