"""Noticing that the schedule file changed, by its content (a ConfigMap swaps a symlink, an editor a file).

A look every second must cost next to nothing, so the files are read only where the system says of any of them that it
is not what it was: another file, another size, written since. What that can miss (a write within one tick of the file
system's clock that keeps the size, a file system that keeps no proper times) is read a minute later at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.service.reading import HangingError
from daemon.timetable.schedulefile import ScheduleError, read_schedule
from daemon.timetable.schedulefile.source import members

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.errors import PoolpowerError
    from daemon.service.reading import PatientReader

    Signature = tuple[tuple[str, int, int, int, int, int], ...]

SETTLED_AFTER = 5.0
"""Seconds that a changed file must have been unchanged before it is taken: nobody saves a file in one stroke."""
READ_ANYWAY_AFTER = 60.0
"""Seconds after which the files are read although they look untouched."""


class Watcher:
    """Tells when the content of a file has changed and has settled since."""

    def __init__(self, reader: PatientReader, settled_after: float = SETTLED_AFTER) -> None:
        """It has seen nothing yet."""
        self._reader = reader
        self._settled_after = settled_after
        self._signature: Signature | None = None
        self._content = ""
        self._read_at = 0.0
        self._candidate: str | None = None
        self._since = 0.0

    async def settled(self, seen: str | None, elapsed: float) -> str | None:
        """The hash of a content that is not ``seen`` and has been unchanged long enough, else None.

        Where it stays unseen (it was read and could not be accepted, because commits fail) it is told again after as
        long.

        Args:
            seen: hash of what was read last, whatever came of it.
            elapsed: reading of a clock that does not step.
        """
        content = await self._content_at(elapsed)
        if content == seen:
            self._candidate = None
            return None
        if content != self._candidate:
            self._candidate, self._since = content, elapsed
            return None
        if elapsed - self._since < self._settled_after:
            return None
        self._since = elapsed
        return content

    async def _content_at(self, elapsed: float) -> str:
        known = None if elapsed - self._read_at >= READ_ANYWAY_AFTER else self._signature
        try:
            signature, content = await self._reader.read(lambda path: _look(path, known))
        except HangingError as error:
            self._signature = None
            return unreadable(error)
        if content is not None:
            self._content, self._signature, self._read_at = content, signature, elapsed
        return self._content


def _look(path: Path, known: Signature | None) -> tuple[Signature | None, str | None]:
    """The signature, and the content where it is not that of the known signature."""
    signature = signature_of(path)  # before the content: what is written in between looks changed next time
    is_untouched = signature is not None and signature == known
    return signature, None if is_untouched else content_of(path)


def signature_of(path: Path) -> Signature | None:
    """What nearly always tells one content of a schedule file from another, read from no file; None for unknown."""
    try:
        files = members(path)
        beside = sorted({ics for folder in {file.parent for file in files} for ics in folder.glob("*.ics")})
        found = [(str(file), file.stat()) for file in (*files, *beside)]
    except (OSError, ScheduleError):
        return None
    return tuple((name, s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for name, s in found)


def content_of(path: Path) -> str:
    """What tells one content of a schedule file from another: its hash, or why it cannot be read."""
    try:
        return read_schedule(path).hash
    except ScheduleError as error:
        return unreadable(error)


def unreadable(error: PoolpowerError) -> str:
    """The same for one that cannot be read: why."""
    return f"unreadable: {error.message}"
