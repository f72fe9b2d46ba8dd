"""Names of time zones: which are accepted, and what was probably meant by one that is not.

Accepted are the names of the tz database as the ``tzdata`` package lists them, in any case, so that a file is valid on
every machine or on none. Refused although the database still carries them are abbreviations (``CET``, ``EST``): most
people who write ``EST`` mean New York, but the zone of that name knows no summer time. ``UTC`` and ``GMT`` say
exactly what they mean and are accepted.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from daemon.errors import PoolpowerError
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.quoting import shown

_ABBREVIATIONS = {
    "bst": "Europe/London",
    "cdt": "America/Chicago",
    "cest": "Europe/Berlin",
    "cet": "Europe/Berlin",
    "cst": "America/Chicago or Asia/Shanghai",
    "cst6cdt": "America/Chicago",
    "edt": "America/New_York",
    "eest": "Europe/Helsinki",
    "eet": "Europe/Helsinki",
    "est": "America/New_York",
    "est5edt": "America/New_York",
    "hst": "Pacific/Honolulu",
    "ist": "Asia/Kolkata, Asia/Jerusalem or Europe/Dublin",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "mdt": "America/Denver",
    "mesz": "Europe/Berlin",
    "met": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "msk": "Europe/Moscow",
    "mst": "America/Denver",
    "mst7mdt": "America/Denver",
    "pdt": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "pst8pdt": "America/Los_Angeles",
    "wet": "Europe/Lisbon",
}
# "UTC+1" is no zone, and "Etc/GMT+1", which is one, lies the other way round: never suggest it.
_OFFSET = re.compile(r"(?:utc|gmt)?[+-][0-9:]+")
_NO_PLACE = frozenset({"factory"})


class ZoneError(PoolpowerError, ValueError):
    """The text is no name of a time zone that we accept."""


def zone_name(text: str) -> str:
    """The proper spelling of a zone's name: ``europe/berlin`` gives ``Europe/Berlin``.

    Raises:
        ZoneError: there is no such zone, or it is an abbreviation; the hint names what was probably meant.
    """
    word = text.lower()
    if word in _ABBREVIATIONS:
        raise ZoneError(
            f"{shown(text)} is an abbreviation, not a zone", f"write the zone's IANA name: {_ABBREVIATIONS[word]}"
        )
    found = _names().get(word)
    if found is None and _OFFSET.fullmatch(word):
        raise ZoneError(f"{shown(text)} is an offset, not a zone", "write the zone's IANA name, such as Europe/Berlin")
    if found is None:
        raise ZoneError(f"{shown(text)} is not a time zone", _hint(word))
    return found


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of a name that `zone_name` has accepted; kept for good, for there are a few hundred at most."""
    return ZoneInfo(name)


def _hint(word: str) -> str:
    names = _names()
    city = word.rpartition("/")[2].replace(" ", "_")
    meant = next((name for key, name in names.items() if key.endswith("/" + city)), None)
    if meant is None:
        close = near_miss(word, names)
        meant = names[close] if close else None
    return f'did you mean "{meant}"?' if meant else "write its IANA name, such as Europe/Berlin or UTC"


@cache
def _names() -> dict[str, str]:
    """Every accepted name by its lower-case spelling."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return {name.lower(): name for name in listed if name.lower() not in _ABBREVIATIONS.keys() | _NO_PLACE}
