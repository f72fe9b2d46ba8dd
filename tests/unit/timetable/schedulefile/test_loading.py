"""A schedule file in, a timetable or every error out."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.timetable.schedulefile import ScheduleError, load, parse_schedule

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ROOT = Path(__file__).parents[4]


def test_a_file_is_loaded(tmp_path: Path) -> None:
    """Timetable, warnings and the hash of its content."""
    path = tmp_path / "schedules.toml"
    path.write_text('[pools.a]\npolicies = ["stop 2020-01-01 20:00"]\n')
    loaded = load(path, now=NOW)
    assert [pool.key for pool in loaded.timetable.pools] == ["a"]
    assert [warning.code for warning in loaded.warnings] == ["no-timezone", "past"]
    assert loaded.warnings[0].file == str(path)
    assert loaded.hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    """They are what some editors write; the hash is still that of the bytes."""
    path = tmp_path / "schedules.toml"
    path.write_bytes(b'\xef\xbb\xbftimezone = "UTC"\r\n[pools.a]\r\npolicies = ["start 07:30"]\r\n')
    loaded = load(path)
    assert loaded.warnings == ()
    assert loaded.hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    """As an invalid one is."""
    with pytest.raises(ScheduleError):
        load(tmp_path)


def test_a_file_is_parsed_again_to_the_same() -> None:
    """Nothing is kept between two calls, and what is equal compares equal."""
    texts = [("s.toml", '[pools.a]\npolicies = ["stop 20:00"]\n')]
    assert parse_schedule(texts).timetable == parse_schedule(texts).timetable


def test_the_example_is_valid_and_has_no_warnings() -> None:
    """``schedules.example.toml`` is what a newcomer starts from."""
    loaded = load(ROOT / "schedules.example.toml", now=NOW)
    assert loaded.warnings == ()
    assert len(loaded.timetable.pools) == 3
    assert len((ROOT / "schedules.example.toml").read_text().splitlines()) < 70
