"""Opening a ledger: what is made, what is refused, and what is said."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from daemon.ledger import connect, filesystem
from daemon.ledger.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerForbiddenError,
    LedgerMissingError,
    LedgerOwnedError,
    LedgerSchemaError,
    LedgerUnavailable,
    NetworkFileSystemError,
)
from daemon.ledger.ledger import open_ledger, reading
from daemon.ledger.owner import OwnerLock, lock_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daemon.ledger.ledger import Ledger

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(entry.name for entry in folder.iterdir())


Unprivileged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Path]:
    """A folder that every user can reach: pytest's own are closed to others."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(dir=tmp_path.anchor + "tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def test_new_ledger_is_made_with_its_folder(url: str, path: Path) -> None:
    """A first start needs no preparation: folder, ledger, lock and reserve are made (protocol 5.1)."""
    ledger = open_ledger(url, now=AT)
    assert (ledger.upgrade.before, ledger.upgrade.after) == (None, "0003")
    assert ledger.path == path
    assert ledger.reserve.is_there
    await ledger.aclose()


async def test_commits_are_durable_and_readers_cannot_write(ledger: Ledger) -> None:
    """WAL, full synchronisation and foreign keys for the writer; a reader is refused to write (protocol 7.1)."""
    names = ("journal_mode", "synchronous", "foreign_keys")
    found = await ledger.writer.do(lambda conn: [conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names])
    assert found == ["wal", 2, 1]
    with ledger.reader() as conn, pytest.raises(Exception, match="readonly database"):
        conn.exec_driver_sql("UPDATE heart SET beat = 9")


async def test_reader_sees_one_snapshot(ledger: Ledger) -> None:
    """What is committed while a reader reads, it does not see half of (protocol 7.1)."""
    with ledger.reader() as conn:
        before = conn.exec_driver_sql("SELECT beat FROM heart").scalar_one()
        await ledger.writer.do(lambda writer: writer.exec_driver_sql("UPDATE heart SET beat = 7"))
        assert conn.exec_driver_sql("SELECT beat FROM heart").scalar_one() == before
    with ledger.reader() as conn:
        assert conn.exec_driver_sql("SELECT beat FROM heart").scalar_one() == 7


async def test_path_with_odd_characters_is_an_ordinary_path(tmp_path: Path) -> None:
    """What the URL says percent-encoded reaches SQLite as the characters that were meant."""
    folder = tmp_path / "a b#c%41?d"
    ledger = open_ledger(f"sqlite:///{quote(str(folder))}/ledger.db", now=AT)
    assert await ledger.writer.do(lambda conn: conn.exec_driver_sql("SELECT beat FROM heart").scalar_one()) == 0
    await ledger.aclose()
    assert "ledger.db" in names(folder)


async def test_second_owner_is_refused_and_told_who_the_first_is(ledger: Ledger, url: str) -> None:
    """One process owns a ledger; the other is told host, pid and since when (protocol 5.2)."""
    with pytest.raises(
        LedgerOwnedError, match=rf"process {os.getpid()} on .*, since 2026-11-23 19:00:00 UTC"
    ) as caught:
        open_ledger(url, now=AT)
    assert (caught.value.pid, caught.value.since) == (os.getpid(), AT)
    assert caught.value.hint
    assert ledger.writer.failing is None


async def test_ledger_is_free_once_closed(url: str) -> None:
    """An orderly end lets go of the lock (protocol 5.2)."""
    for _ in range(2):
        await open_ledger(url, now=AT).aclose()


def test_killed_owner_leaves_no_stale_lock(path: Path, root: Path) -> None:
    """The kernel lets go of the lock however the process ends; what the file says decides nothing (protocol 5.2)."""
    path.parent.mkdir()
    program = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path;"
        "from daemon.ledger.owner import OwnerLock;"
        "lock = OwnerLock.take(Path(sys.argv[1]), now=datetime.now(UTC)); print('taken', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "taken\n"
        with pytest.raises(LedgerOwnedError, match=f"process {other.pid} "):
            OwnerLock.take(path, now=AT)
        other.kill()
        other.wait()
        lock = OwnerLock.take(path, now=AT)
    assert lock.owner.pid == os.getpid()
    lock.release()
    lock.release()


