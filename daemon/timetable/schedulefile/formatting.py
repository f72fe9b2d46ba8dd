"""Formats a schedule: each sentence in its canonical form, everything else as it was written.

Comments, the order of keys, blanks, and a policy's quotes where they can hold its sentence, stay. Policies that are
tables stay tables. What comes out means what went in, or nothing comes out.
"""

from __future__ import annotations

import difflib
import io
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from daemon.errors import PoolpowerError
from daemon.timetable.language import format_policy, parse_policy
from daemon.timetable.schedulefile.loading import parse_schedule
from daemon.timetable.schedulefile.source import is_ics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tomlkit.items import String

_BOM: Final = "\ufeff"
_SECTIONS: Final = ("schedules", "groups", "pools")
"""Sections whose tables have policies."""
_DEFECT: Final = "nothing was changed; this is a defect of poolpower: please report it with the file"

_Canonical = Callable[[Any], Any]
"""Gives the canonical sentence of a policy, and a table as it is."""


class FormatError(PoolpowerError):
    """The schedule is valid but cannot be formatted without changing it."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """One file of a schedule, before and after.

    Attributes:
        name: of the file.
        before: its text as it was.
        after: the same with canonical sentences.
        sentences: how many of them are written in another way now.
    """

    name: str
    before: str
    after: str
    sentences: int

    @property
    def has_changed(self) -> bool:
        """True where formatting makes a difference."""
        return self.sentences > 0

    def diff(self) -> str:
        """The change as a unified diff, as ``diff -u`` and ``patch`` have it."""
        before, after = (list(io.StringIO(text, newline="\n")) for text in (self.before, self.after))
        lines = difflib.unified_diff(before, after, fromfile=self.name, tofile=self.name)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def format_schedule(texts: Sequence[tuple[str, str]]) -> list[Formatted]:
    """Format the files of a schedule.

    Args:
        texts: name and text of each file, as `read_schedule` gives them; calendars among them are left out.

    Raises:
        ScheduleError: the schedule is not valid.
        FormatError: the result would not mean the same, or the file cannot be taken apart: a defect of ours.
    """
    meaning = parse_schedule(texts).timetable.meaning
    parsed = {name: tomllib.loads(text.removeprefix(_BOM)) for name, text in texts if not is_ics(name)}
    canonical = _canonical(name for data in parsed.values() for name in data.get("calendars", {}))
    formatted = [_format(name, text, parsed[name], canonical) for name, text in texts if name in parsed]
    afterwards = {one.name: one.after for one in formatted if one.has_changed}
    if afterwards:
        changed = [(name, afterwards.get(name, text)) for name, text in texts]
        if parse_schedule(changed).timetable.meaning != meaning:
            raise FormatError("formatting would change what the schedule means", _DEFECT)
    return formatted


def _canonical(calendars: Iterable[str]) -> _Canonical:
    """What sentences become, which can name these calendars; each is read once."""
    names = {name.lower(): name for name in calendars}

    @cache
    def sentence(text: str) -> str:
        return format_policy(parse_policy(text, names))

    return lambda item: sentence(str(item)) if isinstance(item, str) else item


def _format(name: str, text: str, data: Mapping[str, Any], canonical: _Canonical) -> Formatted:
    """One file; one that is canonical already is not taken apart."""
    if all(canonical(item) == item for policies in _lists(data) for item in policies):
        return Formatted(name, text, text, 0)
    import tomlkit  # noqa: PLC0415 - takes a moment to import, and its parser takes its time
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    body = text.removeprefix(_BOM)
    try:
        document = tomlkit.parse(body)
    except TOMLKitError as error:
        raise FormatError(f"{name} cannot be taken apart: {error}", _DEFECT) from None
    sentences = sum(_rewrite(policies, canonical) for policies in _lists(document))
    return Formatted(name, text, text[: len(text) - len(body)] + tomlkit.dumps(document), sentences)


def _lists(document: Mapping[str, Any]) -> Iterator[Any]:
    """Every list of policies."""
    for section in _SECTIONS:
        for table in document.get(section, {}).values():
            if "policies" in table:
                yield table["policies"]


def _rewrite(policies: Any, canonical: _Canonical) -> int:
    """Put the canonical sentence wherever another one stands; returns how many there were."""
    count = 0
    for number, item in enumerate(policies):
        if canonical(item) != item:
            policies[number] = _quoted(canonical(item), item)
            count += 1
    return count


def _quoted(sentence: str, before: Any) -> String:
    """The sentence in the quotes that were used before, on one line, unless it has such a quote in it."""
    import tomlkit  # noqa: PLC0415 - see above

    is_literal = before.as_string().startswith("'") and "'" not in sentence
    return tomlkit.string(sentence, literal=is_literal)
