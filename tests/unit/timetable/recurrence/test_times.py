from __future__ import annotations

from datetime import date, time

import pytest

from daemon.timetable.recurrence.times import Wall, read_wall, time_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-25T02:30", Wall(date(2026, 10, 25), time(2, 30), is_second=False)),
        ("2026-10-25T02:30/2", Wall(date(2026, 10, 25), time(2, 30), is_second=True)),
        ("2026-10-25T02:30:15", Wall(date(2026, 10, 25), time(2, 30, 15), is_second=False)),
        ("2026-02-30T02:30", None),
        ("2026-10-25T24:00", None),
        ("2026-10-25", None),
        ("", None),
    ],
)
def test_the_identity_of_a_wall_time_is_taken_apart(text: str, expected: Wall | None) -> None:
    """Date, time and pass are told apart; what is none gives None."""
    assert read_wall(text) == expected


def test_seconds_are_written_only_where_there_are_some() -> None:
    """20:00 stays 20:00."""
    assert time_text(time(20)) == "20:00"
    assert time_text(time(20, 0, 30)) == "20:00:30"
