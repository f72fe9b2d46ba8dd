"""What every test shares: where `daemon` is imported from, and what a test may ask of the machine."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
"""The repository."""

# At the end, so that an installed poolpower is what is tested (`make test`), and the source tree where there is none.
sys.path.append(str(ROOT))


def pytest_configure(config: pytest.Config) -> None:
    """Declare the one marker that this file acts on."""
    config.addinivalue_line("markers", "needs(*programs): programs of the machine without which the test cannot run")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are missing on this machine; in CI that is a failure, because nothing would notice."""
    wanted = [program for marker in item.iter_markers("needs") for program in marker.args]
    missing = [program for program in wanted if shutil.which(program) is None]
    if not missing:
        return
    reason = f"missing on this machine: {', '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (.ci/run is to install it)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an empty folder with a short name: a Unix socket has a path of at most 107 bytes."""
    return tmp_path_factory.mktemp("t")


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the repository's folder, for tests that hold documents and deployment files."""
    return ROOT
