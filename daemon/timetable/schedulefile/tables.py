"""Reading one table of the schedule file: types, required forms, and keys that nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.nearmiss import near_miss
from daemon.timetable.quoting import shown
from daemon.timetable.schedulefile import forbidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from daemon.timetable.schedulefile.complaints import Complaints, Spot
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.places import KeyPath

_KINDS: Final = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}

_OTHERWISE: Final = {"policy": "policies", "pool": "pools", "tz": "timezone", "zone": "timezone"}
"""Keys that people write for others, too far from them to be slips."""


@dataclass(slots=True)
class Table:
    """A table, where it stands, and who is told what is wrong with it.

    Attributes:
        document: what the files say.
        data: the table itself.
        path: where it stands.
        complaints: where errors go.
        asked: the keys that were asked for so far.
    """

    document: Document
    data: Mapping[str, Any]
    path: KeyPath
    complaints: Complaints
    asked: set[str] = field(default_factory=set)

    def text(self, key: str) -> str | None:
        """The text under ``key``; None where there is none, or something else, which is complained about."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.error(key, f"expected text in quotes, found {kind_of(value)}")
            return None
        if not value.strip():
            self.error(key, f'"{key}" is empty', "leave the line out, or fill it in")
            return None
        return value

    def texts(self, key: str) -> list[tuple[KeyPath, str]]:
        """One text or a list of them, each with its path."""
        value = self._take(key)
        if isinstance(value, str):
            value = self.text(key)
            return [] if value is None else [((*self.path, key), value)]
        return [(path, item) for path, item in self._items(key, value, "text") if self._is_text(path, item)]

    def items(self, key: str, expected: str) -> list[tuple[KeyPath, Any]]:
        """The elements of a list, each with its path."""
        return list(self._items(key, self._take(key), expected))

    def table(self, key: str) -> Table | None:
        """The table under ``key``; None where there is none, or something else, which is complained about."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.error(key, f"expected a table, found {kind_of(value)}", f"write [{'.'.join([*self._names(), key])}]")
            return None
        return Table(self.document, value, (*self.path, key), self.complaints)

    def tables(self, section: str, example: str) -> Iterator[tuple[str, Table]]:
        """The named tables of a section, e.g. every ``[pools.NAME]``."""
        whole = self.table(section)
        for name, value in whole.data.items() if whole else ():
            if isinstance(value, dict):
                yield name, Table(self.document, value, (*self.path, section, name), self.complaints)
            elif forbidden.looks_forbidden(name):
                self.complaints.error(self.spot(section, name, key=True), forbidden.MESSAGE, forbidden.HINT)
            else:
                message = f'expected a table for "{name}", found {kind_of(value)}'
                self.complaints.error(self.spot(section, name), message, f"write [{section}.{example}] above its keys")

    def finish(self) -> None:
        """Complain about every key that nobody asked for."""
        for key in self.data.keys() - self.asked:
            self._unknown(key)

    def error(self, key: str, message: str, hint: str | None = None) -> None:
        """Complain about the value under ``key``."""
        self.complaints.error(self.spot(key), message, hint)

    def spot(self, *inner: str | int, key: bool = False) -> Spot:
        """A place inside this table."""
        return self.document.spot((*self.path, *inner), key=key)

    def _unknown(self, key: str) -> None:
        spot = self.spot(key, key=True)
        if forbidden.looks_forbidden(key):
            self.complaints.error(spot, forbidden.MESSAGE, forbidden.HINT)
        else:
            self.complaints.error(spot, f"unknown key {shown(key)}", self._meant(key))

    def _meant(self, key: str) -> str | None:
        otherwise = _OTHERWISE.get(key.lower(), "")
        close = otherwise if otherwise in self.asked else near_miss(key.lower().replace("-", "_"), sorted(self.asked))
        if close:
            return f'did you mean "{close}"?'
        return f"expected {listed(sorted(self.asked))}"

    def _take(self, key: str) -> Any:
        self.asked.add(key)
        return self.data.get(key)

    def _items(self, key: str, value: Any, expected: str) -> Iterator[tuple[KeyPath, Any]]:
        if value is None:
            return
        if not isinstance(value, list):
            self.error(key, f"expected a list of {expected}, found {kind_of(value)}", f"write {key} = [ … ]")
            return
        yield from (((*self.path, key, number), item) for number, item in enumerate(value))

    def _is_text(self, path: KeyPath, item: Any) -> bool:
        if isinstance(item, str) and item.strip():
            return True
        found = "empty text" if isinstance(item, str) else kind_of(item)
        self.complaints.error(self.document.spot(path), f"expected text in quotes, found {found}")
        return False

    def _names(self) -> list[str]:
        return [str(part) for part in self.path]


def kind_of(value: Any) -> str:
    """What a TOML value is, in words."""
    return next((words for kind, words in _KINDS.items() if type(value) is kind), "a date or time")


def listed(words: Iterable[str], last: str = "or") -> str:
    """``a, b or c``."""
    *rest, final = words
    return f"{', '.join(rest)} {last} {final}" if rest else final
