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
_LONG_ENOUGH_FOR_SLIPS = 5
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


def likely_zone(text: str) -> str | None:
    """The zone's name that was probably meant: by its spelling, its city (a slip in it allowed), an abbreviation.

    None where nothing is likely, and where an abbreviation stands for several zones.
    """
    word = text.lower()
    return _names().get(word) or _unambiguous(_ABBREVIATIONS.get(word)) or _of_city(word)


def zone_spelled(text: str) -> str | None:
    """The zone whose name or city is spelled so, with blanks for underscores; quickly, for no slip is allowed."""
    word = text.lower().replace(" ", "_")
    return _names().get(word) or _cities().get(word.rpartition("/")[2])


def _unambiguous(name: str | None) -> str | None:
    return name if name is not None and " " not in name else None


def _of_city(word: str) -> str | None:
    """The zone of a city, whatever stands before it: ``berlin``, ``new york``, ``china/shanghai``, ``shanghia``."""
    city = word.rpartition("/")[2].replace(" ", "_")
    found = _cities().get(city)
    if found is None and len(city) >= _LONG_ENOUGH_FOR_SLIPS:
        close = near_miss(city, _cities())
        found = _cities()[close] if close is not None and close[0] == city[0] else None
    return found


def _hint(word: str) -> str:
    names = _names()
    found = _cities().get(word.rpartition("/")[2].replace(" ", "_"))
    if found is None:
        close = near_miss(word, names)
        found = names[close] if close else _of_city(word)
    return f'did you mean "{found}"?' if found else "write its IANA name, such as Europe/Berlin or UTC"


@cache
def _cities() -> dict[str, str]:
    """Every name that has a continent before it by its last part in lower case; of several, the first one."""
    found: dict[str, str] = {}
    for key, name in _names().items():
        continent, _, city = key.rpartition("/")
        if continent and not continent.startswith("etc"):
            found.setdefault(city, name)
    return found


@cache
def _names() -> dict[str, str]:
    """Every accepted name by its lower-case spelling."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return {name.lower(): name for name in listed if name.lower() not in _ABBREVIATIONS.keys() | _NO_PLACE}
