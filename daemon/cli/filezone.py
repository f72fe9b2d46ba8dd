"""The time zone of wall times on the command line: the schedule file's."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from daemon.cli.usage import WrongUseError
from daemon.timetable.schedulefile.findings import ScheduleError
from daemon.timetable.schedulefile.source import read_schedule
from daemon.timetable.zones import ZoneError, zone_name, zone_of

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

_HINT = 'write the offset, e.g. 2026-11-23T20:00+01:00, or a length of time such as "2h"'


def file_zone(path: Path) -> ZoneInfo:
    """The zone that the schedule file names at its top; what else is wrong with the file does not matter here.

    Raises:
        WrongUseError: it cannot be read, or names none.
    """
    try:
        texts = read_schedule(path).texts
        named = next((zone for _, text in texts if (zone := tomllib.loads(text).get("timezone"))), None)
        if isinstance(named, str):
            return zone_of(zone_name(named))
    except (ScheduleError, tomllib.TOMLDecodeError, ZoneError) as error:
        raise WrongUseError(f"the time zone of {path} cannot be told: {error}", _HINT) from None
    raise WrongUseError(f"{path} names no timezone that the time could be in", _HINT)
