"""``poolpower fmt``: writes the policies of a schedule file in their canonical form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.exits import Exit
from daemon.cli.invalid import tell_invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from daemon.timetable.schedulefile.formatting import Formatted


@click.command()
@click.argument("files", metavar="[FILE]...", type=click.Path(path_type=Path), nargs=-1)
@click.option("--check", "only_checks", is_flag=True, help="Write nothing; exit code 1 where something would change.")
@click.option("--diff", "shows_diff", is_flag=True, help="Write nothing; show what would change, as a patch.")
def fmt(*, files: tuple[Path, ...], only_checks: bool, shows_diff: bool) -> int:
    """Write the policies of schedule FILEs or directories in their canonical form; without one, the daemon's.

    Comments, order, blanks and quotes stay, and so does what the file means. An invalid file is left alone.
    """
    from daemon.cli.schedule import schedule_path  # noqa: PLC0415 - heavy imports only where they are used

    codes = [
        _format(path, files, only_checks=only_checks, shows_diff=shows_diff) for path in files or (schedule_path(None),)
    ]
    return max(codes)


def _format(path: Path, named: tuple[Path, ...], *, only_checks: bool, shows_diff: bool) -> int:
    """Format one schedule, a file or a directory."""
    from daemon.timetable.schedulefile import ScheduleError, read_schedule  # noqa: PLC0415
    from daemon.timetable.schedulefile.formatting import format_schedule  # noqa: PLC0415

    try:
        formatted = format_schedule(read_schedule(path).texts)
    except ScheduleError as error:
        return tell_invalid(path, error, is_named=bool(named))
    changed = [one for one in formatted if one.has_changed]
    if shows_diff:
        output.print_lines(_coloured(changed))
    writes = not (only_checks or shows_diff)
    if writes:
        _write(changed)
    _sum_up(path, changed, writes=writes, tell=output.note if shows_diff else output.say)
    return Exit.FAILED if only_checks and changed else Exit.DONE


def _write(changed: Iterable[Formatted]) -> None:
    from daemon.cli.rewriting import replace_file  # noqa: PLC0415

    for one in changed:
        replace_file(Path(one.name), one.before.encode(), one.after.encode())


def _sum_up(path: Path, changed: list[Formatted], *, writes: bool, tell: Callable[[str], None]) -> None:
    for one in changed:
        policies = f"{one.sentences} polic{'y' if one.sentences == 1 else 'ies'}"
        tell(f"{one.name}: {policies} {'formatted' if writes else 'would be formatted'}")
    if not changed:
        tell(f"{path}: nothing to format")


def _coloured(changed: Iterable[Formatted]) -> Iterable[str]:
    """The diffs line by line: as `patch` takes them, on a terminal as people are used to see them."""
    shades = {"+": "green", "-": "red", "@": "cyan"}
    for line in (line for one in changed for line in one.diff().removesuffix("\n").split("\n")):
        if not output.is_terminal(sys.stdout):
            yield line
        elif output.shows_colour(sys.stdout):
            yield click.style(output.printable(line), fg=shades.get(line[:1]))
        else:
            yield output.printable(line)
