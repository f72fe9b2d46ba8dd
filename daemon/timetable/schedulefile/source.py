"""Reading a schedule file, or a directory of them, as text."""

from __future__ import annotations

import hashlib
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daemon.timetable.schedulefile import forbidden
from daemon.timetable.schedulefile.excerpts import excerpt
from daemon.timetable.schedulefile.findings import Finding, ScheduleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LARGEST: Final = 16 * 1024 * 1024
"""Bytes that a schedule may have in all; 10,000 pools take about one million."""

ABSENT_AS_NAMED: Final = "write it (schedules.example.toml is a start), or name another"
"""The mend where somebody named a file that does not exist."""
ABSENT: Final = "write one (schedules.example.toml is a start), or name another with POOLPOWER_SCHEDULES"
"""The mend where the settings lead to a file that does not exist."""


@dataclass(frozen=True, slots=True)
class ScheduleSource:
    """The text of a schedule, as it was found at one moment.

    Attributes:
        path: the file or directory it was read from.
        texts: name and text of each file, in name order; behind them those of the calendar files that they name.
        hash: what ``reload --expect`` compares: see `texts_hash`.
    """

    path: Path
    texts: tuple[tuple[str, str], ...]
    hash: str


def read_schedule(path: Path) -> ScheduleSource:
    """Read a schedule file, or every ``*.toml`` of a directory in name order.

    Raises:
        ScheduleError: missing, unreadable, too large or not UTF-8; a directory without such files.
    """
    texts = _texts(members(path), LARGEST)
    named = {Path(name).parent / ics for name, text in texts for ics in ics_named(text)}
    beside = sorted(ics for ics in named if ics.exists() or ics.is_symlink())  # a missing one is told where it is named
    texts += _texts(beside, LARGEST - sum(len(text.encode()) for _, text in texts))
    return ScheduleSource(path, tuple(texts), texts_hash(texts))


def _texts(files: Iterable[Path], room: int) -> list[tuple[str, str]]:
    """Name and text of each file, at most ``room`` bytes in all."""
    findings: list[Finding] = []
    texts: list[tuple[str, str]] = []
    for file in files:
        content = _read(file, room)
        if isinstance(content, Finding):
            findings.append(content)
            continue
        room -= len(content.encode())
        texts.append((str(file), content))
    if findings:
        raise ScheduleError(findings)
    return texts


def is_ics(name: str) -> bool:
    """True for the name of a calendar file."""
    return name.lower().endswith(".ics")


def ics_named(text: str) -> list[str]:
    """The calendar files that a schedule file names: plain names of files that stand beside it, ending in ``.ics``."""
    if ".ics" not in text.lower():
        return []
    try:
        calendars = tomllib.loads(text).get("calendars")
    except (tomllib.TOMLDecodeError, RecursionError):
        return []  # said, with its place, by whoever reads the file
    sections = calendars.values() if isinstance(calendars, dict) else ()
    named = (section.get("ics") for section in sections if isinstance(section, dict))
    return [name for name in named if isinstance(name, str) and is_plain(name)]


def is_plain(name: str) -> bool:
    """Whether a calendar file may be called so: it is read, and parts of it are shown, so nothing else may be named."""
    return is_ics(name) and Path(name).name == name and not name.startswith(".") and "\0" not in name


def members(path: Path) -> list[Path]:
    """The files of a schedule: the file itself, or every ``*.toml`` of a directory in name order.

    Raises:
        ScheduleError: the directory cannot be listed, or has no such files.
    """
    try:
        if not path.is_dir():
            return [path]
        files = sorted(file for file in path.glob("*.toml") if not file.name.startswith(".") and not file.is_dir())
    except OSError as error:
        raise ScheduleError([_unreadable(path, error)]) from error
    if not files:
        message = "the directory has no *.toml files"
        raise ScheduleError([Finding(str(path), 1, 1, 1, message, "put a schedule file there")])
    return files


def texts_hash(texts: Sequence[tuple[str, str]]) -> str:
    """SHA-256 of a schedule's content, in hexadecimal.

    For a single file it is what ``sha256sum FILE`` prints, for several what ``sha256sum *.toml | sha256sum`` prints in
    their directory (where no name is out of the ordinary), the calendar files that they name behind them, so that
    a reviewer needs no poolpower to know it.
    """
    sums = [
        (Path(name).name, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()) for name, text in texts
    ]
    if len(sums) == 1:
        return sums[0][1]
    listing = "".join(f"{value}  {name}\n" for name, value in sums)
    return hashlib.sha256(listing.encode("utf-8", "surrogatepass")).hexdigest()


def _read(file: Path, room: int) -> str | Finding:
    """The text of one file, at most ``room`` bytes, or what is wrong with it."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # to open a pipe would wait for somebody to write into it
            return Finding(str(file), 1, 1, 1, "is no regular file", "put the schedule into an ordinary file")
        with file.open("rb") as stream:
            content = stream.read(room + 1)
    except OSError as error:
        return _unreadable(file, error)
    if len(content) > room:
        message = f"the schedule is larger than {LARGEST // 1024 // 1024} MiB"
        return Finding(str(file), 1, 1, 1, message, "is this the right file?")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _undecodable(file, content, error)


def _unreadable(file: Path, error: OSError) -> Finding:
    if isinstance(error, FileNotFoundError):
        message, hint = "does not exist", ABSENT
    elif isinstance(error, PermissionError):
        message, hint = "may not be read by this user", "let the service's user read it: chmod or chgrp"
    else:
        message, hint = f"cannot be read: {error.strerror or error}", "is this the right file?"
    return Finding(str(file), 1, 1, 1, message, hint)


def _undecodable(file: Path, content: bytes, error: UnicodeDecodeError) -> Finding:
    before = content[: error.start].decode("utf-8")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1)
    rest = content[error.start :].split(b"\n", 1)[0].decode("utf-8", "replace")
    shown = before[before.rfind("\n") + 1 :] + rest.rstrip("\r")
    message = f"the file is not UTF-8: found the byte 0x{content[error.start]:02x}"
    hint = "save it as UTF-8, in the editor or with iconv"
    mark = excerpt(shown, column, column + 1, forbidden.value_in(shown))
    return Finding(str(file), line, column + 1, column + 2, message, hint, None, mark)
