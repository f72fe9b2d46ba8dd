"""What is said when SQLite fails, and what to do about it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from daemon.errors import PoolpowerError
from daemon.ledger import errors

if TYPE_CHECKING:
    from collections.abc import Callable

LEDGER = Path("/var/lib/poolpower/ledger.db")


def failure(code: int, words: str = "what SQLite says") -> sqlite3.OperationalError:
    """An error as SQLite raises it."""
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (sqlite3.SQLITE_FULL, errors.LedgerFull, "is full"),
        (sqlite3.SQLITE_BUSY, errors.LedgerUnavailable, "locked by another program"),
        (sqlite3.SQLITE_READONLY, errors.LedgerUnavailable, "cannot be written"),
        (sqlite3.SQLITE_IOERR_FSYNC, errors.LedgerUnavailable, "a commit to the ledger"),
    ],
)
def test_failed_commit_names_the_ledger_the_cause_and_the_mend(
    code: int, kind: type[errors.LedgerUnavailable], says: str
) -> None:
    """Each way for a commit to fail has its own sentence and its own mend (protocol 7.2)."""
    error = errors.unavailable(failure(code), LEDGER)
    assert type(error) is kind
    assert says in error.message
    assert str(LEDGER) in error.message
    assert "what SQLite says" in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_NOTADB, errors.LedgerCorruptError),
        (sqlite3.SQLITE_CORRUPT, errors.LedgerCorruptError),
        (sqlite3.SQLITE_CANTOPEN, errors.LedgerForbiddenError),
        (sqlite3.SQLITE_READONLY_DIRECTORY, errors.LedgerForbiddenError),
        (sqlite3.SQLITE_FULL, errors.LedgerFull),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, errors.LedgerUnavailable),
        (sqlite3.SQLITE_ERROR, errors.LedgerError),
    ],
)
def test_ledger_that_cannot_be_opened_says_why(code: int, kind: type[errors.LedgerError]) -> None:
    """What SQLite reports on opening becomes one of our errors, by its primary result code."""
    error = errors.unusable(failure(code), LEDGER)
    assert type(error) is kind
    assert error.hint


def test_result_code_is_found_behind_sqlalchemy() -> None:
    """SQLAlchemy wraps the driver's errors; extended codes are reduced to the primary one."""
    wrapped = OperationalError("INSERT", {}, failure(sqlite3.SQLITE_IOERR_WRITE))
    assert errors.sqlite_code(wrapped) == sqlite3.SQLITE_IOERR
    assert errors.ruins_transaction(wrapped)
    assert errors.unavailable(wrapped, LEDGER).message.endswith("what SQLite says")


def test_errors_that_are_not_sqlites_ruin_no_transaction() -> None:
    """A unit's own mistake, or a broken constraint, costs the unit only (protocol 7.1)."""
    assert errors.sqlite_code(ValueError("no")) is None
    assert not errors.ruins_transaction(ValueError("no"))
    assert not errors.ruins_transaction(failure(sqlite3.SQLITE_CONSTRAINT_UNIQUE))


def test_error_without_words_is_named_by_its_kind() -> None:
    """A message never ends in nothing."""
    assert "OperationalError" in errors.unavailable(failure(sqlite3.SQLITE_IOERR, ""), LEDGER).message


def test_forbidden_says_whom_to_run_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the ledger belongs to somebody else, the mend is to run as that user."""
    ledger = tmp_path / "ledger.db"
    ledger.touch()
    monkeypatch.setattr(os, "geteuid", lambda: 424242)
    error = errors.forbidden(ledger, "no")
    assert error.message.startswith("uid 424242 may not use the ledger")
    assert error.hint is not None
    assert "sudo -u" in error.hint


def test_forbidden_to_the_owner_points_at_permissions(tmp_path: Path) -> None:
    """The owner of a ledger is not told to run as the owner."""
    error = errors.forbidden(tmp_path / "ledger.db", "no")
    assert error.hint is not None
    assert "permissions" in error.hint


def test_forbidden_copes_with_a_folder_that_cannot_be_seen() -> None:
    """Where nothing can be looked at, the permissions are what to look at."""
    error = errors.forbidden(Path("/nonexistent/folder/ledger.db"), "no")
    assert error.hint is not None
    assert "permissions" in error.hint


def test_all_ledger_errors_are_ours() -> None:
    """Every one of them is printed as message and hint, never as a traceback."""
    assert issubclass(errors.LedgerError, PoolpowerError)
    assert all(
        issubclass(kind, errors.LedgerError) for kind in vars(errors).values() if isinstance(kind, type)
        and kind.__module__ == errors.__name__
    )  # fmt: skip


@pytest.mark.parametrize("free", [0, errors.SHORT_BYTES])
@pytest.mark.parametrize("say", [errors.unavailable, errors.unusable])
def test_io_error_with_no_room_left_is_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[..., errors.LedgerError], free: int
) -> None:
    """SQLite calls a disk that is full in the middle of a write an input/output error (protocol 7.2)."""
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=free, f_frsize=1))
    error = say(failure(sqlite3.SQLITE_IOERR_WRITE), tmp_path / "ledger.db")
    assert isinstance(error, errors.LedgerFull) == (free == 0)
    assert error.hint is not None
    assert ("free some space" in error.hint) == (free == 0)
