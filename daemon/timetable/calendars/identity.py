"""What a calendar depends on, as one hash: the meaning of a timetable is compared by it (protocol 3.2)."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from daemon.timetable.calendars.spans import span_text

if TYPE_CHECKING:
    from daemon.timetable.calendars.country import Place
    from daemon.timetable.calendars.definition import Definition


@lru_cache(maxsize=1024)
def identity_of(definition: Definition, place: Place | None) -> str:
    """SHA-256, in hexadecimal; neither the name nor the order of dates changes it."""
    lists = (definition.holidays, definition.except_, definition.workdays, definition.dates)
    facts = [
        _country(place),
        [sorted({span_text(span) for span in spans}) for spans in lists],
        None if definition.weekend is None else sorted(definition.weekend),
        None if definition.ics is None else [[year, f"{bits:x}"] for year, bits in definition.ics.years],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _country(place: Place | None) -> list[str]:
    if place is None:
        return []
    from daemon.timetable.calendars.country import package_version  # noqa: PLC0415 - few files name a country

    return [place.code, *place.categories, package_version()]
