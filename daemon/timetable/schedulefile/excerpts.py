"""The line of a file that a finding is about, made fit for a terminal.

A schedule file must hold no secrets, but the file in which one was found is just what is shown here: whatever stands
behind a key that looks like one is left out. Control characters are replaced, so that a file cannot steer the
terminal of whoever checks it.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_WIDEST: Final = 110
_BEFORE: Final = 60


def excerpt(line: str, start: int, end: int, secret: int | None) -> str:
    """The line, and under it a second one with carets below ``line[start:end]`` (at least one caret).

    Args:
        line: the whole line, without its end.
        start: offset of the place in the line.
        end: offset behind it.
        secret: offset from which on nothing may be shown (see `forbidden.value_in`), or None.
    """
    if secret is not None:
        line, start, end = line[:secret] + "…", min(start, secret), min(end, secret + 1)
    line, start, end = _window(line, start, end)
    shown = "".join(_printable(char) for char in line)
    indent = "".join("\t" if char == "\t" else " " * _width(char) for char in line[:start])
    marks = "^" * max(1, sum(_width(char) for char in line[start:end]))
    return f"{shown}\n{indent}{marks}"


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """A long line is cut to the surroundings of the place."""
    if len(line) <= _WIDEST:
        return line, start, end
    cut = max(0, min(start - _BEFORE, len(line) - _WIDEST))
    head = "…" if cut else ""
    tail = "…" if cut + _WIDEST < len(line) else ""
    shift = len(head) - cut
    kept = head + line[cut : cut + _WIDEST] + tail
    return kept, start + shift, min(end + shift, len(kept))


def _printable(char: str) -> str:
    return char if char == "\t" or char.isprintable() else "�"


def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
