"""Holds what is deployed: the unit file and the container file say what the daemon relies on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_unit_tells_systemd_when_the_daemon_is_ready_and_reloads_by_sighup(root: Path) -> None:
    """The service notifies, and reloads in the way that systemd 252 knows too."""
    unit = _unit(root)
    assert unit["Type"] == "notify"
    assert unit["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert unit["ExecStart"].endswith("/poolpower run")


def test_unit_gives_the_daemon_a_user_and_folders_of_its_own(root: Path) -> None:
    """It is not root's, and finds its ledger, its socket and its files where systemd put them."""
    unit = _unit(root)
    assert unit["User"] == "poolpower"
    assert unit["StateDirectory"] == unit["RuntimeDirectory"] == unit["ConfigurationDirectory"] == "poolpower"


def test_unit_does_not_start_again_what_only_an_administrator_can_mend(root: Path) -> None:
    """Exit 2 is an invalid file or contradictory settings; any other failure is followed by a start."""
    unit = _unit(root)
    assert (unit["Restart"], unit["RestartPreventExitStatus"]) == ("on-failure", "2")


def test_unit_waits_longer_for_the_end_than_a_request_may_take(root: Path) -> None:
    """A request still inside its own timeout of 30 s is not killed by systemd."""
    assert int(_unit(root)["TimeoutStopSec"]) > 30


def test_every_directive_of_the_unit_is_explained(root: Path) -> None:
    """Each directive stands under a comment, alone or with those that the same comment explains."""
    explained = False
    for line in _lines(root / "deploy" / "systemd" / "poolpower.service"):
        if line.startswith("#"):
            explained = True
        elif not line or line.startswith("["):
            explained = line == "[Install]"
        else:
            assert explained, line


def test_container_runs_the_daemon_as_a_numeric_user_with_its_ledger_on_a_volume(root: Path) -> None:
    """`docker run` is `poolpower run`, never as root, and the ledger outlives the container."""
    told = dict(re.findall(r"^([A-Z]+) (.*)$", _final_stage(root), re.MULTILINE))
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", told["USER"])
    assert told["ENTRYPOINT"] == '["poolpower"]'
    assert told["CMD"] == '["run"]'
    assert f"STATE_DIRECTORY={told['VOLUME']}" in _final_stage(root)


def test_container_installs_nothing_that_is_not_locked(root: Path) -> None:
    """Every pip of the container file asks for hashes, or installs the wheel just built and nothing else."""
    pips = re.findall(r"pip install (.*)", (root / "Dockerfile").read_text())
    assert pips
    assert all("--require-hashes" in line or "--no-index --no-deps" in line for line in pips)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def _unit(root: Path) -> dict[str, str]:
    lines = _lines(root / "deploy" / "systemd" / "poolpower.service")
    return {name: value for name, _, value in (line.partition("=") for line in lines if not line.startswith("#"))}


def _final_stage(root: Path) -> str:
    return (root / "Dockerfile").read_text().rpartition("\nFROM ")[2]
