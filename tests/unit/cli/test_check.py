"""``check``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BROKEN = """\
timezone = "Europe/Berlin"
[pools.a]
id = "a130ab3a-72bf-4b71-baa9-af4987c8e338"
policies = ["stop weekdyas 20:00", "start at 24:00"]
"""
DOUBTFUL = """\
timezone = "Europe/Berlin"
[pools.a]
id = "a130ab3a-72bf-4b71-baa9-af4987c8e338"
policies = ["stop at 20:00 until 2020-01-01"]
"""


def test_valid_file_is_summed_up(poolpower: Callable[..., Any], schedule: Path) -> None:
    """Pools, policies and warnings are counted."""
    done = poolpower("check", str(schedule))
    assert (done.code, done.out) == (0, f"{schedule} is valid: 2 pools, 6 policies, 0 warnings\n")


def test_file_of_the_settings_is_checked_where_none_is_named(
    poolpower: Callable[..., Any], schedule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """POOLPOWER_SCHEDULES leads to it."""
    monkeypatch.setenv("POOLPOWER_SCHEDULES", str(schedule))
    assert "is valid" in poolpower("check").out


def test_every_error_is_told_in_its_place_with_a_caret(poolpower: Callable[..., Any], machine: Path) -> None:
    """File, line, column, excerpt, caret and the word that was probably meant; exit code 2."""
    (machine / "s.toml").write_text(BROKEN)
    done = poolpower("check", "s.toml")
    assert done.code == 2
    assert "error s.toml:4:19: " in done.out
    assert "weekdays" in done.out
    assert "^^^^^^^^" in done.out
    assert "24:00" in done.out
    assert done.out.endswith("s.toml is invalid: 2 errors\n")


def test_json_has_the_fields_of_the_manual(poolpower: Callable[..., Any], machine: Path) -> None:
    """valid, errors and warnings with file, line, column, message and hint."""
    (machine / "s.toml").write_text(BROKEN)
    done = poolpower("check", "s.toml", "--json")
    assert (done.code, done.json["valid"], done.json["warnings"]) == (2, False, [])
    assert [set(error) for error in done.json["errors"]] == [{"file", "line", "column", "message", "hint"}] * 2
    assert done.err == ""


def test_warnings_leave_the_file_valid_unless_strict(poolpower: Callable[..., Any], machine: Path) -> None:
    """What is past is a warning with its code: exit code 0, with --strict 1."""
    (machine / "s.toml").write_text(DOUBTFUL)
    done = poolpower("check", "s.toml")
    assert done.code == 0
    assert done.out.startswith("warning s.toml:4:")
    assert poolpower("check", "s.toml", "--strict").code == 1
    found = poolpower("check", "s.toml", "--strict", "--json")
    assert (found.code, found.json["valid"]) == (1, True)
    assert found.json["warnings"][0]["code"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"a = \n", b"timezone = 'UTC'\n"])
def test_file_that_is_none_is_invalid(poolpower: Callable[..., Any], machine: Path, content: bytes | None) -> None:
    """Missing, not UTF-8, not TOML, without pools: exit code 2 and never a trace."""
    if content is not None:
        (machine / "s.toml").write_bytes(content)
    done = poolpower("check", "s.toml")
    assert done.code == 2
    assert "Traceback" not in done.out + done.err
    assert poolpower("check", "s.toml", "--json").json["valid"] is False


def test_other_commands_tell_every_error_of_an_invalid_file(poolpower: Callable[..., Any], machine: Path) -> None:
    """The plan cannot be made, and says all reasons, on standard error."""
    (machine / "schedules.toml").write_text(BROKEN)
    done = poolpower("plan")
    assert (done.code, done.out, done.err.count("error: ")) == (2, "", 2)


def test_colour_is_for_terminals(poolpower: Callable[..., Any], machine: Path, on_terminal: None) -> None:
    """A person sees red."""
    del on_terminal
    (machine / "s.toml").write_text(BROKEN)
    assert "\x1b[31m" in poolpower("check", "s.toml").out


def test_file_that_was_named_and_does_not_exist(
    poolpower: Callable[..., Any], machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting is a help only where it led there; where nobody set it, the places that were tried are named."""
    named, by_setting = poolpower("check", "nofile.toml"), poolpower("check")
    assert (named.code, by_setting.code) == (2, 2)
    assert "nofile.toml: does not exist" in named.out
    assert f"looked for /etc/poolpower/schedules.toml and {machine}/schedules.toml; write one" in by_setting.out
    assert "POOLPOWER_SCHEDULES" not in named.out
    assert "POOLPOWER_SCHEDULES" in by_setting.out
    monkeypatch.setenv("POOLPOWER_SCHEDULES", "other.toml")
    assert "looked for" not in poolpower("check").out
