"""A changed file is taken once it has settled, by its content and not by file events."""

# ruff: noqa: ASYNC240 - a few bytes in a temporary folder

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from daemon.service.reading import PatientReader
from daemon.service.watching import READ_ANYWAY_AFTER, Watcher, content_of, signature_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file."""
    path = tmp_path / "schedules.toml"
    path.write_text("one")
    return path


async def test_file_that_was_read_is_not_news(file: Path) -> None:
    """Neither at once nor later."""
    watcher = Watcher(PatientReader(file))
    assert [await watcher.settled(content_of(file), elapsed) for elapsed in (0.0, 10.0, 90.0)] == [None] * 3


async def test_change_is_taken_once_it_is_five_seconds_old(file: Path) -> None:
    """Nobody saves a file in one stroke: every further change begins the wait anew."""
    watcher, seen = Watcher(PatientReader(file)), content_of(file)
    file.write_text("two")
    assert await watcher.settled(seen, 0.0) is None
    assert await watcher.settled(seen, 4.9) is None
    file.write_text("three")
    assert await watcher.settled(seen, 5.0) is None
    assert await watcher.settled(seen, 9.9) is None
    assert await watcher.settled(seen, 10.0) == content_of(file)


async def test_change_that_is_taken_back_is_no_change(file: Path) -> None:
    """What counts is the content."""
    watcher, seen = Watcher(PatientReader(file)), content_of(file)
    file.write_text("two")
    await watcher.settled(seen, 0.0)
    file.write_text("one")
    assert await watcher.settled(seen, 6.0) is None
    file.write_text("two")
    assert await watcher.settled(seen, 7.0) is None


async def test_content_that_stays_unseen_is_told_again_after_as_long(file: Path) -> None:
    """An acceptance that the ledger could not take waits and is tried again, not every second (protocol 3.4)."""
    watcher = Watcher(PatientReader(file))
    told = [await watcher.settled("another", float(second)) is not None for second in range(12)]
    assert [second for second, is_told in enumerate(told) if is_told] == [5, 10]


async def test_swapped_symlink_is_noticed(tmp_path: Path) -> None:
    """A ConfigMap's update swaps a symlink to a folder; the file's own name stays as it was."""
    for name, text in (("v1", "one"), ("v2", "two")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "schedules.toml").write_text(text)
    (tmp_path / "..data").symlink_to("v1")
    (tmp_path / "schedules.toml").symlink_to("..data/schedules.toml")
    watcher, seen = Watcher(PatientReader(tmp_path / "schedules.toml")), content_of(tmp_path / "schedules.toml")
    assert await watcher.settled(seen, 0.0) is None
    (tmp_path / "new").symlink_to("v2")
    (tmp_path / "new").replace(tmp_path / "..data")
    assert await watcher.settled(seen, 1.0) is None
    assert await watcher.settled(seen, 6.0) == content_of(tmp_path / "v2" / "schedules.toml")


async def test_file_of_a_directory_counts_too(tmp_path: Path) -> None:
    """Added, changed, removed: each is a change of the whole."""
    (tmp_path / "a.toml").write_text("one")
    watcher, seen = Watcher(PatientReader(tmp_path), settled_after=0.0), content_of(tmp_path)
    (tmp_path / "b.toml").write_text("two")
    assert await watcher.settled(seen, 0.0) is None
    assert await watcher.settled(seen, 1.0) == content_of(tmp_path) != seen


async def test_file_that_cannot_be_read_is_told_once(file: Path) -> None:
    """Why it cannot be read is its content, so that the same is not reported every second."""
    watcher, seen = Watcher(PatientReader(file)), content_of(file)
    file.unlink()
    assert await watcher.settled(seen, 0.0) is None
    gone = await watcher.settled(seen, 5.0)
    assert gone is not None
    assert gone.startswith("unreadable: ")
    assert [await watcher.settled(gone, elapsed) for elapsed in (6.0, 11.0, 80.0)] == [None] * 3


async def test_untouched_file_is_read_once_a_minute_only(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look every second costs next to nothing; what the file system's times miss is found a minute later."""
    read: list[Path] = []

    def counted(path: Path) -> str:
        read.append(path)
        return "content"

    monkeypatch.setattr("daemon.service.watching.content_of", counted)
    watcher = Watcher(PatientReader(file))
    for elapsed in (0.0, 1.0, 59.0):
        await watcher.settled("content", elapsed)
    assert len(read) == 1
    await watcher.settled("content", READ_ANYWAY_AFTER)
    assert len(read) == 2


def test_signature_tells_a_replaced_file_of_the_same_size_and_age(file: Path, tmp_path: Path) -> None:
    """An editor writes another file and renames it; a file that is not there has no signature."""
    before = signature_of(file)
    times = file.stat()
    other = tmp_path / "other"
    other.write_text("two")
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(file)
    assert signature_of(file) != before
    file.unlink()
    assert signature_of(file) is None
    assert signature_of(tmp_path) is None
