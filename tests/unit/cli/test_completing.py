"""What the shell completes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.shell_completion import ShellComplete

from daemon.cli.main import COMPLETE_VARIABLE, PROGRAM, poolpower

if TYPE_CHECKING:
    from pathlib import Path


def completed(*words: str) -> list[str]:
    """What the last word may become."""
    completion = ShellComplete(poolpower, {}, PROGRAM, COMPLETE_VARIABLE)
    return [item.value for item in completion.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize(
    "command", [("now", "stop"), ("history", "--pool"), ("plan", "--pool"), ("ensure",), ("resume",)]
)
def test_keys_of_pools_are_completed_from_the_file(schedule: Path, command: tuple[str, ...]) -> None:
    """Wherever a pool is named."""
    del schedule
    assert completed(*command, "eng") == ["engineering"]
    assert completed(*command, "") == ["engineering", "设计部"]


@pytest.mark.parametrize("text", [None, "pools = [", "pools = 3\n"])
def test_file_that_cannot_be_read_completes_nothing(machine: Path, text: str | None) -> None:
    """A shell has no place for an error."""
    if text is not None:
        (machine / "schedules.toml").write_text(text)
    assert completed("now", "stop", "e") == []
