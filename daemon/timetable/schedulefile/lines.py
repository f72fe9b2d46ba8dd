"""Offsets of a text as lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import Final

from daemon.timetable.schedulefile import forbidden
from daemon.timetable.schedulefile.excerpts import excerpt
from daemon.timetable.schedulefile.findings import Finding

_NEWLINE: Final = re.compile("\n")


class Lines:
    """The lines of one file."""

    def __init__(self, file: str, text: str) -> None:
        """Find where each line begins."""
        self._file = file
        self._text = text
        self._starts = [0, *(newline.end() for newline in _NEWLINE.finditer(text)), len(text) + 1]
        self._line = cache(self._read_line)

    def finding(self, start: int, end: int, message: str, hint: str | None = None, code: str | None = None) -> Finding:
        """A finding about ``text[start:end]``, or as much of it as stands on its first line."""
        number = min(bisect_right(self._starts, start), len(self._starts) - 1)
        begin = self._starts[number - 1]
        line, secret = self._line(number)
        column = min(start - begin, len(line))
        last = min(max(end - begin, column), len(line))
        shown = excerpt(line, column, last, secret)
        return Finding(self._file, number, column + 1, last + 1, message, hint, code, shown)

    def _read_line(self, number: int) -> tuple[str, int | None]:
        """A line without its end, and from where on it may not be shown; read once, for it can be the whole file."""
        line = self._text[self._starts[number - 1] : self._starts[number] - 1].rstrip("\r")
        return line, forbidden.value_in(line)
