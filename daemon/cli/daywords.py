"""The calendars that decide about a sentence on the command line: of an option, else of the schedule file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daemon.cli import output
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.schedulefile.filecalendars import FileCalendars


def calendars_for(holidays: str | None) -> FileCalendars:
    """The schedule file's calendars, or none where there is no file; one that cannot be used is noted.

    Args:
        holidays: a country's code or the name of a calendar of the file, instead of what the file says at its top.

    Raises:
        WrongUseError: there is no calendar of this name.
    """
    known = _of_file()
    return known if holidays is None else replace(known, own=_called(holidays, known))


def _of_file() -> FileCalendars:
    from daemon.cli.schedule import schedule_path  # noqa: PLC0415 - heavy imports only where used
    from daemon.timetable.schedulefile import ScheduleError, read_schedule  # noqa: PLC0415
    from daemon.timetable.schedulefile.filecalendars import NONE, file_calendars  # noqa: PLC0415

    path = schedule_path(None)
    if not path.exists():
        return NONE
    try:
        return file_calendars(read_schedule(path).texts)
    except ScheduleError as error:
        output.note(f"the calendars of {path} are left out: {error.message} (`poolpower check` says more)")
        return NONE


def _called(name: str, known: FileCalendars) -> Calendar:
    from daemon.timetable.calendars.build import country_calendar  # noqa: PLC0415 - the data take a moment to import
    from daemon.timetable.calendars.problems import CalendarError  # noqa: PLC0415

    if name in known.named:
        return known.named[name]
    try:
        return country_calendar(name)
    except CalendarError as error:
        raise WrongUseError(error.message, error.hint) from None
