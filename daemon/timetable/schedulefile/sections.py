"""The sections of the schedule file, read into records: types and names are checked here, their meaning elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.schedulefile.options import read_options
from daemon.timetable.schedulefile.tables import Table

if TYPE_CHECKING:
    from daemon.timetable.policy import Options
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.places import KeyPath

Text = tuple["KeyPath", str]

_LATER: Final = ("groups", "calendars", "holidays")
_LATER_IN_POOL: Final = ("group", "without", "holidays")
_LATER_IN_PROJECT: Final = ("holidays",)
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
# A region becomes part of the host that credentials are sent to: nothing else may come in with it.
_REGION: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_REGION: Final = 40
_LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class ScheduleSection:
    """``[schedules.NAME]``: its policies as they stand in the file, each with its path."""

    policies: tuple[tuple[KeyPath, Any], ...]


@dataclass(frozen=True, slots=True)
class ProjectSection:
    """``[projects.NAME]``."""

    region: str | None
    project_id: str | None
    options: Options


@dataclass(frozen=True, slots=True)
class PoolSection:
    """``[pools.KEY]``."""

    id: str | None
    name: str | None
    note: str | None
    project: str | None
    options: Options
    schedules: tuple[Text, ...]
    policies: tuple[tuple[KeyPath, Any], ...]


@dataclass(frozen=True, slots=True)
class Sections:
    """The whole file. Attributes are named like its keys; ``options`` are its ``timezone`` and ``[defaults]``."""

    options: Options
    silence: tuple[Text, ...]
    schedules: dict[str, ScheduleSection]
    projects: dict[str, ProjectSection]
    pools: dict[str, PoolSection]


def read_sections(document: Document, complaints: Complaints) -> Sections:
    """Read every section, and complain about whatever is not as it should be."""
    top = Table(document, document.data, (), complaints)
    sections = Sections(
        options=read_options(top),
        silence=tuple(top.texts("silence")),
        schedules={name: _schedule(name, table) for name, table in top.tables("schedules", "office-hours")},
        projects={name: _project(name, table) for name, table in top.tables("projects", "frankfurt")},
        pools={name: _pool(name, table) for name, table in top.tables("pools", "engineering")},
    )
    top.finish(later=_LATER)
    return sections


def _schedule(name: str, table: Table) -> ScheduleSection:
    _check_name(name, table)
    section = ScheduleSection(tuple(table.items("policies", "policies")))
    table.finish()
    return section


def _project(name: str, table: Table) -> ProjectSection:
    _check_name(name, table)
    section = ProjectSection(
        region=_matching(table, "region", _REGION, 'lower-case letters, digits and "-", such as eu-west-101'),
        project_id=_matching(table, "project_id", _ID, 'up to 64 letters, digits, "-" and "_"'),
        options=read_options(table),
    )
    table.finish(later=_LATER_IN_PROJECT)
    return section


def _pool(key: str, table: Table) -> PoolSection:
    _check_name(key, table)
    section = PoolSection(
        id=_matching(table, "id", _ID, 'up to 64 letters, digits, "-" and "_"'),
        name=table.text("name"),
        note=table.text("note"),
        project=table.text("project"),
        options=read_options(table),
        schedules=tuple(table.texts("schedule")),
        policies=tuple(table.items("policies", "policies")),
    )
    table.finish(later=_LATER_IN_POOL)
    return section


def _matching(table: Table, key: str, form: re.Pattern[str], expected: str) -> str | None:
    text = table.text(key)
    if text is not None and (form.fullmatch(text) is None or len(text) > _LONGEST_REGION + 24):
        table.error(key, f"this is no {key.replace('_', ' ')}", f"expected {expected}")
        return None
    return text


def _check_name(name: str, table: Table) -> None:
    """Names are typed on command lines as ``key``, ``project/key`` and ``@group``, and stand in logs."""
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        found = "a name must not be empty, longer than 255 characters, or have control characters"
    elif "/" in name or name.startswith("@"):
        found = f'the name "{name}" must not have "/" in it or begin with "@"'
    elif name != name.strip():
        found = f'the name "{name}" begins or ends with a blank'
    else:
        return
    table.complaints.error(table.spot(key=True), found, 'the cloud\'s name can be given as name = "…"')
