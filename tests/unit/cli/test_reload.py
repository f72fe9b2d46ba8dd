"""``reload``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def _answer(outcome: str, **fields: Any) -> dict[str, Any]:
    plain = {"version": 4, "hash": "abc", "added": 0, "removed": 0, "message": "as asked", "hint": None, "errors": []}
    return {"outcome": outcome, **plain, **fields}


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("accepted", 0), ("unchanged", 0), ("held", 1), ("mismatch", 1), ("in doubt", 1), ("invalid", 2)],
)
def test_outcome_decides_the_exit_code(poolpower: Callable[..., Any], server: Any, outcome: str, code: int) -> None:
    """0 where the file is in force, 2 where it is invalid, 1 where it was not taken."""
    server.answer("POST /v1/reload", _answer(outcome))
    done = poolpower("reload")
    told = f"{outcome}: as asked; version 4 stays in force\n" if code else f"{outcome}, version 4: as asked\n"
    assert (done.code, done.out) == (code, told)
    assert poolpower("reload", "--json").json == _answer(outcome)


def test_mend_of_what_was_not_taken_stands_below_it(poolpower: Callable[..., Any], server: Any) -> None:
    """Held back or another file than the reviewed one: what can be done about it."""
    server.answer("POST /v1/reload", _answer("held", hint="`poolpower reload --accept` takes it"))
    assert poolpower("reload").out.splitlines()[1:] == ["    `poolpower reload --accept` takes it"]


def test_options_are_passed_on(poolpower: Callable[..., Any], server: Any) -> None:
    """The reviewed hash, the consent, the note."""
    server.answer("POST /v1/reload", _answer("accepted"))
    poolpower("reload", "--expect", "abc", "--accept", "--note", "CHG1")
    assert server.requests[0][2] == {"expect": "abc", "accept": True, "note": "CHG1"}


def test_errors_and_changes_are_told(poolpower: Callable[..., Any], server: Any) -> None:
    """Each error once, in its place, with its source line and its mend; behind them what is in force."""
    errors = [
        {"file": "s.toml", "line": 3, "column": 1, "message": "unknown key", "hint": "did you mean 'id'?"},
        {"file": "s.toml", "line": 4, "column": 1, "message": "no time", "hint": None},
    ]
    errors = [{**error, "excerpt": "idd = 3\n^"} for error in errors]
    server.answer("POST /v1/reload", _answer("invalid", version=None, errors=errors, added=1, removed=2))
    assert poolpower("reload").out.splitlines() == [
        "error s.toml:3:1: unknown key",
        "    idd = 3",
        "    ^",
        "    did you mean 'id'?",
        "error s.toml:4:1: no time",
        "    idd = 3",
        "    ^",
        "invalid: 2 errors; no version is in force",
    ]


def test_counts_are_told_once(poolpower: Callable[..., Any], server: Any) -> None:
    """The daemon's message has them."""
    message = "version 4 is in force: 1 action of the next 24 hours added, 2 taken away"
    server.answer("POST /v1/reload", _answer("accepted", message=message, added=1, removed=2))
    assert poolpower("reload").out == f"accepted, version 4: {message}\n"


@pytest.mark.parametrize("printed", ["ABC", "abc  schedules.toml", "abc  -\n", "\\abc  odd\\nname.toml"])
def test_expect_takes_what_sha256sum_prints(poolpower: Callable[..., Any], server: Any, printed: str) -> None:
    """The first word of it is the hash, without the mark of an unusual name."""
    server.answer("POST /v1/reload", _answer("accepted"))
    assert poolpower("reload", "--expect", printed).code == 0
    assert server.requests[0][2]["expect"] == "abc"


def test_empty_hash_is_wrong_use(poolpower: Callable[..., Any], server: Any) -> None:
    """A variable that was never set must not let an unreviewed file in."""
    assert (poolpower("reload", "--expect", " ").code, server.requests) == (2, [])
