"""Holds the README to what it promises: its example is valid, and its commands exist and do what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import daemon

COMMAND = (sys.executable, "-m", "daemon")
OFFLINE = frozenset({"check", "plan", "explain"})
"""The commands of the walk that need no daemon and no cloud."""


@pytest.fixture
def newcomer(root: Path, tmp_path: Path) -> Path:
    """Give the folder of somebody who has written the README's lines into schedules.toml, and nothing else."""
    (tmp_path / "schedules.toml").write_text(_block(root, "toml"))
    return tmp_path


def test_first_schedule_of_the_readme_is_six_lines_or_fewer(root: Path) -> None:
    """A newcomer types no more than six lines to a schedule of their own."""
    assert len(_block(root, "toml").strip().splitlines()) <= 6


def test_commands_of_the_readme_work_in_the_order_they_are_shown(root: Path, newcomer: Path) -> None:
    """check, plan and explain, typed as the README has them, exit 0 and print something."""
    typed = [line for line in _typed(root) if line[0] == "poolpower" and line[1] in OFFLINE]
    assert {line[1] for line in typed} == OFFLINE
    for line in typed:
        done = _run(line[1:], newcomer)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        assert done.stdout.strip(), line


def test_plan_of_the_readme_schedule_holds_its_two_sentences(newcomer: Path) -> None:
    """A week from now holds five starts and seven stops of the README's pool."""
    done = _run(["plan", "--json"], newcomer)
    assert done.returncode == 0, done.stderr
    assert (done.stdout.count('"start"'), done.stdout.count('"stop"')) == (5, 7)


def test_plan_looks_as_the_readme_shows_it(root: Path, newcomer: Path) -> None:
    """The day that the README prints is what `plan` prints for that day."""
    shown = re.search(
        r"^```\n(Tuesday 2026-11-24\n.*?)^```", (root / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert shown is not None
    done = _run(["plan", "--from", "2026-11-24", "--until", "2026-11-24"], newcomer)
    assert done.stdout.strip() == shown[1].strip()


def test_every_command_that_the_readme_types_exists(root: Path, tmp_path: Path) -> None:
    """Each `poolpower COMMAND` of the README answers --help."""
    for name in {line[1] for line in _typed(root) if line[0] == "poolpower"}:
        assert _run([name, "--help"], tmp_path).returncode == 0, name


def test_every_make_target_that_the_readme_types_exists(root: Path) -> None:
    """Each `make TARGET` of the README is a target of the Makefile."""
    makefile = (root / "Makefile").read_text()
    targets = [line[1] for line in _typed(root) if line[0] == "make"]
    assert targets[:2] == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_example_schedule_is_valid_without_a_warning(root: Path, tmp_path: Path) -> None:
    """schedules.example.toml passes the strict check as it is shipped."""
    done = _run(["check", "--strict", str(root / "schedules.example.toml")], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def _run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as somebody who has set nothing, in a folder and a home of their own."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("POOLPOWER_", "HUAWEICLOUD_"))}
    where = str(Path(daemon.__file__).parent.parent)  # so that it is the package of this process, installed or not
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=others | {"HOME": str(folder), "PYTHONPATH": where},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _block(root: Path, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", (root / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def _typed(root: Path) -> list[list[str]]:
    lines = re.findall(r"^\$ (.*)$", (root / "README.md").read_text(), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]
