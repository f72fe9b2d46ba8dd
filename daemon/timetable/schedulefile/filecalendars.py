"""The calendars of a schedule file alone, for asking what a sentence means although the rest of the file is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from daemon.timetable.schedulefile.calendarsection import read_calendar
from daemon.timetable.schedulefile.complaints import Complaints, findings
from daemon.timetable.schedulefile.document import read_document, without_bom
from daemon.timetable.schedulefile.findings import ScheduleError
from daemon.timetable.schedulefile.shelf import Shelf
from daemon.timetable.schedulefile.source import is_ics
from daemon.timetable.schedulefile.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from daemon.timetable.calendars.calendar import Calendar


@dataclass(frozen=True, slots=True)
class FileCalendars:
    """What a file says about calendars at its top level.

    Attributes:
        own: the calendar under ``holidays``; None where it says none.
        named: those of ``[calendars.*]``.
        spelled: their names in lower case, to how the file spells them.
    """

    own: Calendar | None
    named: Mapping[str, Calendar]
    spelled: Mapping[str, str]


NONE: Final = FileCalendars(None, MappingProxyType({}), MappingProxyType({}))
"""What there is without a file."""


def file_calendars(texts: Sequence[tuple[str, str]]) -> FileCalendars:
    """The calendars of a file, whatever else is wrong with it.

    Args:
        texts: name and text of each file, those of the ``.ics`` files that it names among them.

    Raises:
        ScheduleError: it is no TOML, or a calendar is wrong.
    """
    plain = without_bom(text for text in texts if not is_ics(text[0]))
    complaints = Complaints()
    document = read_document(plain, complaints)
    top = Table(document, document.data, (), complaints)
    sections = {name: read_calendar(name, table) for name, table in top.tables("calendars", "exams")}
    shelf = Shelf(sections, document, complaints, [text for text in texts if is_ics(text[0])])
    holidays = top.text("holidays")
    own = None if holidays is None else shelf.called((("holidays",), holidays))
    if complaints.errors:
        raise ScheduleError(findings(complaints.errors, plain))
    return FileCalendars(own, shelf.named, shelf.spelled)
