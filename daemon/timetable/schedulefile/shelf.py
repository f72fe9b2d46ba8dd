"""The calendars that a file can ask: its own by their names, and those of countries."""

from __future__ import annotations

from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.calendars.definition import Definition
    from daemon.timetable.calendars.ics import ParsedIcs
    from daemon.timetable.schedulefile.calendarsection import CalendarSection
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.places import KeyPath


class Shelf:
    """Calendars by name.

    Attributes:
        named: those of ``[calendars.*]``; one that could not be made has no holidays, and was complained about.
        spelled: their names in lower case, to how the file spells them.
        used: names of those that something in force asks.
        asked: where the calendar of a country is first asked for, by the calendar's name.
    """

    def __init__(
        self,
        sections: Mapping[str, CalendarSection],
        document: Document,
        complaints: Complaints,
        texts: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Make the calendars of the file.

        Args:
            sections: by name.
            document: where they stand.
            complaints: where errors go.
            texts: the ``.ics`` files, by the path under which they were read.
        """
        self._document = document
        self._complaints = complaints
        self._texts = dict(texts)
        self.used: set[str] = set()
        self.asked: dict[str, KeyPath] = {}
        self.named: Mapping[str, Calendar] = MappingProxyType(
            {name: self._made(name, section) for name, section in sections.items()}
        )
        self.spelled: Mapping[str, str] = MappingProxyType({name.lower(): name for name in sections})

    def called(self, said: tuple[KeyPath, str] | None) -> Calendar | None:
        """The calendar under ``holidays = "…"``; None where nothing is said."""
        if said is None:
            return None
        path, text = said
        if text in self.named:
            self.used.add(text)
            return self.named[text]
        from daemon.timetable.calendars.build import country_calendar  # noqa: PLC0415 - few files need one
        from daemon.timetable.calendars.problems import CalendarError  # noqa: PLC0415

        try:
            calendar = country_calendar(text)
        except CalendarError as error:
            own = f", or one of this file: {', '.join(sorted(self.named))}" if self.named else ""
            self._complaints.error(self._document.spot(path), error.message, f"{error.hint}{own}")
            return None
        self.asked.setdefault(calendar.name, path)
        return calendar

    def _made(self, name: str, section: CalendarSection) -> Calendar:
        from daemon.timetable.calendars.build import build  # noqa: PLC0415
        from daemon.timetable.calendars.calendar import WITHOUT_HOLIDAYS  # noqa: PLC0415
        from daemon.timetable.calendars.problems import CalendarError  # noqa: PLC0415

        if not section.is_sound:
            return WITHOUT_HOLIDAYS
        try:
            return build(self._definition(name, section))
        except CalendarError as error:
            path = ("calendars", name) if error.key is None else ("calendars", name, error.key)
            line = getattr(error, "line", None)
            message = error.message if line is None else f"line {line} of the calendar file: {error.message}"
            self._complaints.error(self._document.spot(path), message, error.hint)
            return WITHOUT_HOLIDAYS

    def _definition(self, name: str, section: CalendarSection) -> Definition:
        from daemon.timetable.calendars.definition import Definition  # noqa: PLC0415

        return Definition(
            name=name,
            country=None if section.country is None else section.country[1],
            categories=tuple(category for _, category in section.categories),
            holidays=section.holidays,
            except_=section.except_,
            workdays=section.workdays,
            weekend=section.weekend,
            dates=section.dates,
            ics=None if section.ics is None else self._ics(name, section.ics[1]),
        )

    def _ics(self, name: str, ics: str) -> ParsedIcs:
        from daemon.timetable.calendars.ics import parse_ics  # noqa: PLC0415

        return parse_ics(self._text(name, ics))

    def _text(self, name: str, ics: str) -> str:
        """The text of an ``.ics`` file, which stands beside the file that names it."""
        beside = PurePath(self._document.file_of(("calendars", name))).parent / ics
        text = self._texts.get(str(beside))
        if text is None:
            from daemon.timetable.calendars.problems import CalendarError  # noqa: PLC0415

            message = f'there is no file "{ics}" beside this one'
            raise CalendarError(message, "put it there, or correct the name", key="ics")
        return text
