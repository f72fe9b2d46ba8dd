"""``--since``: from when on the past is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

FORMS = 'a date, a date-time, "yesterday 20:00", "2h"; in the schedule file\'s zone unless it has an offset'
"""What can be given, for the help."""


def parse_since(text: str, schedules: Path, now: datetime) -> datetime:
    """Read where a look at the past begins.

    Args:
        text: as typed.
        schedules: the schedule file, for the zone of wall times.
        now: aware.

    Returns:
        Aware, UTC.

    Raises:
        WrongUseError: it is no instant, or one that is still to come.
    """
    from daemon.cli.filezone import file_zone  # noqa: PLC0415 - the language takes a moment to import
    from daemon.cli.instants import Towards, parse_instant  # noqa: PLC0415

    since = parse_instant(text, now=now, zone=lambda: file_zone(schedules), towards=Towards.PAST)
    if since > now:
        raise WrongUseError(*_to_come(text.strip()))
    return since


def _to_come(text: str) -> tuple[str, str]:
    """What is wrong with an instant ahead, and what was probably meant."""
    time = text.lower().removeprefix("today").strip()
    if time[:1].isdigit() and len(time) <= len("20:00:00") and ":" in time:
        return f"{time} today is still to come", f'write "yesterday {time}"'
    mend = 'write a date or time that is past, or "2h": two hours ago'
    return f"{text} is still to come, and --since looks back", mend
