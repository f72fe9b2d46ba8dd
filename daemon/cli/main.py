"""The command ``poolpower``: finds the command, runs it, and turns how it ended into an exit code."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from daemon import __version__
from daemon.cli.directory import COMMANDS
from daemon.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "poolpower"
COMPLETE_VARIABLE = "_POOLPOWER_COMPLETE"


class LazyGroup(click.Group):
    """A group whose commands are imported when they are invoked, and listed from a table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(import_module(f"daemon.cli.commands.{entry.module}"), entry.function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say what was probably meant by a command that there is not."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(_no_such_command(args[0]))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s")
def poolpower() -> None:
    """Power actions for Huawei Cloud Workspace desktop pools, on a schedule.

    Exit codes: 0 done, 1 failed, 2 wrong use or invalid file, 3 daemon not reachable.
    """


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process."""
    _let_every_character_through()
    sys.exit(_answer_shell() if COMPLETE_VARIABLE in os.environ else run_command(args))


def run_command(args: Sequence[str] | None = None) -> int:
    """Run one command line.

    Args:
        args: what follows the program's name; the process's own arguments unless given.

    Returns:
        The exit code. Nothing but a second Ctrl-C escapes as an exception.
    """
    try:
        code = _invoke(list(sys.argv[1:] if args is None else args))
        _flush()
    except BrokenPipeError:
        _forget_output()
        return Exit.OUTPUT_CLOSED
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: told below, never swallowed
        return _told(error)
    return code


def _let_every_character_through() -> None:
    """In a locale that cannot show a character its code is shown: no answer ends in the middle of a word."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _invoke(args: list[str]) -> int:
    try:
        with poolpower.make_context(PROGRAM, args) as context:
            result = poolpower.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return result if isinstance(result, int) else Exit.DONE


def _told(error: Exception) -> int:
    from daemon.cli.failures import tell  # noqa: PLC0415 - only where something failed

    try:
        return tell(error)
    except BrokenPipeError:
        return Exit.OUTPUT_CLOSED


def _flush() -> None:
    """While a full disk or a closed pipe can still be told about, not when the interpreter ends."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _forget_output() -> None:
    """The reader is gone: what is still buffered must not complain when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _answer_shell() -> int:
    from click.shell_completion import shell_complete  # noqa: PLC0415 - only when a shell asks

    return shell_complete(poolpower, {}, PROGRAM, COMPLETE_VARIABLE, os.environ[COMPLETE_VARIABLE])


def _no_such_command(name: str) -> str:
    import difflib  # noqa: PLC0415 - only for a slip

    if name == "help":
        return "there is no command 'help': `poolpower --help` lists them, `poolpower COMMAND --help` explains one"
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"there is no command {name!r}" + (f": did you mean {near[0]!r}?" if near else "")
