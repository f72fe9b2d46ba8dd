"""Marks a place inside a line of text."""

from __future__ import annotations

from rich.cells import cell_len


def under(text: str, start: int, end: int) -> tuple[str, str]:
    """The text in one line, and a line of carets below its characters from ``start`` to ``end``.

    Line breaks and other control characters are shown as blanks; wide characters get two carets.
    """
    line = "".join(char if char.isprintable() else " " for char in text)
    begin, width = cell_len(line[:start]), cell_len(line[start:end])
    return line, " " * begin + "^" * max(width, 1)
