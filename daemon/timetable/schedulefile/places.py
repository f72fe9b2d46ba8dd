"""Where the keys and values of a TOML text stand.

``tomllib`` decides what is valid and gives the values, but no places. Most files are read without anything to report,
so the text is scanned a second time only when there is: by then it is known to be valid TOML, which keeps the scan
simple. A path is the tuple of keys and array indexes that leads to a value, e.g. ``("pools", "lab", "policies", 2)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daemon.timetable.schedulefile.literals import STRING, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

KeyPath = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_NAME: Final = re.compile(rf"[ \t]*+({STRING}|[A-Za-z0-9_-]++)[ \t]*+(\.?)")
_STRING: Final = re.compile(STRING)
_SCALAR: Final = re.compile(r"[^\s,\[\]{}#=\"']++(?: (?=\d)[^\s,\]}#]++)?")
_DEEPEST: Final = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Offsets into the text: ``key`` of the key that names a value, ``value`` of the value itself.

    An element of an array has no key of its own: both are the element. A table has its header's last name for both.
    """

    key: tuple[int, int]
    value: tuple[int, int]


class Places:
    """Every place of one valid TOML text."""

    def __init__(self, text: str) -> None:
        """Scan the text once."""
        self._text = text
        self._found: dict[KeyPath, Place] = {}
        self._lengths: dict[KeyPath, int] = {}
        self._scan()

    def key(self, path: KeyPath) -> tuple[int, int]:
        """Where the key of ``path`` stands, or that of the nearest table around it, or the top of the text."""
        return self._nearest(path).key

    def value(self, path: KeyPath) -> tuple[int, int]:
        """Where the value of ``path`` stands, or the nearest table around it, or the top of the text."""
        return self._nearest(path).value

    def inside(self, path: KeyPath, start: int, end: int) -> tuple[int, int]:
        """Where the characters ``start`` to ``end`` of the string at ``path`` are written."""
        place = self.value(path)
        literal = self._text[slice(*place)]
        if not _STRING.fullmatch(literal):
            return place
        _, offsets = decode(literal)
        last = len(offsets) - 1
        first = min(start, last)
        return place[0] + offsets[first], place[0] + offsets[min(max(end, first), last)]

    def _nearest(self, path: KeyPath) -> Place:
        while path and path not in self._found:
            path = path[:-1]
        return self._found.get(path, Place((0, 0), (0, 0)))

    def _scan(self) -> None:
        table: KeyPath = ()
        at = self._skip(0)
        while at < len(self._text):
            if self._text[at] == "[":
                table, at = self._header(at)
            else:
                at = self._pair(table, at)
            at = self._skip(at)

    def _skip(self, at: int) -> int:
        match = _BLANK.match(self._text, at)
        return at if match is None else match.end()

    def _header(self, at: int) -> tuple[KeyPath, int]:
        """``[a.b]`` or ``[[a.b]]``; the latter begins the next element of an array."""
        double = self._text.startswith("[[", at)
        path: KeyPath = ()
        names = list(self._names(at + 1 + double))
        for number, (name, span) in enumerate(names, 1):
            path = (*path, name)
            self._found.setdefault(path, Place(span, span))
            if double and number == len(names):
                self._lengths[path] = self._lengths.get(path, -1) + 1
            if path in self._lengths:
                path = (*path, self._lengths[path])
                self._found.setdefault(path, Place(span, span))
        return path, self._text.index("]", names[-1][1][1]) + 1 + double

    def _names(self, at: int) -> Iterator[tuple[str, tuple[int, int]]]:
        """The parts of a dotted key, each with its place."""
        dot = "."
        while dot and (match := _NAME.match(self._text, at)):
            name, dot, at = match[1], match[2], match.end()
            yield decode(name)[0] if name[0] in "\"'" else name, match.span(1)

    def _pair(self, table: KeyPath, at: int) -> int:
        """``a.b = value``; every part of the key is remembered."""
        path, key = table, (at, at)
        for name, key in self._names(at):
            path = (*path, name)
            self._found.setdefault(path, Place(key, key))
        start = self._skip(self._text.index("=", key[1]) + 1)
        end = self._value(path, start)
        self._found[path] = Place(key, (start, end))
        return end

    def _value(self, path: KeyPath, at: int) -> int:
        opening = self._text[at]
        if len(path) > _DEEPEST:
            return self._past(at)
        if opening == "[":
            return self._array(path, at + 1)
        if opening == "{":
            return self._inline_table(path, at + 1)
        match = _STRING.match(self._text, at) or _SCALAR.match(self._text, at)
        return at + 1 if match is None else match.end()

    def _array(self, path: KeyPath, at: int) -> int:
        number = 0
        at = self._skip(at)
        while self._text[at] != "]":
            element = (*path, number)
            end = self._value(element, at)
            self._found[element] = Place((at, end), (at, end))
            number += 1
            at = self._past_comma(end)
        return at + 1

    def _inline_table(self, path: KeyPath, at: int) -> int:
        at = self._skip(at)
        while self._text[at] != "}":
            at = self._past_comma(self._pair(path, at))
        return at + 1

    def _past_comma(self, at: int) -> int:
        at = self._skip(at)
        return self._skip(at + 1) if self._text[at] == "," else at

    def _past(self, at: int) -> int:
        """The end of a value that is too deep to be of interest, without recursion."""
        depth = 0
        while True:
            at = self._skip(at)
            opening = self._text[at]
            depth += (opening in "[{") - (opening in "]}")
            match = None if opening in "[]{},=" else _STRING.match(self._text, at) or _SCALAR.match(self._text, at)
            at = at + 1 if match is None else match.end()
            if depth == 0:
                return at
