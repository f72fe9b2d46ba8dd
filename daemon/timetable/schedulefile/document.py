"""From texts to one merged table: TOML syntax, and the files of a directory put together.

Files are merged one level deep: each may hold some of the ``[pools.*]``, say, but no key, and no table inside such a
section, stands in two of them.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.schedulefile.complaints import Spot
from daemon.timetable.schedulefile.findings import Finding, ScheduleError
from daemon.timetable.schedulefile.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.places import KeyPath

_BOM: Final = "\ufeff"
_WHERE: Final = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)

_CURLY: Final = frozenset("“”„‟‘’‚‛«»＂")
"""What editors and web pages make of straight quotes."""
_STRAIGHT: Final = 'use straight quotes: "20:00"'
_UNENDED: Final = "the quote at the end of the text is missing on this line"
_MENDS: Final = {
    "Invalid value": 'text stands in quotes: "20:00"',
    "Invalid initial character for a key": 'a name of other characters than a-z, 0-9, "-", "_" needs quotes: "设计部"',
    "Expected '=' after a key": 'write KEY = VALUE; a key with a blank in it needs quotes: "call centre"',
    "Expected ']' at the end of a table": 'end it with "]"; a name with a blank needs quotes: [pools."call centre"]',
    "Unclosed array": 'a comma is missing between two values, or the "]" at the end of the list',
    "Unclosed inline table": 'a comma is missing between two values, or the "}" at the end',
    "Illegal character '\\n'": _UNENDED,
    "Illegal character '\\r'": _UNENDED,
    "Unterminated string": _UNENDED,
    "Expected newline or end of document": 'one KEY = VALUE a line, and text stands in quotes: "20:00"',
    "Cannot": "a key or table stands once",
}
"""How tomllib's complaints begin, and what mends them."""
_MOST_PARTS: Final = 32
"""Parts of a dotted key; tomllib takes a time that grows with the square of them."""
_PART: Final = r"""(?:"(?:[^"\\\n]|\\.)*+"?+|'[^'\n]*+'?+|[A-Za-z0-9_-]++)"""
_DOT: Final = r"[ \t]*+\.[ \t]*+"
_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*+"{0,5}+'
    r"|'''(?:[^']|'{1,2}(?!'))*+'{0,5}+"
    r"|#[^\n]*+"
    rf"|(?P<key>{_PART}(?:{_DOT}{_PART}){{0,{_MOST_PARTS - 1}}}+(?P<more>{_DOT}{_PART})?+)"
)
"""What can hold dots, in a text that need not be valid: an open string is taken too, so that nothing is read twice."""
_KEY_FOLLOWS: Final = re.compile(r"[ \t]*+=")


@dataclass(frozen=True, slots=True)
class Document:
    """What the files say, as one table.

    Attributes:
        data: the merged content.
        origins: index of the file in which a section's entry, or a key of the top level, stands.
        files: their names, as they were given.
    """

    data: Mapping[str, Any]
    origins: Mapping[KeyPath, int]
    files: tuple[str, ...] = ()

    def file_of(self, path: KeyPath) -> str:
        """Name of the file that holds the path."""
        return self.files[self.spot(path).file]

    def spot(self, path: KeyPath, *, key: bool = False, within: tuple[int, int] | None = None) -> Spot:
        """A spot in whichever file holds the path."""
        file = self.origins.get(path[:2], self.origins.get(path[:1], 0))
        return Spot(file, path, "key" if key else "value", within)


