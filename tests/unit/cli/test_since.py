"""``--since`` looks back only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from daemon.cli.since import parse_since
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # 15:30 in Berlin


def test_past_instant_is_read_in_the_files_zone(schedule: Path) -> None:
    """15:00 of Berlin is half an hour ago."""
    assert parse_since("15:00", schedule, NOW) == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert parse_since("now", schedule, NOW) == NOW


@pytest.mark.parametrize("text", ["20:00", "today 20:00", " 20:00 "])
def test_time_of_today_that_is_still_to_come_was_meant_of_yesterday(schedule: Path, text: str) -> None:
    """In the morning nobody looks for what failed tonight."""
    with pytest.raises(WrongUseError, match="20:00 today is still to come") as raised:
        parse_since(text, schedule, NOW)
    assert raised.value.hint == 'write "yesterday 20:00"'


@pytest.mark.parametrize("text", ["tomorrow", "2027-01-01", "2027-01-01T20:00Z"])
def test_day_that_is_still_to_come_is_refused(schedule: Path, text: str) -> None:
    """An empty answer would look like a quiet night."""
    with pytest.raises(WrongUseError, match="is still to come, and --since looks back"):
        parse_since(text, schedule, NOW)


@pytest.mark.parametrize("command", ["history", "retry"])
def test_both_commands_refuse_it_before_they_ask_anybody(
    poolpower: Callable[..., Any], schedule: Path, command: str
) -> None:
    """Wrong use, exit code 2, with the mend; their help says whose zone it is."""
    del schedule
    done = poolpower(command, "--since", "tomorrow 08:00")
    assert (done.code, "is still to come" in done.err, "mend: " in done.err) == (2, True, True)
    assert "schedule file's zone" in " ".join(poolpower(command, "--help").out.split())
