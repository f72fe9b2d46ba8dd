"""Finds crontab expressions that stand without ``cron`` or without their quotes: ``0 20 * * 1-5``, ``@daily``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from daemon.timetable.language.mend import Mend
from daemon.timetable.language.tokens import Kind

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor

_FIELDS = re.compile(r"(?:[0-9*][0-9*/,-]{0,30}\s{1,3}){4}[0-9*a-z][0-9a-z*/,-]{0,30}", re.IGNORECASE)
_WORD = re.compile(r"@([a-z]{1,10})\b", re.IGNORECASE)
_MEANT = {
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "midnight": "0 0 * * *",
    "weekly": "0 0 * * 0",
    "monthly": "0 0 1 * *",
    "yearly": "0 0 1 1 *",
    "annually": "0 0 1 1 *",
}


def bare_cron(cursor: Cursor) -> Mend | None:
    """The mend for a crontab expression ahead that lacks its word or its quotes; None where there is none."""
    token = cursor.token
    if token.kind is Kind.QUOTED:
        inside = token.text[1:-1].strip()
        return _mend(token.end, inside) if _is_expression(inside) else None
    if token.kind not in {Kind.NUMBER, Kind.ODD}:
        return None
    found = _FIELDS.match(cursor.text, token.start)
    if found is not None and "*" in found[0]:
        return _mend(found.end(), " ".join(found[0].split()))
    found = _WORD.match(cursor.text, token.start)
    if found is not None and found[1].lower() in _MEANT:
        return _mend(found.end(), _MEANT[found[1].lower()])
    return None


def _is_expression(text: str) -> bool:
    return "*" in text and _FIELDS.fullmatch(text) is not None


def _mend(end: int, expression: str) -> Mend:
    return Mend(end, "a cron expression stands in quotes behind its word", f"write cron '{expression}'")
