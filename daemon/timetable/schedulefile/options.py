"""``timezone`` and ``[defaults]`` of file, project or pool: what holds for policies that do not say otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daemon.timetable.language import PolicyError, options_from_table
from daemon.timetable.policy import Options
from daemon.timetable.schedulefile.sentences import OPTION_KEYS, complain
from daemon.timetable.zones import ZoneError, zone_name

if TYPE_CHECKING:
    from daemon.timetable.schedulefile.tables import Table


def read_options(table: Table) -> Options:
    """The options that a table gives, its ``timezone`` as the zone among them."""
    zone = _zone(table)
    defaults = table.table("defaults")
    options = Options() if defaults is None else _options(defaults)
    if zone is None:
        return options
    if defaults is not None and options.zone is not None:
        defaults.error("zone", "the timezone is said twice", "keep timezone, and leave zone out here")
    return replace(options, zone=zone)


def _options(defaults: Table) -> Options:
    try:
        return options_from_table(defaults.data)
    except PolicyError as error:
        complain(error, defaults.data, defaults.document.spot(defaults.path), OPTION_KEYS, defaults.complaints)
        return Options()


def _zone(table: Table) -> str | None:
    """The proper name of the zone under ``timezone``."""
    text = table.text("timezone")
    if text is None:
        return None
    try:
        return zone_name(text)
    except ZoneError as error:
        table.error("timezone", error.message, error.hint)
        return None
