"""Noticing that the schedule file changed, by its content (a ConfigMap swaps a symlink, an editor a file)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from daemon.timetable.schedulefile import ScheduleError, read_schedule

if TYPE_CHECKING:
    from pathlib import Path

SETTLED_AFTER = 5.0
"""Seconds that a changed file must have been unchanged before it is taken: nobody saves a file in one stroke."""


class Watcher:
    """Tells when the content of a file has changed and has settled since."""

    def __init__(self, path: Path, settled_after: float = SETTLED_AFTER) -> None:
        """It has seen nothing yet."""
        self._path = path
        self._settled_after = settled_after
        self._signature: object = None
        self._candidate: str | None = None
        self._since = 0.0

    async def settled(self, seen: str | None, elapsed: float) -> str | None:
        """The hash of a content that is not ``seen`` and has been unchanged long enough, else None.

        Args:
            seen: hash of what was read last, whatever came of it.
            elapsed: reading of a clock that does not step.
        """
        content = await asyncio.to_thread(content_of, self._path)
        if content == seen:
            self._candidate = None
            return None
        if content != self._candidate:
            self._candidate, self._since = content, elapsed
            return None
        return content if elapsed - self._since >= self._settled_after else None


def content_of(path: Path) -> str:
    """What tells one content of a schedule file from another: its hash, or why it cannot be read."""
    try:
        return read_schedule(path).hash
    except ScheduleError as error:
        return f"unreadable: {error.message}"
