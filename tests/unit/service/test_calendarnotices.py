"""What the daemon says of years whose official dates are not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from daemon.service.calendarnotices import UNPUBLISHED, CalendarNotices
from daemon.service.trouble import Troubles
from daemon.timetable.schedulefile import parse_schedule

FILE = """
timezone = "Asia/Shanghai"
holidays = "CN"
[pools.a]
id = "a"
policies = ["start workdays 07:30"]
"""
LATER = 2090
"""A year of which nobody has decreed anything yet."""


def notices(said: list[dict[str, Any]]) -> tuple[CalendarNotices, Troubles]:
    """What tells, and where warnings stand; every line is appended to ``said``."""
    structlog.reset_defaults()
    log = structlog.wrap_logger(None, processors=[lambda _logger, _method, event: _kept(said, event)])
    troubles = Troubles(lambda: datetime(2089, 11, 1, tzinfo=UTC), log)
    return CalendarNotices(troubles, log), troubles


def _kept(said: list[dict[str, Any]], event: Any) -> Any:
    said.append(dict(event))
    raise structlog.DropEvent


async def test_a_year_without_data_is_a_warning_from_november_on_and_said_again_ahead_of_it() -> None:
    """In status all the time; in the log on 1 November, and 30, 7 and 1 days ahead."""
    said: list[dict[str, Any]] = []
    told, troubles = notices(said)
    timetable = parse_schedule([("s.toml", FILE)]).timetable
    day = datetime(LATER - 1, 10, 31, 12, tzinfo=UTC)
    spoken = []
    while day.year < LATER:
        before = len(said)
        await told.tell(timetable, day)
        next_year = [one for one in troubles.warnings() if f"{LATER}" in one.subject]
        assert bool(next_year) == (day.month >= 11)
        if any(f"for {LATER} " in line["message"] for line in said[before:]):
            spoken.append((day.month, day.day))
        day += timedelta(days=1)
    assert spoken == [(11, 1), (12, 2), (12, 25), (12, 31)]
    assert not troubles.all()
    assert {line["event"] for line in said} == {UNPUBLISHED}


async def test_what_is_known_is_no_warning() -> None:
    """A country whose holidays follow from the calendar lacks nothing."""
    said: list[dict[str, Any]] = []
    told, troubles = notices(said)
    timetable = parse_schedule([("s.toml", FILE.replace("CN", "DE-BE"))]).timetable
    await told.tell(timetable, datetime(2026, 12, 2, tzinfo=UTC))
    assert troubles.warnings() == []
    assert said == []
