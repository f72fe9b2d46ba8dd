"""Which pools a first schedule file is to have: picked from the cloud's, or named."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from daemon.cli.usage import WrongUseError
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.schedulefile.firstfile import NewPool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ALL: Final = "all"
_NUMBERS: Final = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")
_WITH_ID: Final = re.compile(r"(?P<name>.*\S)\s*=\s*(?P<id>[A-Za-z0-9_-]{1,64})\s*", re.DOTALL)


def needs_list(answers: Iterable[str]) -> bool:
    """True where an answer means nothing without the cloud's list: "all", or a pattern."""
    return any(_is_pattern(answer) or answer.strip().lower() == ALL for answer in answers)


def from_list(answers: Iterable[str], listed: Sequence[NewPool]) -> tuple[NewPool, ...]:
    """The pools that the answers mean, in the order of the list, each once; named with an id, behind those.

    Args:
        answers: names, ids, NAME=ID, shell-style patterns of names, numbers of the list (``3``, ``1-4``), or "all".
        listed: the cloud's pools.

    Raises:
        WrongUseError: an answer means no pool.
    """
    chosen = [pool for answer in answers for pool in _meant(answer.strip(), listed)]
    _refuse_none(chosen)
    return tuple(dict.fromkeys([pool for pool in listed if pool in chosen] + chosen))


def as_named(answers: Iterable[str]) -> tuple[NewPool, ...]:
    """The pools of these names, or NAME=ID, taken as they are.

    Raises:
        WrongUseError: there is none, or a name means nothing without the cloud's list.
    """
    named = [answer.strip() for answer in answers if answer.strip()]
    if needs_list(named):
        raise WrongUseError('patterns and "all" need the cloud\'s list of pools', "name each pool: --pool NAME")
    _refuse_none(named)
    return tuple(dict.fromkeys(_with_id(name) or NewPool(name) for name in named))


def _meant(answer: str, listed: Sequence[NewPool]) -> list[NewPool]:
    if answer.lower() == ALL:
        return list(listed)
    found = (
        [pool for pool in listed if answer in (pool.name, pool.id)]
        or _numbered(answer, listed)
        or [pool for pool in listed if fnmatchcase(pool.name, answer)]
    )
    with_id = None if found else _with_id(answer)
    if not found and with_id is None:
        close = near_miss(answer.lower(), [pool.name.lower() for pool in listed])
        meant = next((pool.name for pool in listed if pool.name.lower() == close), None)
        hint = f"did you mean {meant!r}?" if meant else f"the cloud has {_some(listed)}"
        raise WrongUseError(f"the cloud has no pool {answer!r}", hint)
    return found or [pool for pool in (with_id,) if pool is not None]


def _numbered(answer: str, listed: Sequence[NewPool]) -> list[NewPool]:
    """The pools of a number or of a range of numbers, counted from 1; none where the list has no such number."""
    match = _NUMBERS.fullmatch(answer)
    if match is None:
        return []
    first, last = int(match[1]), int(match[2] or match[1])
    return list(listed[first - 1 : last]) if 1 <= first <= last <= len(listed) else []


def _with_id(answer: str) -> NewPool | None:
    match = _WITH_ID.fullmatch(answer)
    return None if match is None else NewPool(match["name"], match["id"])


def _is_pattern(answer: str) -> bool:
    return any(char in answer for char in "*?[")


def _refuse_none(chosen: Sequence[object]) -> None:
    if not chosen:
        raise WrongUseError("no pool was named", "name at least one; a schedule file without pools does nothing")


def _some(listed: Sequence[NewPool], most: int = 5) -> str:
    names = ", ".join(repr(pool.name) for pool in listed[:most])
    return f"{names} and {len(listed) - most} more" if len(listed) > most else names
