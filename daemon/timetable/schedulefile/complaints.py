"""Collecting what is wrong with a schedule, and turning it into findings once all is known.

While a file is read, what is wrong is noted by the path of the key concerned. Only when there is something to report
are the texts scanned for places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from daemon.timetable.schedulefile.excerpts import excerpt
from daemon.timetable.schedulefile.findings import Finding
from daemon.timetable.schedulefile.places import Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.timetable.schedulefile.places import KeyPath


@dataclass(frozen=True, slots=True)
class Spot:
    """What a complaint is about.

    Attributes:
        file: index of the file among the texts.
        path: keys and array indexes that lead there.
        part: the key, or the value that it has.
        within: bounds of the characters of a string value, or None for the whole of it.
    """

    file: int
    path: KeyPath
    part: Literal["key", "value"] = "value"
    within: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error, or with a code one warning."""

    spot: Spot
    message: str
    hint: str | None = None
    code: str | None = None


@dataclass(slots=True)
class Complaints:
    """All that was found so far, errors and warnings apart."""

    errors: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)

    def error(self, spot: Spot, message: str, hint: str | None = None) -> None:
        """Note what makes the schedule invalid."""
        self.errors.append(Complaint(spot, message, hint))

    def warn(self, code: str, spot: Spot, message: str, hint: str | None = None) -> None:
        """Note what is doubtful; ``code`` is the name by which the file can silence it."""
        self.warnings.append(Complaint(spot, message, hint, code))


def findings(complaints: Sequence[Complaint], texts: Sequence[tuple[str, str]]) -> tuple[Finding, ...]:
    """The complaints with their places, in the order of the files, without repetitions."""
    places: dict[int, Places] = {}
    located: dict[tuple[int, int, int, str], Finding] = {}
    for complaint in complaints:
        spot = complaint.spot
        name, text = texts[spot.file]
        if spot.file not in places:
            places[spot.file] = Places(text)
        start, end = _span(places[spot.file], spot)
        found = at_offset(name, text, start, end, complaint.message, complaint.hint, complaint.code)
        located.setdefault((spot.file, start, end, complaint.message), found)
    return tuple(found for _, found in sorted(located.items(), key=lambda item: item[0]))


def at_offset(  # noqa: PLR0917 - a place is three things, and a finding three more
    file: str,
    text: str,
    start: int,
    end: int,
    message: str,
    hint: str | None = None,
    code: str | None = None,
) -> Finding:
    """A finding about ``text[start:end]``, or as much of it as stands on its first line."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    line = text[begin : len(text) if stop < 0 else stop].rstrip("\r")
    column = min(start - begin, len(line))
    last = min(max(end - begin, column), len(line))
    number = text.count("\n", 0, start) + 1
    return Finding(file, number, column + 1, last + 1, message, hint, code, excerpt(line, column, last))


def _span(places: Places, spot: Spot) -> tuple[int, int]:
    if spot.part == "key":
        return places.key(spot.path)
    if spot.within is not None:
        return places.inside(spot.path, *spot.within)
    return places.value(spot.path)
