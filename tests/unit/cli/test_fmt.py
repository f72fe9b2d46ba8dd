"""``fmt``."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UGLY = """\
timezone = "Europe/Berlin"
[pools.a]   # a
policies = [
  "START weekdays, 7:30",   # early
  'stop  at 20:00',
]
"""
NEAT = UGLY.replace("START weekdays, 7:30", "start weekdays 07:30").replace("stop  at", "stop at")


@pytest.fixture
def ugly(machine: Path) -> Path:
    """Write a schedule file whose policies are not canonical."""
    path = machine / "schedules.toml"
    path.write_text(UGLY)
    return path


def test_policies_are_formatted_and_the_second_time_nothing_is(poolpower: Callable[..., Any], ugly: Path) -> None:
    """Comments stay, mode stays, and what was done is counted."""
    ugly.chmod(0o640)
    done = poolpower("fmt", "schedules.toml")
    assert (done.code, done.out) == (0, "schedules.toml: 2 policies formatted\n")
    assert (ugly.read_text(), stat.S_IMODE(ugly.stat().st_mode)) == (NEAT, 0o640)
    again = poolpower("fmt")
    assert (again.code, again.out) == (0, "schedules.toml: nothing to format\n")


def test_check_writes_nothing_and_fails_where_something_would_change(poolpower: Callable[..., Any], ugly: Path) -> None:
    """Exit code 1, for the pipelines of those who keep the file in git."""
    ugly.write_text(NEAT.replace("stop at", "STOP at"))
    done = poolpower("fmt", "--check")
    assert (done.code, done.out) == (1, "schedules.toml: 1 policy would be formatted\n")
    assert "STOP" in ugly.read_text()
    ugly.write_text(NEAT)
    assert poolpower("fmt", "--check").code == 0


def test_diff_shows_a_patch_and_writes_nothing(poolpower: Callable[..., Any], ugly: Path) -> None:
    """The patch alone is on standard output; with --check it is exit code 1 too."""
    done = poolpower("fmt", "--diff")
    assert (done.code, ugly.read_text()) == (0, UGLY)
    assert done.out.startswith("--- schedules.toml\n+++ schedules.toml\n@@ ")
    assert '-  "START weekdays, 7:30",   # early\n' in done.out
    assert '+  "start weekdays 07:30",   # early\n' in done.out
    assert done.err == "schedules.toml: 2 policies would be formatted\n"
    assert poolpower("fmt", "--check", "--diff").code == 1


def test_diff_is_coloured_on_a_terminal_and_obeys_no_character(
    poolpower: Callable[..., Any], ugly: Path, on_terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Green and red; a control character of the file is spelled out."""
    del on_terminal
    ugly.write_text(UGLY.replace("# early", "# early \x85"))
    done = poolpower("fmt", "--diff")
    assert '\x1b[32m+  "start weekdays 07:30"' in done.out
    assert "\x85" not in done.out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in poolpower("fmt", "--diff").out


def test_invalid_file_is_reported_like_check_and_left_alone(poolpower: Callable[..., Any], ugly: Path) -> None:
    """The same words, and exit code 2; other files are formatted all the same."""
    broken = ugly.with_name("broken.toml")
    broken.write_text('[pools.a]\npolicies = ["STOP 20:00", "stop"]\n')
    before = broken.read_bytes()
    done = poolpower("fmt", "broken.toml", "schedules.toml")
    assert (done.code, broken.read_bytes(), ugly.read_text()) == (2, before, NEAT)
    assert done.out == poolpower("check", "broken.toml").out + "schedules.toml: 2 policies formatted\n"
    assert poolpower("fmt", "none.toml").out == poolpower("check", "none.toml").out


def test_directory_is_formatted_file_by_file(poolpower: Callable[..., Any], machine: Path) -> None:
    """Its files are one schedule; only those that change are written."""
    (machine / "d").mkdir()
    (machine / "d" / "10.toml").write_text('[schedules.s]\npolicies = ["STOP 20:00"]\n')
    (machine / "d" / "20.toml").write_text('[pools.a]\nschedule = "s"\n')
    done = poolpower("fmt", "d")
    assert (done.code, done.out) == (0, "d/10.toml: 1 policy formatted\n")
    assert (machine / "d" / "10.toml").read_text() == '[schedules.s]\npolicies = ["stop at 20:00"]\n'


def test_file_that_may_not_be_written_is_said_with_its_mend(
    poolpower: Callable[..., Any], ugly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1, and the file is as it was."""

    def refused(_path: Path, _mode: int) -> bool:
        return False

    monkeypatch.setattr(os, "access", refused)
    done = poolpower("fmt")
    assert (done.code, ugly.read_text()) == (1, UGLY)
    assert "may not be changed by this user" in done.err
    assert "mend: run it as " in done.err


def test_other_commands_do_not_import_the_formatter(poolpower: Callable[..., Any], ugly: Path) -> None:
    """It costs a moment that `check` does not have to pay."""
    del ugly
    for name in [name for name in sys.modules if name.partition(".")[0] == "tomlkit"]:
        del sys.modules[name]
    assert poolpower("check").code == 0
    assert "tomlkit" not in sys.modules
