"""Writing an administrator's files: whole or not at all, and as the same file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

import pytest

from daemon.cli import rewriting
from daemon.cli.rewriting import CannotWriteError, create_file, replace_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with nothing in it."""
    made = tmp_path / "etc"
    made.mkdir()
    return made


def test_mode_and_attributes_stay(folder: Path) -> None:
    """Neither the set-id bits nor anything else of the mode is lost; nothing is left behind."""
    path = folder / "s.toml"
    path.write_bytes(b"old")
    path.chmod(0o2640)
    try:
        os.setxattr(path, "user.note", b"CHG1")
        has_attributes = True
    except OSError:  # a file system without them
        has_attributes = False
    replace_file(path, b"old", b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o2640)
    assert [entry.name for entry in folder.iterdir()] == ["s.toml"]
    if has_attributes:
        assert os.getxattr(path, "user.note") == b"CHG1"


def test_link_goes_on_pointing_at_the_file(folder: Path) -> None:
    """The file behind it is the one that is replaced."""
    (folder / "real").mkdir()
    target, link = folder / "real" / "s.toml", folder / "s.toml"
    target.write_bytes(b"old")
    link.symlink_to(target)
    replace_file(link, b"old", b"new")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"new")


def test_what_somebody_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    """The file has another content than the one that was read."""
    path = folder / "s.toml"
    path.write_bytes(b"theirs")
    with pytest.raises(CannotWriteError, match="changed by somebody else") as caught:
        replace_file(path, b"old", b"new")
    assert caught.value.hint == "run it again"
    assert [entry.read_bytes() for entry in folder.iterdir()] == [b"theirs"]


def test_file_that_may_not_be_changed_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where its folder would let it be replaced; the mend names whose it is."""
    path = folder / "s.toml"
    path.write_bytes(b"old")

    def refused(_path: Path, _mode: int) -> bool:
        return False

    monkeypatch.setattr(os, "access", refused)
    with pytest.raises(CannotWriteError, match="may not be changed") as caught:
        replace_file(path, b"old", b"new")
    assert caught.value.hint == f"run it as {path.owner()}:{path.group()}, or as root"
    assert path.read_bytes() == b"old"


def test_file_that_would_change_hands_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who may write into the folder but not give files away; an owner without a name is told by number."""
    path = folder / "s.toml"
    path.write_bytes(b"old")
    own = Path.stat

    def stat_of(self: Path, **options: Any) -> os.stat_result:
        found = own(self, **options)
        fields = list(found[:10])
        fields[stat.ST_UID], fields[stat.ST_GID] = (2, 2) if self.name.startswith(".") else (1, 1)
        return os.stat_result(fields)

    def refuse(*_: object) -> NoReturn:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    def nameless(_self: Path) -> NoReturn:
        raise KeyError("no such user")

    monkeypatch.setattr(Path, "stat", stat_of)
    monkeypatch.setattr(Path, "owner", nameless)
    monkeypatch.setattr(os, "chown", refuse)
    with pytest.raises(CannotWriteError, match="belongs to 1:1") as caught:
        replace_file(path, b"old", b"new")
    assert caught.value.hint == "run it as 1:1, or as root"
    assert [entry.read_bytes() for entry in folder.iterdir()] == [b"old"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner_stays_where_root_formats(folder: Path) -> None:
    """A file of the service's user is still theirs."""
    path = folder / "s.toml"
    path.write_bytes(b"old")
    os.chown(path, 12345, 54321)
    replace_file(path, b"old", b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)


@pytest.mark.parametrize(
    ("number", "mend"),
    [(errno.EACCES, "a user who may write into"), (errno.ENOSPC, "with room"), (errno.EBUSY, "no mount of its own")],
)
def test_failure_of_the_system_has_a_mend_and_leaves_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, mend: str
) -> None:
    """No permission, no room, a file that is a mount point: said in words, with what to do."""
    path = folder / "s.toml"
    path.write_bytes(b"old")

    def fail(*_: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(CannotWriteError, match=os.strerror(number)) as caught:
        replace_file(path, b"old", b"new")
    assert mend in (caught.value.hint or "")
    assert [entry.read_bytes() for entry in folder.iterdir()] == [b"old"]


def test_file_is_created_once(folder: Path) -> None:
    """A second time it is there, and stays."""
    path = folder / "s.toml"
    create_file(path, b"one")
    with pytest.raises(CannotWriteError, match="exists") as caught:
        create_file(path, b"two")
    assert "--force" in (caught.value.hint or "")
    assert path.read_bytes() == b"one"


def test_folder_that_is_not_there_is_said(folder: Path) -> None:
    """With the command that makes it."""
    with pytest.raises(CannotWriteError) as caught:
        create_file(folder / "no" / "s.toml", b"one")
    assert caught.value.hint == f"make the folder first: mkdir -p {folder / 'no'}"


def test_file_that_could_not_be_written_whole_is_taken_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves nothing behind."""

    def fail(_handle: int) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(rewriting.os, "fsync", fail)
    with pytest.raises(CannotWriteError, match="No space left"):
        create_file(folder / "s.toml", b"one")
    assert list(folder.iterdir()) == []
