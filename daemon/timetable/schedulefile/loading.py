"""A schedule file in, a timetable or every error out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.timetable.schedulefile.assembly import Assembly
from daemon.timetable.schedulefile.complaints import Complaints, findings
from daemon.timetable.schedulefile.document import read_document, without_bom
from daemon.timetable.schedulefile.doubts import check_doubts, silenced
from daemon.timetable.schedulefile.findings import Finding, ScheduleError
from daemon.timetable.schedulefile.identities import check_identities
from daemon.timetable.schedulefile.meetings import Meetings
from daemon.timetable.schedulefile.sections import read_sections
from daemon.timetable.schedulefile.shelf import Shelf
from daemon.timetable.schedulefile.source import is_ics, read_schedule, texts_hash

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from daemon.timetable.timetable import Timetable


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid schedule.

    Attributes:
        timetable: what it says.
        warnings: what is probably not meant, in the order of the file, less what the file silences.
        hash: of its content, see `texts_hash`.
    """

    timetable: Timetable
    warnings: tuple[Finding, ...]
    hash: str


def load(path: Path, *, now: datetime | None = None) -> Loaded:
    """Read and parse a schedule file or directory: see `read_schedule` and `parse_schedule`.

    Raises:
        ScheduleError: it cannot be read or is not valid.
    """
    return parse_schedule(read_schedule(path).texts, now=now)


def parse_schedule(texts: Sequence[tuple[str, str]], *, now: datetime | None = None) -> Loaded:
    """Parse the files of a schedule.

    Validity depends on the texts alone: never on the clock, on holidays or on zone data.

    Args:
        texts: name and text of each file, in the order in which they are merged.
        now: the instant (aware) from which on dates count as to come; None leaves out the warnings that need one.

    Raises:
        ScheduleError: not valid; it has every error of every file.
    """
    plain = without_bom(text for text in texts if not is_ics(text[0]))
    complaints = Complaints()
    document = read_document(plain, complaints)
    sections = read_sections(document, complaints)
    silent = silenced(sections, document, complaints)
    shelf = Shelf(sections.calendars, document, complaints, [text for text in texts if is_ics(text[0])])
    assembly = Assembly(sections, document, complaints, shelf)
    timetable = assembly.timetable()
    check_identities(timetable, document, complaints)
    Meetings(assembly.paths, document, complaints, now).check(timetable)
    if complaints.errors:
        raise ScheduleError(findings(complaints.errors, plain))
    check_doubts(assembly, timetable, now)
    warnings = [warning for warning in complaints.warnings if warning.code not in silent]
    return Loaded(timetable, findings(warnings, plain), texts_hash(texts))
