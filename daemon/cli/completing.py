"""What the shell completes beyond commands and options: keys of pools, where the schedule file can be read."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from click import Context, Parameter


def pool_keys(ctx: Context, param: Parameter, incomplete: str) -> list[str]:
    """The keys that begin so, in the order of the file; none where it cannot be read: a shell is not told why."""
    del ctx, param
    from daemon.settings import load_settings  # noqa: PLC0415 - pydantic takes a moment to import
    from daemon.timetable.schedulefile.source import read_schedule  # noqa: PLC0415 - as above

    try:
        tables = [tomllib.loads(text).get("pools") for _, text in read_schedule(load_settings().schedules).texts]
    except (PoolpowerError, tomllib.TOMLDecodeError):
        return []
    keys = [key for table in tables if isinstance(table, dict) for key in table]
    return [key for key in keys if key.startswith(incomplete)]
