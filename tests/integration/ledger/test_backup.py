# ruff: noqa: ASYNC240 - a test's own looks at its files block nobody
"""Copies of a living ledger."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from daemon.ledger import backup as backing_up
from daemon.ledger.errors import LedgerCorruptError, LedgerError, LedgerForbiddenError, LedgerMissingError
from daemon.ledger.ledger import open_ledger, reading
from daemon.ledger.upkeep import back_up, faults

if TYPE_CHECKING:
    from daemon.ledger.ledger import Ledger

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the backup goes."""
    return tmp_path / "backups" / "ledger.db"


@pytest.fixture(autouse=True)
def _folder(target: Path) -> None:
    target.parent.mkdir()


async def test_backup_of_a_living_ledger_is_a_whole_ledger(ledger: Ledger, url: str, target: Path) -> None:
    """It holds what was committed, the part in the write-ahead log too, in one file, sound (protocol 7.1)."""
    await ledger.writer.do(lambda conn: conn.exec_driver_sql("UPDATE heart SET beat = 41"))
    made = back_up(url, target)
    assert (made.path, made.revision, made.size) == (target, "0003", target.stat().st_size)
    assert names(target.parent) == ["ledger.db"]
    assert target.stat().st_mode & 0o077 == 0
    with reading(f"sqlite:///{target}") as conn:
        assert conn.exec_driver_sql("SELECT beat FROM heart").scalar_one() == 41
    assert faults(f"sqlite:///{target}") == []


async def test_daemon_keeps_its_ledger_through_a_backup(ledger: Ledger, url: str, target: Path) -> None:
    """Commits after a backup are as safe as those before (protocol 7.1)."""
    back_up(url, target)
    await ledger.writer.do(lambda conn: conn.exec_driver_sql("UPDATE heart SET beat = 42"))
    with ledger.reader() as conn:
        assert conn.exec_driver_sql("SELECT beat FROM heart").scalar_one() == 42


async def test_backup_without_a_daemon_works_as_well(url: str, target: Path) -> None:
    """A stopped daemon's ledger can be copied too."""
    await open_ledger(url, now=AT).aclose()
    assert back_up(url, target).size > 0


async def test_backup_does_not_overwrite_unless_told(ledger: Ledger, url: str, target: Path) -> None:
    """What is there stays, until it is said that it may go."""
    target.write_text("last week's")
    with pytest.raises(LedgerError, match="exists already") as caught:
        back_up(url, target)
    assert caught.value.hint
    assert target.read_text() == "last week's"
    back_up(url, target, overwrite=True)
    assert faults(f"sqlite:///{target}") == []
    assert ledger.writer.failing is None


async def test_file_that_appears_meanwhile_is_not_overwritten(
    ledger: Ledger, url: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two backups to one name at once: the second says so."""
    monkeypatch.setattr(backing_up, "_check", lambda _copy: target.write_text("another's"))
    with pytest.raises(LedgerError, match="exists already"):
        back_up(url, target)
    assert target.read_text() == "another's"
    assert names(target.parent) == ["ledger.db"]
    assert ledger.writer.failing is None


async def test_file_system_without_hard_links_gets_its_backup_too(
    ledger: Ledger, url: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A memory stick knows no hard links."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    back_up(url, target)
    assert names(target.parent) == ["ledger.db"]
    assert ledger.writer.failing is None


@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock"])
async def test_backup_never_replaces_the_ledger_itself(ledger: Ledger, url: str, name: str) -> None:
    """Not by its own name, nor by those beside it, even where overwriting is allowed (protocol 7.1)."""
    await ledger.writer.do(lambda conn: conn.exec_driver_sql("UPDATE heart SET beat = 1"))
    with pytest.raises(LedgerError, match="belongs to the ledger itself"):
        back_up(url, ledger.path.with_name(name), overwrite=True)


async def test_targets_that_cannot_be_are_said(ledger: Ledger, url: str, target: Path) -> None:
    """A folder, and a folder that is missing, are told apart."""
    with pytest.raises(LedgerError, match="is a folder") as caught:
        back_up(url, target.parent)
    assert caught.value.hint
    with pytest.raises(LedgerForbiddenError, match="no backup can be written into"):
        back_up(url, target.parent / "missing" / "ledger.db")
    assert ledger.writer.failing is None


def test_missing_ledger_has_no_backup(url: str, target: Path) -> None:
    """Nothing is made of nothing."""
    with pytest.raises(LedgerMissingError):
        back_up(url, target)
    assert names(target.parent) == []


def test_file_that_is_no_ledger_has_no_backup(url: str, path: Path, target: Path) -> None:
    """What cannot be read cannot be copied, and nothing is left behind."""
    path.parent.mkdir()
    path.write_bytes(b"no database, but long enough to have a header " * 50)
    with pytest.raises(LedgerCorruptError):
        back_up(url, target)
    assert names(target.parent) == []


async def test_damaged_ledger_is_found_by_its_backup(url: str, path: Path, target: Path) -> None:
    """A copy that is not sound does not replace the last good one; `db` commands say what SQLite found."""
    await open_ledger(url, now=AT).aclose()
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("PRAGMA writable_schema=ON")
        shell.execute(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'jobs_by_run')"
            " WHERE name = 'runs_by_pool'"
        )
        shell.commit()
    target.write_text("last good one")
    with pytest.raises(LedgerCorruptError):
        back_up(url, target, overwrite=True)
    assert target.read_text() == "last good one"
    assert names(target.parent) == ["ledger.db"]
    assert faults(url) != []


async def test_page_that_cannot_be_read_while_copying_is_the_ledgers_fault(
    ledger: Ledger, url: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Corruption that shows only in the middle of the copy is said of the ledger, not of the target."""

    def find_damage(_copy: Path) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    monkeypatch.setattr(backing_up, "_check", find_damage)
    with pytest.raises(LedgerCorruptError, match=str(ledger.path)):
        back_up(url, target)


async def test_full_target_disk_is_said(
    ledger: Ledger, url: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that does not fit leaves nothing behind, and the ledger as it was."""

    def refuse(_copy: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backing_up, "_check", refuse)
    with pytest.raises(LedgerError, match="No space left"):
        back_up(url, target)
    assert names(target.parent) == []
    assert ledger.writer.failing is None
