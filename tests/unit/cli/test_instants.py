"""Instants as administrators type them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from daemon.cli.instants import Towards, parse_instant
from daemon.cli.usage import WrongUseError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # 15:30 in Berlin


def read(text: str, towards: Towards = Towards.FUTURE) -> str:
    """Parse, and give the instant as text."""
    return f"{parse_instant(text, now=NOW, zone=lambda: BERLIN, towards=towards):%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-11-23 14:30:00"),
        ("2026-11-24", "2026-11-23 23:00:00"),
        ("2026-11-24 20:00", "2026-11-24 19:00:00"),
        ("2026-11-24T20:00:30", "2026-11-24 19:00:30"),
        ("2026-11-24T20:00Z", "2026-11-24 20:00:00"),
        ("2026-11-24 20:00+08:00", "2026-11-24 12:00:00"),
        ("today", "2026-11-22 23:00:00"),
        ("today 20:00", "2026-11-23 19:00:00"),
        ("Tomorrow 08:00", "2026-11-24 07:00:00"),
        ("yesterday  20:00:15", "2026-11-22 19:00:15"),
        ("20:00", "2026-11-23 19:00:00"),
        ("2h", "2026-11-23 16:30:00"),
        ("1d2h30m", "2026-11-24 17:00:00"),
    ],
)
def test_forms_that_are_understood(text: str, expected: str) -> None:
    """ISO dates and date-times in the zone or with an offset, day words, times and lengths."""
    assert read(text) == expected


def test_length_points_backwards_where_the_past_is_asked_for() -> None:
    """--since 2h is two hours ago."""
    assert read("2h", Towards.PAST) == "2026-11-23 12:30:00"


def test_date_that_ends_a_span_belongs_to_it() -> None:
    """--until 2026-11-24 and --until tomorrow include that day, as until does in a policy."""
    assert read("2026-11-24", Towards.END) == "2026-11-24 23:00:00"
    assert read("tomorrow", Towards.END) == "2026-11-24 23:00:00"
    assert read("tomorrow 08:00", Towards.END) == "2026-11-24 07:00:00"


def test_wall_time_in_a_gap_is_the_first_instant_after_it() -> None:
    """The command line keeps the same contract as the policies."""
    assert read("2027-03-28 02:30") == "2027-03-28 01:00:00"


def test_zone_is_asked_only_where_it_is_needed() -> None:
    """A time with an offset works without a schedule file."""

    def no_file() -> ZoneInfo:
        raise AssertionError

    for text in ("2026-11-24T20:00Z", "2h", "now"):
        parse_instant(text, now=NOW, zone=no_file, towards=Towards.PAST)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "24:00", "tomorrow 8 o'clock", "tomorrow 25:00", "2026-02-30", "2026-11-24 8", "9999-12-31"],
)
def test_what_is_not_understood_is_wrong_use(text: str) -> None:
    """The hint lists the forms."""
    with pytest.raises(WrongUseError, match="is not an instant") as caught:
        read(text, Towards.END)
    assert "tomorrow 08:00" in (caught.value.hint or "")


def test_offset_at_the_edge_of_time_is_wrong_use() -> None:
    """An instant that no datetime can hold is refused, not a trace."""
    with pytest.raises(WrongUseError):
        read("0001-01-01T00:00+14:00")
