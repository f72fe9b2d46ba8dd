"""What is valid but probably not meant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from daemon.timetable.schedulefile import codes, parse_schedule

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ZONE = 'timezone = "UTC"\n'
POOL = '[pools.a]\npolicies = ["stop at 20:00"]\n'


def warnings(text: str, now: datetime | None = None) -> list[str]:
    """Every warning as ``line:column code``."""
    return [f"{it.line}:{it.column} {it.code}" for it in parse_schedule([("s.toml", text)], now=now).warnings]


def test_a_file_in_order_has_no_warnings() -> None:
    """Nothing to say."""
    assert warnings(ZONE + POOL, NOW) == []


def test_a_missing_timezone_is_a_warning_and_means_utc() -> None:
    """A time without a zone is probably not meant to be UTC."""
    assert warnings(POOL) == ["1:1 no-timezone"]
    assert parse_schedule([("s.toml", POOL)]).timetable.timezone == "UTC"
    assert warnings('defaults.zone = "UTC"\n' + POOL) == []


def test_a_schedule_that_no_pool_has_is_a_warning() -> None:
    """It stands at its name."""
    assert warnings(ZONE + '[schedules.s]\npolicies = ["stop at 20:00"]\n' + POOL) == ["2:12 unused-schedule"]


def test_a_pool_without_policies_is_a_warning() -> None:
    """Nothing will be done to it."""
    assert warnings(ZONE + "[pools.a]\n") == ["2:8 pool-without-policies"]
    assert warnings(ZONE + '[schedules.s]\n[pools.a]\nschedule = "s"\n') == ["3:8 pool-without-policies"]


def test_a_policy_whose_dates_are_past_is_a_warning_only_by_the_clock() -> None:
    """Validity never depends on the clock (design, section 3)."""
    text = (
        ZONE
        + '[pools.a]\npolicies = ["stop 2026-11-22 20:00", "start 07:30 until 2026-01-01", "stop 2026-11-24 20:00"]\n'
    )
    assert warnings(text) == []
    assert warnings(text, NOW) == ["3:13 past", "3:38 past"]
    assert warnings(text, datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_a_policy_without_any_date_is_a_warning() -> None:
    """Whether there is a clock or not."""
    text = ZONE + '[pools.a]\npolicies = ["stop weekdays 20:00 during 2026-11-21..2026-11-22"]\n'
    assert warnings(text) == ["3:13 never"]
    assert warnings(text, NOW) == ["3:13 never"]


def test_a_date_that_the_zone_skipped_is_told() -> None:
    """A date that does not exist has no occurrences; `check` says so (design, section 4)."""
    assert warnings('timezone = "Pacific/Apia"\n[pools.a]\npolicies = ["stop 2011-12-30 20:00"]\n') == ["3:13 never"]


def test_a_shared_rule_is_told_at_each_of_its_places() -> None:
    """Two pools with the same past policy are two places to mend."""
    text = ZONE + '[pools.a]\npolicies = ["stop 2020-01-01 20:00"]\n[pools.b]\npolicies = ["stop 2020-01-01 20:00"]\n'
    assert warnings(text, NOW) == ["3:13 past", "5:13 past"]


def test_a_file_can_silence_warnings_by_their_codes() -> None:
    """One code or several."""
    text = ZONE + '[schedules.s]\n[pools.a]\npolicies = ["stop 2020-01-01 20:00"]\n'
    assert warnings(text, NOW) == ["2:12 unused-schedule", "4:13 past"]
    assert warnings('silence = "past"\n' + text, NOW) == ["3:12 unused-schedule"]
    assert warnings('silence = ["past", "unused-schedule"]\n' + text, NOW) == []


@pytest.mark.parametrize("code", sorted(codes.MEANINGS))
def test_every_code_can_be_silenced(code: str) -> None:
    """Whether there is such a warning or not."""
    assert warnings(f'silence = "{code}"\n{ZONE}{POOL}') == []
