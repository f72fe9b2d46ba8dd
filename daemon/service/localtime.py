"""Instants as people read them: in this machine's zone, with the offset that says which one it is."""

from __future__ import annotations

from datetime import datetime


def in_words(at: datetime | str | None) -> str:
    """``Mon 2026-11-23 20:00:00 +0100``; a dash for None.

    Args:
        at: aware, or the same as JSON has it.
    """
    if at is None:
        return "–"
    given = datetime.fromisoformat(at) if isinstance(at, str) else at
    return given.astimezone().strftime("%a %Y-%m-%d %H:%M:%S %z")
