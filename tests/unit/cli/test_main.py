"""The command itself: its list, its exit codes, how it tells what failed."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
import pytest

from daemon import __version__, redaction
from daemon.cli import failures, main
from daemon.cli.directory import COMMANDS
from daemon.cli.exits import Exit
from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from collections.abc import Callable


def test_help_lists_every_command_in_the_order_of_the_table(poolpower: Callable[..., Any]) -> None:
    """Each command has one line, and importing none of them is needed for it."""
    done = poolpower("--help")
    listed = [line.split()[0] for line in done.out.split("Commands:")[1].splitlines() if line.startswith("  ")]
    assert (done.code, listed) == (0, list(COMMANDS))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists_and_has_help(poolpower: Callable[..., Any], name: str) -> None:
    """The table leads to a click command, which explains itself."""
    done = poolpower(name, "-h")
    assert done.code == 0
    assert done.out.startswith(f"Usage: poolpower {name}")


def test_version_is_the_packages(poolpower: Callable[..., Any]) -> None:
    """--version prints one line."""
    assert poolpower("--version").out == f"poolpower {__version__}\n"


def test_no_command_shows_the_help_and_is_wrong_use(poolpower: Callable[..., Any]) -> None:
    """Nothing asked is nothing done."""
    done = poolpower()
    assert done.code == 2
    assert "Commands:" in done.out + done.err


def test_slip_in_a_command_is_answered_with_what_was_probably_meant(poolpower: Callable[..., Any]) -> None:
    """A misspelt name is wrong use, and the one that was meant is named."""
    done = poolpower("statsu")
    assert (done.code, "did you mean 'status'?" in done.err) == (2, True)
    assert poolpower("xyzzy").code == 2


def test_unknown_option_is_wrong_use(poolpower: Callable[..., Any]) -> None:
    """Click's own complaint goes to standard error."""
    done = poolpower("check", "--nope")
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PoolpowerError("broken", "mend it"), 1),
        (OSError(28, "No space left on device"), 1),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (click.exceptions.Exit(5), 5),
    ],
)
def test_how_a_command_ends_decides_the_exit_code(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    """Expected errors are told without a trace, an interrupt without a word."""
    _break(monkeypatch, error)
    done = poolpower("check")
    assert done.code == code
    assert "Traceback" not in done.err
    assert bool(done.err) == (code == 1)


def test_expected_error_is_told_with_its_mend(poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What happened, and what to do about it, on standard error, control characters shown."""
    _break(monkeypatch, PoolpowerError("the pool \x1b[31m is broken", "mend it"))
    assert poolpower("check").err == "error: the pool \\x1b[31m is broken\nmend: mend it\n"


def test_unexpected_error_is_told_with_its_trace_and_without_secrets(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect is to be reported, so its trace is shown, masked."""
    redaction.register_secret("canary-91c2")
    _break(monkeypatch, RuntimeError("cannot use canary-91c2"))
    done = poolpower("check")
    redaction.forget_secrets()
    assert done.code == 1
    assert "Traceback" in done.err
    assert "this is a defect of poolpower" in done.err
    assert "canary-91c2" not in done.err


def test_colour_of_errors_is_for_terminals(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, on_terminal: None
) -> None:
    """On a terminal the label is coloured, with NO_COLOR not."""
    del on_terminal
    monkeypatch.setattr(failures, "shows_colour", lambda _stream: True)
    _break(monkeypatch, PoolpowerError("broken"))
    assert "\x1b[31m" in poolpower("check").err


def test_names_of_the_errors_that_mean_invalid_are_names_of_errors() -> None:
    """The set by name and the classes cannot drift apart."""
    modules = [
        "daemon.cli.usage",
        "daemon.settings",
        "daemon.timetable.schedulefile",
        "daemon.timetable.language",
        "daemon.timetable.zones",
        "daemon.timetable.selection",
        "daemon.timetable.durations",
        "daemon.ledger.errors",
    ]
    found = {name for module in modules for name in vars(import_module(module)) if name in failures.INVALID}
    assert found == failures.INVALID


def test_main_ends_the_process_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The console script's entry never returns."""
    monkeypatch.setattr(sys, "argv", ["poolpower", "--version"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 0


def test_shell_completion_is_answered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A shell that asks gets the commands that fit."""
    monkeypatch.setenv(main.COMPLETE_VARIABLE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "poolpower st")
    monkeypatch.setenv("COMP_CWORD", "1")
    with pytest.raises(SystemExit) as ended:
        main.main([])
    assert (ended.value.code, capsys.readouterr().out) == (0, "plain,status\n")


def test_closed_output_is_quiet(poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads may go away at any time."""
    forgotten = []
    monkeypatch.setattr(main, "_forget_output", lambda: forgotten.append(True))
    _break(monkeypatch, BrokenPipeError(32, "Broken pipe"))
    done = poolpower("check")
    assert (done.code, done.err, forgotten) == (Exit.OUTPUT_CLOSED, "", [True])


def test_error_that_nobody_can_be_told_is_quiet(poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard error may be closed as well."""

    def closed(_error: Exception) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(failures, "tell", closed)
    _break(monkeypatch, PoolpowerError("broken"))
    assert poolpower("check").code == Exit.OUTPUT_CLOSED


def test_process_without_standard_output_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parent may have closed it."""
    monkeypatch.setattr(sys, "stdout", None)
    assert main.run_command(["--version"]) == 0


def _break(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make every invocation end so."""

    def fail(_self: object, _context: object) -> None:
        raise error

    monkeypatch.setattr(main.LazyGroup, "invoke", fail)


def test_help_as_a_command_is_told_its_name(poolpower: Callable[..., Any]) -> None:
    """It is an option here."""
    done = poolpower("help")
    assert (done.code, "`poolpower --help`" in done.err) == (2, True)