@pytest.mark.parametrize("text", ["", "half a li", '{"host": "h"}'])
def test_owner_that_cannot_be_read_is_another_process(path: Path, text: str) -> None:
    """A lock file that is just being written names nobody, and the ledger is owned all the same (protocol 5.2)."""
    path.parent.mkdir()
    lock = OwnerLock.take(path, now=AT)
    lock_path(path).write_text(text)
    with pytest.raises(LedgerOwnedError, match="in use by another process") as caught:
        OwnerLock.take(path, now=AT)
    assert (caught.value.host, caught.value.pid, caught.value.since) == (None, None, None)
    lock.release()


def test_lock_that_cannot_be_written_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk without room for one line is said, and nothing is held."""
    path.parent.mkdir()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", refuse)
        with pytest.raises(LedgerForbiddenError, match="No space left"):
            OwnerLock.take(path, now=AT)
    OwnerLock.take(path, now=AT).release()


def test_network_file_system_is_refused_before_anything_is_made(
    url: str, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a network file system nothing is locked, made or migrated (protocol 5.2)."""
    table = tmp_path / "mountinfo"
    table.write_text(f"44 27 0:54 / {tmp_path} rw - nfs4 server:/export rw\n")
    monkeypatch.setattr(filesystem, "MOUNTS", table)
    with pytest.raises(NetworkFileSystemError, match="nfs4"):
        open_ledger(url, now=AT)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough for a header " * 200, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_file_that_is_no_database_is_refused_unharmed(url: str, path: Path, content: bytes) -> None:
    """A damaged or foreign file stays as it is, to the byte, and the lock is let go."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(LedgerCorruptError, match="not a sound SQLite database") as caught:
        open_ledger(url, now=AT)
    assert caught.value.hint
    assert path.read_bytes() == content
    with pytest.raises(LedgerError), reading(url):
        pass
    OwnerLock.take(path, now=AT).release()


def test_database_of_something_else_is_refused_unharmed(url: str, path: Path) -> None:
    """Somebody's address book is not migrated."""
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE addresses (name TEXT)")
    other.close()
    with pytest.raises(LedgerCorruptError, match="not a ledger of poolpower"):
        open_ledger(url, now=AT)


async def test_newer_ledger_is_refused_with_both_versions(url: str, path: Path) -> None:
    """A schema from a later poolpower is neither written nor read: the mend is to install that one."""
    await open_ledger(url, now=AT).aclose()
    later = sqlite3.connect(path)
    later.execute("UPDATE alembic_version SET version_num = '0099'")
    later.commit()
    later.close()
    with pytest.raises(LedgerSchemaError, match="schema 0099, this poolpower knows 0003") as caught:
        open_ledger(url, now=AT)
    assert (caught.value.found, caught.value.known) == ("0099", "0003")
    assert caught.value.hint is not None
    assert "newer" in caught.value.hint
    with pytest.raises(LedgerSchemaError), reading(url):
        pass


def test_readonly_folder_is_said(public: Path, unprivileged: Unprivileged) -> None:
    """Where the lock cannot be made, the error names the user, the ledger and the mend."""
    folder = public / "state"
    folder.mkdir(mode=0o555)
    with (
        unprivileged(),
        pytest.raises(LedgerForbiddenError, match=r"may not use the ledger .*ledger\.db\.lock") as caught,
    ):
        open_ledger(f"sqlite:///{folder}/ledger.db", now=AT)
    assert caught.value.hint
    assert list(folder.iterdir()) == []


async def test_readonly_ledger_is_said(public: Path, unprivileged: Unprivileged) -> None:
    """A ledger that may only be read is refused at start, not at the first action that is due."""
    folder = public / "state"
    url = f"sqlite:///{folder}/ledger.db"
    await open_ledger(url, now=AT).aclose()
    (folder / "ledger.db").chmod(0o444)
    for name in (".lock", ".reserve"):
        (folder / f"ledger.db{name}").unlink()
    folder.chmod(0o777)
    with unprivileged(), pytest.raises(LedgerForbiddenError, match="readonly database"):
        open_ledger(url, now=AT)


