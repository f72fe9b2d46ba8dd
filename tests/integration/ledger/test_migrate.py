"""Migrations: carried out at start, all or nothing, and alembic left alone where there is nothing to do."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from daemon.ledger import migrate as migrating
from daemon.ledger.errors import LedgerError
from daemon.ledger.migrate import NEWEST, REVISIONS, migrate
from daemon.ledger.upkeep import upgrade

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger that is not there yet, in a folder that is."""
    return tmp_path / "ledger.db"


def tables(path: Path) -> set[str]:
    """What is in a database."""
    connection = sqlite3.connect(path)
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


def test_revisions_listed_are_those_that_travel() -> None:
    """The list that is read without alembic is the one that alembic finds, in its order."""
    config = Config()
    config.set_main_option("script_location", "daemon.ledger:migrations")
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def test_empty_file_is_brought_to_the_newest_revision(path: Path) -> None:
    """A first migration makes the ledger, a second one finds nothing to do."""
    first, second = migrate(path), migrate(path)
    assert (first.before, first.after, first.changed) == (None, NEWEST, True)
    assert (second.before, second.after, second.changed) == (NEWEST, NEWEST, False)
    assert {"runs", "attempts", "jobs", "versions", "overrides", "heart"} <= tables(path)


def test_failed_migration_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks half-way is taken back whole, tables included, and the next start does it all again."""

    def break_down(_connection: object) -> None:
        raise sqlite3.OperationalError("half-way")

    with monkeypatch.context() as patched:
        patched.setattr(migrating, "_refuse_dangling", break_down)
        with pytest.raises(LedgerError, match="half-way"):
            migrate(path)
    assert tables(path) == set()
    assert migrate(path).changed


def test_migration_that_leaves_dangling_rows_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Foreign keys are off while tables are made anew, so they are looked at before the commit."""
    migrate(path)
    damaged = sqlite3.connect(path)
    damaged.execute("INSERT INTO overrides (pool_no, kind, starts_at, created_at) VALUES (99, 'pause', 0, 0)")
    damaged.commit()
    damaged.close()
    monkeypatch.setattr(migrating, "NEWEST", "9999")
    monkeypatch.setattr(migrating, "_run_alembic", lambda _connection: None)
    with pytest.raises(LedgerError, match="a row of overrides that refers to nothing"):
        migrate(path)


def test_start_without_a_migration_does_not_import_alembic(path: Path, root: Path) -> None:
    """Alembic takes longer to import than all else together: most starts do without it."""
    migrate(path)
    program = (
        "import sys; from pathlib import Path; from daemon.ledger.migrate import migrate;"
        "migrate(Path(sys.argv[1])); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, path], cwd=root, check=False).returncode == 0


def test_upgrade_takes_the_owner_lock(path: Path) -> None:
    """`db upgrade` owns the ledger while it works and lets go of it (protocol 5.2)."""
    from datetime import UTC, datetime

    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert upgrade(f"sqlite:///{path}", now=now).changed
    assert not upgrade(f"sqlite:///{path}", now=now).changed
    assert path.with_name("ledger.db.lock").exists()
