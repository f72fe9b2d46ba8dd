"""The text of a first schedule file: one schedule of office hours, and pools that have it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daemon.timetable.language import format_policy, parse_policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

SCHEMA_FILE: Final = "schedule.schema.json"
"""The schema's name beside a schedule file."""
SCHEMA_COMMENT: Final = f"#:schema ./{SCHEMA_FILE}"
"""What editors' TOML language servers look for in the first line of a file."""

_SCHEDULE: Final = "office-hours"
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_KEY: Final = 255
_HEAD: Final = """\
# poolpower: what is done to which desktop pool, and when.
#
#   poolpower check                     is it valid?
#   poolpower plan                      what will happen, from now on for a week
#   poolpower explain "stop at 20:00"   what does a sentence mean?
#
# Secrets and endpoints never stand here: they are settings of the service.
"""


@dataclass(frozen=True, slots=True)
class NewPool:
    """A pool of the cloud that the file is to have.

    Attributes:
        name: the cloud's.
        id: the cloud's, or None where only the name is known.
    """

    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class FirstFile:
    """What a first schedule file says.

    Attributes:
        zone: proper IANA name.
        holidays: a country or country-subdivision, or None: then every Monday to Friday is worked on.
        start: when the pools are started on those days, ``HH:MM``.
        stop: when they are stopped, every day.
        pools: at least one.
        silenced: codes of warnings that the file silences.
        names_schema: whether an editor is led to the schema beside it.
    """

    zone: str
    holidays: str | None
    start: str
    stop: str
    pools: tuple[NewPool, ...]
    silenced: tuple[str, ...] = ()
    names_schema: bool = False

    def text(self) -> str:
        """The file, formatted as `fmt` does it."""
        schema = f"{SCHEMA_COMMENT}\n" if self.names_schema else ""
        return "\n".join([schema + _HEAD, *self._top(), "", *self._schedule(), *_pools(self.pools)]) + "\n"

    def _top(self) -> Iterator[str]:
        yield f"timezone = {_quoted(self.zone)}   # whose wall clock counts"
        if self.holidays is not None:
            yield f"holidays = {_quoted(self.holidays)}   # whose public holidays are no workdays"
        if self.silenced:
            yield f"silence  = [{', '.join(map(_quoted, self.silenced))}]   # see `poolpower check` without this line"

    def _schedule(self) -> Iterator[str]:
        days = "weekdays" if self.holidays is None else "workdays"
        yield f"[schedules.{_SCHEDULE}]"
        yield "policies = ["
        yield f"  {_quoted(_canonical(f'start {days} {self.start}'))},"
        yield f"  {_quoted(_canonical(f'stop at {self.stop} SOFT'))},   # daily; SOFT is the guest's ordinary shutdown"
        yield "]"


def _canonical(sentence: str) -> str:
    return format_policy(parse_policy(sentence))


def _pools(pools: Sequence[NewPool]) -> Iterator[str]:
    taken: set[str] = set()
    for pool in pools:
        key = _key(pool.name, taken)
        taken.add(key)
        yield ""
        yield f"[pools.{key if _BARE_KEY.fullmatch(key) else _quoted(key)}]"
        if pool.id is not None:
            yield f"id       = {_quoted(pool.id)}"
        if key != pool.name:
            yield f"name     = {_quoted(pool.name)}"
        yield f"schedule = {_quoted(_SCHEDULE)}"


def _key(name: str, taken: Collection[str]) -> str:
    """A key for a pool: its name, less what a key must not have, with a number where it is taken."""
    plain = "".join(char if char.isprintable() and char != "/" else "-" for char in name)
    plain = plain.lstrip("@ ").strip()[: _LONGEST_KEY - 5].rstrip() or "pool"
    key, number = plain, 1
    while key in taken:
        number += 1
        key = f"{plain}-{number}"
    return key


def _quoted(text: str) -> str:
    """A basic string of TOML, which has JSON's escapes; unlike JSON it does not take a raw DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
