"""The calendars of a file, apart from everything else in it."""

from __future__ import annotations

import pytest

from daemon.timetable.schedulefile import ScheduleError
from daemon.timetable.schedulefile.filecalendars import file_calendars

EXAMS = '[calendars.Exams]\ndates = ["2026-12-24"]\n'


def test_they_are_found_whatever_else_is_wrong() -> None:
    """The one under holidays, and those with names."""
    found = file_calendars([("s.toml", f'colour = 1\nholidays = "de"\n[pools.a]\npolicies = ["x"]\n{EXAMS}')])
    assert found.own is not None
    assert found.own.name == "DE"
    assert (list(found.named), dict(found.spelled)) == (["Exams"], {"exams": "Exams"})


def test_a_file_can_have_none() -> None:
    """Nothing is said, nothing is wrong."""
    found = file_calendars([("s.toml", "")])
    assert (found.own, found.named, found.spelled) == (None, {}, {})


def test_calendar_files_beside_it_count() -> None:
    """As they do for a schedule."""
    ics = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261102\nEND:VEVENT\nEND:VCALENDAR\n"
    found = file_calendars([("d/s.toml", '[calendars.x]\nics = "t.ics"\n'), ("d/t.ics", ics)])
    assert found.named["x"].dates(2026)


@pytest.mark.parametrize("text", ["[calendars", 'holidays = "ZZZ"', '[calendars.x]\ncountry = "ZZ"\n', "calendars = 1"])
def test_a_wrong_calendar_is_an_error(text: str) -> None:
    """With its place."""
    with pytest.raises(ScheduleError):
        file_calendars([("s.toml", text)])
