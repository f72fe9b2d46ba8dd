"""The calendars that a file can ask: its own by their names, and those of countries."""

from __future__ import annotations

from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING

from daemon.timetable.schedulefile import codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.calendars.definition import Definition
    from daemon.timetable.calendars.ics import ParsedIcs
    from daemon.timetable.calendars.problems import CalendarError
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
        self.spelled: Mapping[str, str] = MappingProxyType(self._spelled(sections))

    def called(self, said: tuple[KeyPath, str]) -> Calendar | None:
        """The calendar under ``holidays = "…"``; None where there is none such, which is complained about."""
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

    def _spelled(self, sections: Iterable[str]) -> dict[str, str]:
        """Each name by how it is compared: in a sentence case does not matter, so no two may differ in it alone."""
        spelled: dict[str, str] = {}
        for name in sections:
            first = spelled.setdefault(name.lower(), name)
            if first != name:
                spot = self._document.spot(("calendars", name), key=True)
                message = f'in a sentence this is the same word as the calendar "{first}"'
                self._complaints.error(spot, message, "give it a name that differs in more than its capitals")
        return spelled

    def _made(self, name: str, section: CalendarSection) -> Calendar:
        from daemon.timetable.calendars.build import build  # noqa: PLC0415
        from daemon.timetable.calendars.calendar import WITHOUT_HOLIDAYS  # noqa: PLC0415
        from daemon.timetable.calendars.problems import CalendarError  # noqa: PLC0415

        if not section.is_sound:
            return WITHOUT_HOLIDAYS
        try:
            return build(self._definition(name, section))
        except CalendarError as error:
            self._complaints.error(self._document.spot(self._place(name, error)), error.message, error.hint)
            return WITHOUT_HOLIDAYS

    def _place(self, name: str, error: CalendarError) -> KeyPath:
        """The key that is wrong, and which of several values under it."""
        if error.key is None:
            return "calendars", name
        value = self._document.data["calendars"][name][error.key]
        texts = [str(item) for item in value] if isinstance(value, list) else []
        number = (texts.index(error.value),) if error.value in texts else ()
        return ("calendars", name, error.key, *number)

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

        parsed = parse_ics(self._text(name, ics))
        for found in parsed.findings[:1]:
            more = f" (and {len(parsed.findings) - 1} more)" if len(parsed.findings) > 1 else ""
            spot = self._document.spot(("calendars", name, "ics"))
            self._complaints.warn(
                codes.ICS_IGNORED, spot, f"{ics}, line {found.line}: {found.message}{more}", found.hint
            )
        return parsed

    def _text(self, name: str, ics: str) -> str:
        """The text of an ``.ics`` file, which stands beside the file that names it."""
        beside = PurePath(self._document.file_of(("calendars", name))).parent / ics
        text = self._texts.get(str(beside))
        if text is None:
            from daemon.timetable.calendars.problems import CalendarError  # noqa: PLC0415

            message = f'there is no file "{ics}" beside this one'
            raise CalendarError(message, "put it there, or correct the name", key="ics")
        return text