async def test_reader_of_another_user_is_told_whom_to_run_as(public: Path, unprivileged: Unprivileged) -> None:
    """`history` without a daemon, by a user who may not write the folder, says whose ledger it is."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a file that belongs to somebody else")
    folder = public / "state"
    url = f"sqlite:///{folder}/ledger.db"
    await open_ledger(url, now=AT).aclose()
    for mode, file_mode in ((0o755, 0o640), (0o755, 0o644), (0o700, 0o644)):
        folder.chmod(mode)
        (folder / "ledger.db").chmod(file_mode)
        with (
            unprivileged(),
            pytest.raises(LedgerForbiddenError, match="may not use the ledger") as caught,
            reading(url),
        ):
            pass
        assert caught.value.hint is not None
        assert "sudo -u root" in caught.value.hint


async def test_reading_beside_a_daemon_needs_no_lock(ledger: Ledger, url: str) -> None:
    """`history` reads while the daemon owns the ledger (protocol 5.2)."""
    await ledger.writer.do(lambda conn: conn.exec_driver_sql("UPDATE heart SET beat = 7"))
    with reading(url) as conn:
        assert conn.exec_driver_sql("SELECT beat FROM heart").scalar_one() == 7


def test_reading_makes_no_ledger(url: str, path: Path) -> None:
    """A reader says that there is none, and leaves none behind."""
    with pytest.raises(LedgerMissingError, match="there is no ledger"), reading(url):
        pass
    assert not path.parent.exists()


def test_reading_an_empty_file_says_what_to_do(url: str, path: Path) -> None:
    """A ledger that was never migrated has nothing to read."""
    path.parent.mkdir()
    path.touch()
    with pytest.raises(LedgerSchemaError, match="has schema none"), reading(url):
        pass


async def test_question_that_is_none_is_said_as_such(ledger: Ledger) -> None:
    """A query that SQLite refuses is an error of the ledger, not one about the disk."""
    with pytest.raises(LedgerError, match="no such table"), ledger.reader() as conn:
        conn.exec_driver_sql("SELECT * FROM absent")


def test_file_system_without_a_write_ahead_log_is_refused(
    url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where SQLite cannot keep a write-ahead log, the ledger's promises do not hold (protocol 7.1)."""

    class Stubborn(sqlite3.Connection):
        def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:
            return super().execute("SELECT 'delete'" if sql.startswith("PRAGMA journal_mode") else sql, *rest)

    path.parent.mkdir()
    monkeypatch.setattr(connect, "_open", lambda path, mode: sqlite3.connect(path, factory=Stubborn))  # noqa: ARG005
    with pytest.raises(LedgerError, match="does not carry a write-ahead log"):
        open_ledger(url, now=AT)


async def test_full_disk_at_start_is_said(url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that finds no room for its tables leaves none behind, and nothing is held (protocol 7.2)."""
    real = connect._set_up_writer

    def with_little_room(connection: sqlite3.Connection, record: object) -> None:
        real(connection, record)
        connection.execute("PRAGMA max_page_count=4")

    with monkeypatch.context() as patched:
        patched.setattr(connect, "_set_up_writer", with_little_room)
        with pytest.raises(LedgerUnavailable, match="is full"):
            open_ledger(url, now=AT)
    left = sqlite3.connect(path)
    assert left.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    left.close()
    await open_ledger(url, now=AT).aclose()


def test_ledger_with_a_second_name_is_refused(url: str, path: Path) -> None:
    """Two hard links have two locks, and two daemons would write one database (protocol 5.2)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    other = path.with_name("other.db")
    other.hardlink_to(path)
    for name in (url, f"sqlite:///{other}"):
        with pytest.raises(LedgerError, match="2 names") as caught:
            open_ledger(name, now=AT)
        assert caught.value.hint is not None
        assert "-samefile" in caught.value.hint


async def test_ledger_in_its_place_is_in_place(ledger: Ledger) -> None:
    """Commits and checkpoints do not move it (protocol 7.1)."""
    await ledger.writer.do(lambda conn: conn.exec_driver_sql("UPDATE heart SET beat = 7"))
    await ledger.tend()
    assert ledger.is_in_place() is None
    await ledger.aclose()
    assert ledger.is_in_place() is None


@pytest.mark.parametrize("name", [lambda path: path, lock_path])
@pytest.mark.parametrize("replaced", [False, True])
async def test_ledger_or_lock_that_was_taken_away_is_told(
    ledger: Ledger, path: Path, name: Callable[[Path], Path], *, replaced: bool
) -> None:
    """What is committed from then on would be lost with the file (protocol 5.2)."""
    file, aside = name(path), path.with_name("aside")
    file.rename(aside)
    if replaced:
        file.touch()
    told = ledger.is_in_place()
    assert told is not None
    assert str(file) in told
    assert "moved or deleted while in use: stop poolpower" in told
    aside.rename(file)
    assert ledger.is_in_place() is None
