"""Holds the unit file to systemd's own judgement."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.needs("systemd-analyze")
def test_systemd_accepts_every_directive_of_the_unit(root: Path, tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say about it, once the program it starts exists."""
    text = (root / "deploy" / "systemd" / "poolpower.service").read_text()
    unit = tmp_path / "poolpower.service"
    unit.write_text(text.replace("/opt/poolpower/bin/poolpower", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
