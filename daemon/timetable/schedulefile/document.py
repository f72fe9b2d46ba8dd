"""From texts to one merged table: TOML syntax, and the files of a directory put together.

Files are merged one level deep: each may hold some of the ``[pools.*]``, say, but no key, and no table inside such a
section, stands in two of them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.schedulefile.complaints import Spot
from daemon.timetable.schedulefile.findings import Finding, ScheduleError
from daemon.timetable.schedulefile.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.places import KeyPath

_BOM: Final = "\ufeff"
_WHERE: Final = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Document:
    """What the files say, as one table.

    Attributes:
        data: the merged content.
        origins: index of the file in which a section's entry, or a key of the top level, stands.
    """

    data: Mapping[str, Any]
    origins: Mapping[KeyPath, int]

    def spot(self, path: KeyPath, *, key: bool = False, within: tuple[int, int] | None = None) -> Spot:
        """A spot in whichever file holds the path."""
        file = self.origins.get(path[:2], self.origins.get(path[:1], 0))
        return Spot(file, path, "key" if key else "value", within)


def without_bom(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
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
    return Document(merge.data, merge.origins)


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
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax(name, text, str(error))
    except RecursionError:
        return Lines(name, text).finding(0, 0, "tables or lists are nested too deeply to be read")
    except ValueError as error:  # a number beyond what Python converts
        return Lines(name, text).finding(0, 0, f"not valid TOML: {error}")


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
    return Lines(name, text).finding(start, start + 1, message, _mend(what))


def _mend(what: str) -> str | None:
    if what.startswith("Invalid value"):
        return 'text stands in quotes: "20:00"'
    if what.startswith("Cannot"):
        return "a key or table stands once"
    return None
