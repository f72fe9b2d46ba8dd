"""The sections of the schedule file, read into records: types and names are checked here, their meaning elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.schedulefile.calendarsection import CalendarSection, read_calendar
from daemon.timetable.schedulefile.names import check_name
from daemon.timetable.schedulefile.options import read_options
from daemon.timetable.schedulefile.tables import Table

if TYPE_CHECKING:
    from daemon.timetable.policy import Options
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.places import KeyPath

Text = tuple["KeyPath", str]

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
# A region becomes part of the host that credentials are sent to: nothing else may come in with it.
_REGION: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_REGION: Final = 40


@dataclass(frozen=True, slots=True)
class ScheduleSection:
    """``[schedules.NAME]``: its policies as they stand in the file, each with its path."""

    policies: tuple[tuple[KeyPath, Any], ...]


@dataclass(frozen=True, slots=True)
class ProjectSection:
    """``[projects.NAME]``."""

    region: str | None
    project_id: str | None
    holidays: Text | None
    options: Options


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a pool says itself or has from its group; of ``schedule`` and ``without`` None where it says nothing."""

    project: Text | None
    holidays: Text | None
    options: Options
    schedules: tuple[Text, ...] | None
    without: tuple[Text, ...] | None
    policies: tuple[tuple[KeyPath, Any], ...]


@dataclass(frozen=True, slots=True)
class PoolSection:
    """``[pools.KEY]``."""

    id: str | None
    name: str | None
    note: str | None
    group: Text | None
    said: Inherited


@dataclass(frozen=True, slots=True)
class Sections:
    """The whole file. Attributes are named like its keys; ``options`` are its ``timezone`` and ``[defaults]``."""

    options: Options
    holidays: Text | None
    silence: tuple[Text, ...]
    calendars: dict[str, CalendarSection]
    schedules: dict[str, ScheduleSection]
    projects: dict[str, ProjectSection]
    groups: dict[str, Inherited]
    pools: dict[str, PoolSection]


def read_sections(document: Document, complaints: Complaints) -> Sections:
    """Read every section, and complain about whatever is not as it should be."""
    top = Table(document, document.data, (), complaints)
    sections = Sections(
        options=read_options(top),
        holidays=_placed(top, "holidays"),
        silence=tuple(top.texts("silence")),
        calendars={name: read_calendar(name, table) for name, table in top.tables("calendars", "exams")},
        schedules={name: _schedule(name, table) for name, table in top.tables("schedules", "office-hours")},
        projects={name: _project(name, table) for name, table in top.tables("projects", "frankfurt")},
        groups={name: _group(name, table) for name, table in top.tables("groups", "shanghai")},
        pools={name: _pool(name, table) for name, table in top.tables("pools", "engineering")},
    )
    top.finish()
    return sections


def _schedule(name: str, table: Table) -> ScheduleSection:
    check_name(name, table)
    section = ScheduleSection(tuple(table.items("policies", "policies")))
    table.finish()
    return section


def _project(name: str, table: Table) -> ProjectSection:
    check_name(name, table)
    section = ProjectSection(
        region=_matching(table, "region", _REGION, 'lower-case letters, digits and "-", such as eu-west-101'),
        project_id=_matching(table, "project_id", _ID, 'up to 64 letters, digits, "-" and "_"'),
        holidays=_placed(table, "holidays"),
        options=read_options(table),
    )
    table.finish()
    return section


def _group(name: str, table: Table) -> Inherited:
    check_name(name, table)
    section = _inherited(table)
    table.finish()
    return section


def _inherited(table: Table) -> Inherited:
    return Inherited(
        project=_placed(table, "project"),
        holidays=_placed(table, "holidays"),
        options=read_options(table),
        schedules=_replacing(table, "schedule"),
        without=_replacing(table, "without"),
        policies=tuple(table.items("policies", "policies")),
    )


def _replacing(table: Table, key: str) -> tuple[Text, ...] | None:
    texts = tuple(table.texts(key))
    return texts if key in table.data else None


def _placed(table: Table, key: str) -> Text | None:
    text = table.text(key)
    return None if text is None else ((*table.path, key), text)


def _pool(key: str, table: Table) -> PoolSection:
    check_name(key, table)
    section = PoolSection(
        id=_matching(table, "id", _ID, 'up to 64 letters, digits, "-" and "_"'),
        name=table.text("name"),
        note=table.text("note"),
        group=_placed(table, "group"),
        said=_inherited(table),
    )
    table.finish()
    return section


def _matching(table: Table, key: str, form: re.Pattern[str], expected: str) -> str | None:
    text = table.text(key)
    if text is not None and (form.fullmatch(text) is None or len(text) > _LONGEST_REGION + 24):
        table.error(key, f"this is no {key.replace('_', ' ')}", f"expected {expected}")
        return None
    return text
