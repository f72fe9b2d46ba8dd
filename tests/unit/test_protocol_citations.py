"""Holds the tests to the protocol: every rule that is in force is cited by a test that holds it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RULE = r"\d\.\d{1,2}"
_CITATION = re.compile(rf"\bprotocol,? ((?:{_RULE})(?:(?:, | and | to |-){_RULE})*)")


def test_every_rule_in_force_is_cited_by_a_test(root: Path) -> None:
    """Each numbered rule of docs/protocol.md, but those listed as not yet in force, is named in a docstring."""
    text = (root / "docs" / "protocol.md").read_text()
    missing = _rules(text) - _not_in_force(text) - set(_cited(root))
    assert sorted(missing, key=_as_numbers) == []


def test_every_cited_rule_exists(root: Path) -> None:
    """No test's docstring cites a number that docs/protocol.md does not have."""
    rules = _rules((root / "docs" / "protocol.md").read_text())
    assert {rule: where for rule, where in _cited(root).items() if rule not in rules} == {}


def test_only_escalations_and_the_rules_of_the_clock_are_not_in_force(root: Path) -> None:
    """The one list of what is not in force yet, at the top of docs/protocol.md, holds 4.12 and section 6 only."""
    text = (root / "docs" / "protocol.md").read_text()
    assert _not_in_force(text) == {"4.12", *(rule for rule in _rules(text) if rule.startswith("6."))}


def _rules(text: str) -> set[str]:
    return set(re.findall(rf"^\*\*({_RULE})\*\* ", text, re.MULTILINE))


def _not_in_force(text: str) -> set[str]:
    listed = re.search(rf"^\*\*Not yet in force: ((?:{_RULE}(?:, )?)+)\.\*\*", text, re.MULTILINE)
    return set(re.findall(_RULE, listed[1])) if listed else set()


def _cited(root: Path) -> dict[str, str]:
    """Every rule that a docstring of a test cites, and one place that does, among several in one bracket too."""
    return {
        rule: f"{path.name}::{name}"
        for path in (root / "tests").rglob("test_*.py")
        for name, sentence in _docstrings(path)
        for listed in _CITATION.findall(sentence)
        for rule in re.findall(_RULE, listed)
    }


def _docstrings(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, ast.get_docstring(node) or ""


def _as_numbers(rule: str) -> tuple[int, ...]:
    return tuple(int(part) for part in rule.split("."))
