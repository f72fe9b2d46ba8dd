"""`poolpower why`, as it is typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from daemon.cli.main import run_command

if TYPE_CHECKING:
    from pathlib import Path

FILE = """
timezone = "Europe/Berlin"
holidays = "DE-BE"
[pools.engineering]
id = "e"
policies = ["start workdays 07:30", "stop at 20:00"]
[pools.other]
id = "o"
policies = ["stop at 20:00"]
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule file, and no ledger."""
    (tmp_path / "s.toml").write_text(FILE)
    monkeypatch.setenv("POOLPOWER_SCHEDULES", str(tmp_path / "s.toml"))
    monkeypatch.setenv("POOLPOWER_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")


def test_without_a_ledger_it_answers_from_the_file_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """The conclusion first, then what it rests on."""
    assert run_command(["why", "engineering", "--at", "2090-12-25 07:30"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("nothing will be due at Mon 2090-12-25 07:30 +0100: ")
    assert "Christmas Day (DE-BE)" in said.out
    assert "not due on that date" in said.out
    assert "answering from the schedule file alone: there is no ledger" in said.err


def test_json_has_the_documented_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """For programs."""
    assert run_command(["why", "engineering", "--at", "2090-12-22 20:00", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        "project", "pool", "at", "local", "answer", "change", "version", "accepted_at", "due", "not_due", "runs",
        "overrides",
    ]  # fmt: skip
    assert found["answer"].endswith("it will be carried out")
    assert found["change"] is None
    assert [one["action"] for one in found["due"]] == ["stop"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("enginering", "did you mean"), ("*", "is a pattern or a group"), ("@g", "is a pattern or a group")],
)
def test_one_pool_is_asked_about(name: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip has its mend; several are too many."""
    assert run_command(["why", name]) == 2
    assert message in capsys.readouterr().err
