"""Policies of the file: each text is parsed once, however many pools have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daemon.timetable.language import PolicyError, parse_policy, policy_from_table
from daemon.timetable.schedulefile import forbidden
from daemon.timetable.schedulefile.tables import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daemon.timetable.language import Problem
    from daemon.timetable.policy import Policy
    from daemon.timetable.schedulefile.complaints import Complaints, Spot
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.places import KeyPath


class Sentences:
    """Reads policies in both spellings, and tells what is wrong with them at their place in the file."""

    def __init__(self, document: Document, complaints: Complaints) -> None:
        """Begin with nothing read."""
        self._document = document
        self._complaints = complaints
        self._read: dict[str, Policy | PolicyError] = {}

    def policy(self, path: KeyPath, item: Any) -> Policy | None:
        """The policy that stands at a path; None where it is none, which is complained about."""
        if isinstance(item, str):
            found = self._read.get(item) or self._read.setdefault(item, _parse(item))
        elif isinstance(item, dict):
            found = _from_table(item)
        else:
            message = f"expected a policy, found {kind_of(item)}"
            self._complaints.error(self._document.spot(path), message, 'write it in quotes: "stop at 20:00"')
            return None
        if isinstance(found, PolicyError):
            complain(found, item, self._document, path, self._complaints)
            return None
        return found


def complain(
    error: PolicyError,
    item: str | Mapping[str, Any],
    document: Document,
    path: KeyPath,
    complaints: Complaints,
) -> None:
    """Pass on what the language says about the sentence or table that stands at a path."""
    for problem in error.problems:
        if problem.key is not None and isinstance(item, dict) and forbidden.looks_forbidden(problem.key):
            complaints.error(document.spot((*path, problem.key), key=True), forbidden.MESSAGE, forbidden.HINT)
        else:
            complaints.error(_spot(problem, item, document, path), problem.message, problem.hint)


def _spot(problem: Problem, item: str | Mapping[str, Any], document: Document, path: KeyPath) -> Spot:
    within = (problem.start, problem.end)
    if isinstance(item, str):
        return document.spot(path, within=within)
    if problem.key is None:
        return document.spot(path)
    value = item.get(problem.key)
    path = (*path, problem.key)
    if isinstance(value, list) and problem.index is not None:
        path, value = (*path, problem.index), value[problem.index]
    return document.spot(path, within=within if isinstance(value, str) and problem.end else None)


def _parse(text: str) -> Policy | PolicyError:
    try:
        return parse_policy(text)
    except PolicyError as error:
        return error


def _from_table(table: Mapping[str, Any]) -> Policy | PolicyError:
    try:
        return policy_from_table(table)
    except PolicyError as error:
        return error
