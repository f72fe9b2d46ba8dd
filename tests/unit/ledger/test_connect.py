"""Which file a database URL means."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.ledger.connect import create_file, create_folder, ledger_path
from daemon.ledger.errors import LedgerForbiddenError, LedgerUrlError


def test_four_slashes_name_an_absolute_path(tmp_path: Path) -> None:
    """`sqlite:////var/lib/…` is the file /var/lib/…, blanks and question marks of folder names included."""
    assert ledger_path(f"sqlite:///{tmp_path}/a ledger.db") == tmp_path / "a ledger.db"


def test_three_slashes_name_a_path_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is made absolute at once, so that a daemon that changes folder keeps its ledger."""
    monkeypatch.chdir(tmp_path)
    assert ledger_path("sqlite:///ledger.db") == tmp_path / "ledger.db"


def test_links_are_resolved_so_that_one_ledger_has_one_lock(tmp_path: Path) -> None:
    """A ledger reached over a link is the ledger that the link means (protocol 5.2)."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert ledger_path(f"sqlite:///{tmp_path}/link/ledger.db") == tmp_path / "real" / "ledger.db"


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tilde is the user's home, not a folder of that name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ledger_path("sqlite:///~/ledger.db") == tmp_path / "ledger.db"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ledger.db", "cannot be read"),
        ("postgresql://scheduler:canary@db/poolpower", "ledger on postgresql is not supported"),
        ("mysql://db/poolpower", "ledger on mysql is not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///ledger.db?mode=memory", "names no file"),
        ("sqlite:///file:ledger.db", "names no file"),
        ("sqlite://host/ledger.db", "names no file"),
    ],
)
def test_what_names_no_sqlite_file_is_refused(url: str, says: str) -> None:
    """Anything but a plain SQLite file is refused with an example, and the URL, which may hold a password, unsaid."""
    with pytest.raises(LedgerUrlError, match=says) as caught:
        ledger_path(url)
    assert caught.value.hint is not None
    assert "sqlite:////" in caught.value.hint
    assert "canary" not in caught.value.message + caught.value.hint


def test_folder_is_no_ledger(tmp_path: Path) -> None:
    """A URL that names a folder is told what to write instead."""
    with pytest.raises(LedgerUrlError, match="is a folder") as caught:
        ledger_path(f"sqlite:///{tmp_path}")
    assert caught.value.hint == f"write {tmp_path}/ledger.db"


def test_new_folder_and_file_are_closed_to_others(tmp_path: Path) -> None:
    """A folder made for a ledger is 0750, a new ledger 0640 at most; an existing one keeps its mode."""
    ledger = tmp_path / "state" / "ledger.db"
    create_folder(ledger)
    create_file(ledger)
    assert ledger.parent.stat().st_mode & 0o777 & ~0o750 == 0
    assert ledger.stat().st_mode & 0o777 & ~0o640 == 0
    ledger.chmod(0o600)
    create_folder(ledger)
    create_file(ledger)
    assert ledger.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["file/ledger.db", "file/deeper/ledger.db"])
def test_file_where_the_folder_should_be_is_said(tmp_path: Path, name: str) -> None:
    """A ledger cannot stand below a file."""
    (tmp_path / "file").touch()
    with pytest.raises(LedgerForbiddenError, match="is not a folder"):
        create_folder(tmp_path / name)


def test_folder_that_cannot_be_made_is_said() -> None:
    """Where the folder cannot be made, the error is ours and names the ledger."""
    with pytest.raises(LedgerForbiddenError, match=r"/proc/poolpower/ledger\.db"):
        create_folder(Path("/proc/poolpower/ledger.db"))


def test_mistyped_place_leaves_no_folders_behind(tmp_path: Path) -> None:
    """As root every folder can be made: no more than the last two are, and what is missing is said."""
    create_folder(tmp_path / "poolpower" / "site" / "ledger.db")
    assert (tmp_path / "poolpower" / "site").is_dir()
    with pytest.raises(LedgerForbiddenError, match=rf"{tmp_path}/vra is missing, of it there is {tmp_path} only"):
        create_folder(tmp_path / "vra" / "lib" / "poolpower" / "ledger.db")
    assert not (tmp_path / "vra").exists()


def test_everything_is_made_below_the_users_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new account has no folder for state yet."""
    monkeypatch.setenv("HOME", str(tmp_path))
    create_folder(tmp_path / ".local" / "state" / "poolpower" / "ledger.db")
    assert (tmp_path / ".local" / "state" / "poolpower").is_dir()


def test_user_without_a_folder_is_left_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the folder can be made is then its answer."""

    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(LedgerForbiddenError, match="/proc/a"):
        create_folder(Path("/proc/a/b/c/ledger.db"))


def test_file_that_cannot_be_made_is_said() -> None:
    """Where the file cannot be made, likewise."""
    with pytest.raises(LedgerForbiddenError, match=r"/proc/ledger\.db"):
        create_file(Path("/proc/ledger.db"))


@pytest.mark.parametrize("name", ["loop", "loop/ledger.db"])
def test_links_that_go_round_are_said(tmp_path: Path, name: str) -> None:
    """A link that leads to itself is named, with the mend."""
    (tmp_path / "loop").symlink_to(tmp_path / "back")
    (tmp_path / "back").symlink_to(tmp_path / "loop")
    with pytest.raises(LedgerUrlError, match="round in a circle") as caught:
        ledger_path(f"sqlite:///{tmp_path}/{name}")
    assert caught.value.hint is not None
    assert "ln -sfn" in caught.value.hint


@pytest.mark.parametrize("name", ["/a\0b", "~nobody-has-this-name/ledger.db"])
def test_what_cannot_be_a_path_is_refused(name: str) -> None:
    """Nor is any other path that Python refuses a traceback."""
    with pytest.raises(LedgerUrlError, match="names no file"):
        ledger_path(f"sqlite:///{name}")
