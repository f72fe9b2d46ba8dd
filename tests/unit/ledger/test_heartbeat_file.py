"""The heartbeat file beside the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from daemon.ledger.heartbeat import Beat, heartbeat_path, read, write

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 23, 19, 0, 0, 123456, tzinfo=UTC)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Counter and time survive, to the microsecond, and the file is replaced whole (protocol 5.5)."""
    path = heartbeat_path(tmp_path / "ledger.db")
    write(path, Beat(1, AT))
    write(path, Beat(2, AT))
    assert read(path) == Beat(2, AT)
    assert [entry.name for entry in tmp_path.iterdir()] == ["ledger.db.heartbeat"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"count": 1}', '{"count": "x", "at": "2026-11-23T19:00:00+00:00"}',
             '{"count": 1, "at": "yesterday"}', '{"count": 1, "at": "2026-11-23T19:00:00"}'],
)  # fmt: skip
def test_file_that_is_none_tells_nothing(tmp_path: Path, text: str) -> None:
    """A cut-off or foreign file is no proof of a restored ledger (protocol 5.5)."""
    path = tmp_path / "file"
    path.write_text(text)
    assert read(path) is None


def test_missing_file_tells_nothing(tmp_path: Path) -> None:
    """A ledger that was moved without its file is an ordinary one."""
    assert read(tmp_path / "absent") is None
