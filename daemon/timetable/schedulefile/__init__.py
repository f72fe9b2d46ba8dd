"""The schedule file: read as text, parsed into a timetable, and all that is wrong with it told with its place."""

from __future__ import annotations

from daemon.timetable.schedulefile.findings import Finding, ScheduleError
from daemon.timetable.schedulefile.loading import Loaded, load, parse_schedule
from daemon.timetable.schedulefile.source import ScheduleSource, read_schedule

__all__ = ["Finding", "Loaded", "ScheduleError", "ScheduleSource", "load", "parse_schedule", "read_schedule"]
