"""TOML string literals: what they say, and where in the literal each character of it is written."""

from __future__ import annotations

import re
from typing import Final

STRING: Final = (
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*'"
)
"""A string literal in a text that is known to be valid TOML."""

_PIECE: Final = re.compile(
    r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2})|\\[ \t]*\r?\n[ \t\r\n]*|\\.|\r\n|[\s\S]",
)
_RAW: Final = re.compile(r"\r\n|[\s\S]")
_ESCAPES: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}


def decode(literal: str) -> tuple[str, list[int]]:
    """What a literal says, and for each character of it (and the end) the offset in the literal where it is written.

    Args:
        literal: one of the four kinds of TOML string, valid, quotes included.
    """
    start, end = _inside(literal)
    basic = literal[0] == '"'
    chars: list[str] = []
    offsets: list[int] = []
    for piece in (_PIECE if basic else _RAW).finditer(literal, start, end):
        char = _meaning(piece[0]) if basic else piece[0][-1]
        if char:
            chars.append(char)
            offsets.append(piece.start())
    return "".join(chars), [*offsets, end]


def _inside(literal: str) -> tuple[int, int]:
    """Bounds of what stands between the quotes; a newline right behind three opening quotes does not count."""
    if not literal.startswith(('"""', "'''")):
        return 1, len(literal) - 1
    start = 3
    if literal.startswith("\r\n", start):
        start += 2
    elif literal.startswith("\n", start):
        start += 1
    return start, len(literal) - 3


def _meaning(piece: str) -> str:
    if piece[0] != "\\" or len(piece) == 1:
        return piece[-1]
    if piece[1] in _ESCAPES:
        return _ESCAPES[piece[1]]
    if piece[1] in "uUx":
        return chr(int(piece.lstrip(r"\uUx"), 16))
    return ""  # a backslash at the end of a line joins it to the next word
