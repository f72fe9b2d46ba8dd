"""Reading schedule files from disk."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from daemon.timetable.schedulefile import ScheduleError, read_schedule, source

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.timetable.schedulefile import Finding


def refused(path: Path) -> tuple[Finding, ...]:
    """The findings with which a path is refused."""
    with pytest.raises(ScheduleError) as raised:
        read_schedule(path)
    return raised.value.findings


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    """Line ends and a byte order mark are kept, so that the hash is that of the file's bytes."""
    content = b"\xef\xbb\xbfa = 1\r\n"
    path = tmp_path / "schedules.toml"
    path.write_bytes(content)
    found = read_schedule(path)
    assert found.texts == ((str(path), "\ufeffa = 1\r\n"),)
    assert found.hash == hashlib.sha256(content).hexdigest()
    assert found.path == path


def test_a_directory_is_read_in_name_order(tmp_path: Path) -> None:
    """Only ``*.toml`` files count, hidden ones and folders do not."""
    for name in ("b.toml", "a.toml", ".hidden.toml", "note.txt"):
        (tmp_path / name).write_text(f"# {name}")
    (tmp_path / "folder.toml").mkdir()
    assert [text for _, text in read_schedule(tmp_path).texts] == ["# a.toml", "# b.toml"]


def test_the_hash_of_a_directory_is_that_of_the_sums_of_its_files(tmp_path: Path) -> None:
    """It is what ``sha256sum *.toml | sha256sum`` prints there."""
    (tmp_path / "a.toml").write_text("one")
    (tmp_path / "b.toml").write_text("two")
    sums = "".join(
        f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in (("a.toml", b"one"), ("b.toml", b"two"))
    )
    assert read_schedule(tmp_path).hash == hashlib.sha256(sums.encode()).hexdigest()


def test_a_directory_without_files_is_refused(tmp_path: Path) -> None:
    """An empty directory is a mistake, not an empty schedule."""
    assert refused(tmp_path)[0].message == "the directory has no *.toml files"


def test_a_missing_file_is_refused_with_the_mend(tmp_path: Path) -> None:
    """The finding names the file and how to get one."""
    finding = refused(tmp_path / "schedules.toml")[0]
    assert finding.message == "does not exist"
    assert finding.hint
    assert str(finding).startswith(f"{tmp_path}/schedules.toml: does not exist\n")


def test_every_unreadable_file_of_a_directory_is_told(tmp_path: Path) -> None:
    """All errors are reported at once, also when nothing can be parsed yet."""
    (tmp_path / "a.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b.toml").write_bytes(b"\xff")
    (tmp_path / "c.toml").write_text("")
    assert [finding.message for finding in refused(tmp_path)] == [
        "does not exist",
        "the file is not UTF-8: found the byte 0xff",
    ]


def test_a_file_without_permission_is_refused_with_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mend names the permission, not the file's content."""
    path = tmp_path / "schedules.toml"
    path.write_text("")

    def deny(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", deny)
    finding = refused(path)[0]
    assert "may not be read" in finding.message
    assert "chmod" in (finding.hint or "")


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    """Any other error of the system is passed on in its words."""
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file" / "schedules.toml")[0].message == "cannot be read: Not a directory"


def test_a_directory_that_cannot_be_listed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error while listing is told like one while reading."""

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(type(tmp_path), "glob", fail)
    assert refused(tmp_path)[0].message == "cannot be read: Input/output error"


def test_bytes_that_are_no_utf8_are_placed_by_characters(tmp_path: Path) -> None:
    """Line and column count the characters before the first wrong byte."""
    path = tmp_path / "schedules.toml"
    path.write_bytes('a = 1\nb = "Köln M\xfcnchen"\n'.encode("latin-1").replace(b"\xf6", "ö".encode()))
    finding = refused(path)[0]
    assert (finding.line, finding.column, finding.end_column) == (2, 12, 13)
    assert finding.excerpt == 'b = "Köln M\ufffdnchen"\n           ^'
    assert "UTF-8" in (finding.hint or "")


def test_a_huge_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the limit is read, whatever the file's size; a directory has one limit for all of its files."""
    monkeypatch.setattr(source, "LARGEST", 3)
    (tmp_path / "a.toml").write_text("abc")
    (tmp_path / "b.toml").write_text("d")
    assert [os.path.basename(finding.file) for finding in refused(tmp_path)] == ["b.toml"]  # noqa: PTH119
    assert read_schedule(tmp_path / "a.toml").texts[0][1] == "abc"


def test_a_pipe_is_refused_without_being_opened(tmp_path: Path) -> None:
    """To open one would wait for a writer, for ever."""
    pipe = tmp_path / "s.toml"
    os.mkfifo(pipe)
    with pytest.raises(ScheduleError, match="is no regular file"):
        read_schedule(pipe)