def without_bom(texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The texts less the byte order mark that some editors put in front."""
    return [(name, text.removeprefix(_BOM)) for name, text in texts]


def read_document(texts: Sequence[tuple[str, str]], complaints: Complaints) -> Document:
    """Parse and merge the texts; keys that stand in two files are complained about.

    Raises:
        ScheduleError: at least one text is no valid TOML (every such text has its finding).
    """
    parsed = [_parse(name, text) for name, text in texts]
    broken = [found for found in parsed if isinstance(found, Finding)]
    if broken:
        raise ScheduleError(broken)
    merge = _Merge(texts, complaints)
    for file, content in enumerate(found for found in parsed if not isinstance(found, Finding)):
        merge.add(file, content)
    return Document(merge.data, merge.origins, tuple(name for name, _ in texts))


class _Merge:
    """The table being put together, and where each piece of it came from."""

    def __init__(self, texts: Sequence[tuple[str, str]], complaints: Complaints) -> None:
        self.data: dict[str, Any] = {}
        self.origins: dict[KeyPath, int] = {}
        self._texts = texts
        self._complaints = complaints

    def add(self, file: int, content: Mapping[str, Any]) -> None:
        for name, value in content.items():
            known = self.data.get(name)
            if known is not None and isinstance(known, dict) != isinstance(value, dict):
                message = f"{name} is a table in one file and a value in another"
                self._complaints.error(Spot(file, (name,), "key"), message)
            elif isinstance(value, dict):
                self.origins.setdefault((name,), file)
                table = self.data.setdefault(name, {})
                for key, inner in value.items():
                    self._claim(file, (name, key), table, inner)
            else:
                self._claim(file, (name,), self.data, value)

    def _claim(self, file: int, path: KeyPath, table: dict[str, Any], value: Any) -> None:
        """Put a value under the last key of its path, unless another file has done so."""
        first = self.origins.setdefault(path, file)
        if first == file:
            table[str(path[-1])] = value
            return
        dotted = ".".join(map(str, path))
        message = f"{dotted} stands in two files: here and in {self._texts[first][0]}"
        self._complaints.error(Spot(file, path, "key"), message, "keep one of them")


def _parse(name: str, text: str) -> dict[str, Any] | Finding:
    long_key = _long_key(name, text)
    if long_key is not None:
        return long_key
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax(name, text, str(error))
    except RecursionError:
        return Lines(name, text).finding(0, 0, "tables or lists are nested too deeply to be read")
    except ValueError as error:  # a number beyond what Python converts
        return _long_number(name, text) or Lines(name, text).finding(0, 0, f"not valid TOML: {error}")


def _long_key(name: str, text: str) -> Finding | None:
    """The first key of more parts than any file needs, before tomllib reads it."""
    if text.count(".") < _MOST_PARTS:
        return None
    found = next((token for token in _TOKEN.finditer(text) if token["more"] is not None), None)
    if found is None:
        return None
    message = f"a key has more than {_MOST_PARTS} parts"
    return Lines(name, text).finding(found.start(), found.end(), message, "is it meant as text? text stands in quotes")


def _long_number(name: str, text: str) -> Finding | None:
    """The first number of more digits than Python converts."""
    for token in _TOKEN.finditer(text):
        word = token[0].lstrip("-").replace("_", "")
        if word.isdecimal() and len(word) > sys.get_int_max_str_digits() and not _KEY_FOLLOWS.match(text, token.end()):
            message = f"not valid TOML: a number of {len(word)} digits is beyond what can be read"
            return Lines(name, text).finding(token.start(), token.end(), message)
    return None


def _syntax(name: str, text: str, complaint: str) -> Finding:
    """A finding where tomllib says, in its message, that the text stops being TOML."""
    match = _WHERE.fullmatch(complaint)
    what = complaint if match is None else match["what"]
    message = f"not valid TOML: {what[:1].lower()}{what[1:]}"
    if match is None or match["line"] is None:
        end = len(text.rstrip())
        return Lines(name, text).finding(end, end, message, _mend(what))
    lines = text.split("\n")
    line = int(match["line"]) - 1
    start = sum(len(before) + 1 for before in lines[:line]) + min(int(match["column"]) - 1, len(lines[line]))
    return Lines(name, text).finding(start, start + 1, message, _mend(what, text[start : start + 1]))


def _mend(what: str, found: str = "") -> str | None:
    """The mend for what tomllib complains about at a character: the commonest slips that end so."""
    if found and found in _CURLY:
        return _STRAIGHT
    return next((mend for complaint, mend in _MENDS.items() if what.startswith(complaint)), None)
