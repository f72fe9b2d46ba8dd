"""Policies of the file: each text is parsed once, however many pools have it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.language import POLICY_KEYS, PolicyError, parse_policy, policy_from_table
from daemon.timetable.schedulefile import forbidden
from daemon.timetable.schedulefile.complaints import Spot
from daemon.timetable.schedulefile.tables import kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from daemon.timetable.language import Problem
    from daemon.timetable.policy import Policy
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.places import KeyPath


OPTION_KEYS: Final = ("type", "zone", "spread", "retry", "catch_up")
"""The keys of ``[defaults]``."""


_LENGTHS: Final = {
    "retry": 'write a length of time such as "2h"',
    "spread": 'write a length of time such as "20m"',
    "catch_up": 'write a length of time such as "2h", or false for no catch-up',
}
"""How the keys that take a length of time are written."""


class Sentences:
    """Reads policies in both spellings, and tells what is wrong with them at their place in the file."""

    def __init__(self, document: Document, complaints: Complaints, names: Mapping[str, str]) -> None:
        """Begin with nothing read; ``names`` are the file's calendars, in lower case, to how they are spelled."""
        self._names = names
        self._document = document
        self._complaints = complaints
        self._read: dict[str, Policy | PolicyError] = {}

    def policy(self, path: KeyPath, item: Any) -> Policy | None:
        """The policy that stands at a path; None where it is none, which is complained about."""
        if isinstance(item, str):
            found = self._read.get(item) or self._read.setdefault(item, _parse(item, self._names))
        elif isinstance(item, dict):
            found = _from_table(item, self._names)
        else:
            message = f"expected a policy, found {kind_of(item)}"
            self._complaints.error(self._document.spot(path), message, 'write it in quotes: "stop at 20:00"')
            return None
        if isinstance(found, PolicyError):
            complain(found, item, self._document.spot(path), POLICY_KEYS, self._complaints)
            return None
        return found


def complain(
    error: PolicyError,
    item: str | Mapping[str, Any],
    spot: Spot,
    keys: Collection[str],
    complaints: Complaints,
) -> None:
    """Pass on what the language says about the sentence or the table of these keys that stands at a spot."""
    for problem in error.problems:
        if problem.key is not None and problem.key not in keys and forbidden.looks_forbidden(problem.key):
            complaints.error(_exactly(spot, item, problem, keys), forbidden.MESSAGE, forbidden.HINT)
        else:
            complaints.error(_exactly(spot, item, problem, keys), problem.message, _mend(item, problem))


def _mend(item: str | Mapping[str, Any], problem: Problem) -> str | None:
    """What the language says; quotes alone do not make a length of time of a bare number or ``true``."""
    if isinstance(item, str) or not isinstance(item.get(problem.key or ""), int | float):
        return problem.hint
    return _LENGTHS.get(problem.key or "", problem.hint)


def _exactly(spot: Spot, item: str | Mapping[str, Any], problem: Problem, keys: Collection[str]) -> Spot:
    """The spot of a problem inside the sentence or table."""
    within = (problem.start, problem.end)
    if isinstance(item, str):
        return replace(spot, within=within)
    if problem.key is None:
        return spot
    path = (*spot.path, problem.key)
    if problem.key not in keys:
        return Spot(spot.file, path, "key")
    value = item[problem.key]
    if problem.index is not None:
        path, value = (*path, problem.index), value[problem.index]
    return Spot(spot.file, path, "value", within if isinstance(value, str) and problem.end else None)


def _parse(text: str, names: Mapping[str, str]) -> Policy | PolicyError:
    try:
        return parse_policy(text, names)
    except PolicyError as error:
        return error


def _from_table(table: Mapping[str, Any], names: Mapping[str, str]) -> Policy | PolicyError:
    try:
        return policy_from_table(table, names)
    except PolicyError as error:
        return error
