"""How long an answer asks to wait: ``Retry-After`` (RFC 9110, 10.2.3), else the window that its message names."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

LONGEST = 7 * 86_400.0
"""Seconds; what asks for more is taken to mean this."""

_WINDOW = re.compile(r"limit:\s*\d+,\s*time:\s*(\d{1,9})\s*(second|minute|hour|day)?", re.IGNORECASE)
_UNITS = {"": 1, "second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_SECONDS = re.compile(r"\d{1,18}(\.\d*)?")


@lru_cache(64)
def http_date(text: str | None) -> datetime | None:
    """An HTTP date as aware UTC, None where it is missing or unreadable; kept, as a second has many answers."""
    if text is None:
        return None
    try:
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def seconds_to_wait(retry_after: str | None, words: str | None, now: datetime) -> float | None:
    """Seconds that an answer asks for, at least 0, or None where it asks for none.

    Args:
        retry_after: the header.
        words: the message, e.g. ``… user over ratelimit,limit:100,time:1 minute``.
        now: what a date in the header is compared with: the server's own ``Date`` where it gave one.
    """
    asked = _header(retry_after, now)
    if asked is None:
        window = _WINDOW.search(words or "")
        asked = float(int(window[1]) * _UNITS[(window[2] or "").lower()]) if window else None
    return None if asked is None else min(max(asked, 0.0), LONGEST)


def _header(retry_after: str | None, now: datetime) -> float | None:
    text = (retry_after or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    at = http_date(text)
    return None if at is None else (at - now).total_seconds()
