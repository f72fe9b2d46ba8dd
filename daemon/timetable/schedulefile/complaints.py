"""Collecting what is wrong with a schedule, and turning it into findings once all is known.

While a file is read, what is wrong is noted by the path of the key concerned. Only when there is something to report
are the texts scanned for places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from daemon.timetable.schedulefile.lines import Lines
from daemon.timetable.schedulefile.places import Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.timetable.schedulefile.findings import Finding
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
    scanned: dict[int, tuple[Places, Lines]] = {}
    located: dict[tuple[int, int, int, str], Finding] = {}
    for it in complaints:
        file = it.spot.file
        if file not in scanned:
            scanned[file] = Places(texts[file][1]), Lines(*texts[file])
        places, lines = scanned[file]
        start, end = _span(places, it.spot)
        located.setdefault((file, start, end, it.message), lines.finding(start, end, it.message, it.hint, it.code))
    return tuple(found for _, found in sorted(located.items(), key=lambda item: item[0]))


def _span(places: Places, spot: Spot) -> tuple[int, int]:
    if spot.part == "key":
        return places.key(spot.path)
    if spot.within is not None:
        return places.inside(spot.path, *spot.within)
    return places.value(spot.path)
