"""What a pool, a schedule, a project, a group or a calendar may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from daemon.timetable.schedulefile.tables import Table

_LONGEST_NAME: Final = 255


def check_name(name: str, table: Table) -> None:
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
