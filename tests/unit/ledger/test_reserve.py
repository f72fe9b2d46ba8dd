"""The file that makes room when the disk is full."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from daemon.ledger.reserve import Reserve, reserve_path

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SIZE = 64 * 1024


def test_reserve_takes_up_room_until_it_is_freed(tmp_path: Path) -> None:
    """The reserve occupies real blocks, and freeing it gives them back once (protocol 7.2)."""
    reserve = Reserve(tmp_path / "ledger.db.reserve", size=SIZE)
    assert reserve.make()
    assert reserve.make()
    assert reserve.path.stat().st_blocks * 512 >= SIZE
    assert reserve.is_there
    assert reserve.free()
    assert not reserve.is_there
    assert not reserve.free()


def test_reserve_is_not_made_where_the_disk_has_little_left(tmp_path: Path) -> None:
    """A reserve that would fill the disk is none (protocol 7.2)."""
    reserve = Reserve(tmp_path / "reserve", size=1 << 62)
    assert not reserve.make()
    assert list(tmp_path.iterdir()) == []


def test_reserve_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk may fill up meanwhile: half a reserve is removed."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    assert not Reserve(tmp_path / "reserve", size=SIZE).make()
    assert list(tmp_path.iterdir()) == []


def test_disk_is_short_only_where_next_to_nothing_is_free(tmp_path: Path) -> None:
    """An ordinary disk is not short; a folder that is gone counts as full."""
    assert not Reserve(tmp_path / "reserve").disk_is_short()
    assert Reserve(tmp_path / "gone" / "reserve").disk_is_short()


def test_reserve_stands_beside_the_ledger(tmp_path: Path) -> None:
    """Room given back elsewhere would not help."""
    assert reserve_path(tmp_path / "ledger.db") == tmp_path / "ledger.db.reserve"
