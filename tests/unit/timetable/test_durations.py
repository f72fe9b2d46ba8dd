from __future__ import annotations

from datetime import timedelta

import pytest

from daemon.timetable.durations import DurationError, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2h", timedelta(hours=2)),
        ("1h30m", timedelta(minutes=90)),
        ("45s", timedelta(seconds=45)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("90M", timedelta(minutes=90)),
        ("0s", timedelta(0)),
    ],
)
def test_a_length_of_time_is_read(text: str, length: timedelta) -> None:
    """Numbers with the units d, h, m, s, larger before smaller, in any case."""
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "2", "h", "-5m", "1.5h", "30m1h", "1h1h", "2 h", "2x", "1234567s", "٢h", "2h\n"])
def test_anything_else_is_no_length_of_time(text: str) -> None:
    """Signs, fractions, blanks, unknown or repeated units and endless numbers are refused with the mend."""
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert "1h30m" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["2h", "1h30m", "45s", "1d", "1d2h3m4s", "7d", "0s"])
def test_a_length_of_time_is_written_as_it_is_read(text: str) -> None:
    """The written form is the shortest one that reads back the same."""
    assert format_duration(parse_duration(text)) == text


def test_a_negative_length_is_never_written() -> None:
    """Nothing in the language is negative."""
    with pytest.raises(ValueError, match="negative"):
        format_duration(timedelta(seconds=-1))
