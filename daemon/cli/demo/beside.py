"""The commands to look at the demonstration from another terminal, ready to be copied."""

from __future__ import annotations

import shlex
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

import daemon


class Beside(NamedTuple):
    """Lines for a shell.

    Attributes:
        now: in the order in which they are to be typed.
        later: what makes sense once the last act is over.
    """

    now: list[str]
    later: str


def commands(socket: Path, *, run: int, again: int) -> Beside:
    """The commands, ready to be copied.

    Args:
        socket: the daemon's control socket.
        run: a run worth a closer look.
        again: a run worth another try, once it has ended.
    """
    place, command = invocation(Path(sys.argv[0]).absolute(), Path.cwd())
    setting = f"export POOLPOWER_SOCKET={shlex.quote(str(socket))}"
    first = [f"cd {shlex.quote(str(place))}"] if place is not None else []
    told = [f"{command} {rest}" for rest in ("status", "history", f"show {run}")]
    return Beside([*first, setting, *told], f"{command} retry {again}")


def invocation(program: Path, here: Path) -> tuple[Path | None, str]:
    """How poolpower is called from another terminal.

    Args:
        program: what this process was started as.
        here: the folder that it was started in.

    Returns:
        The folder to go to first, None where any will do; the command.
    """
    if program.name != "__main__.py":
        return _called(program, here)
    source = Path(daemon.__file__).parent.parent
    if source == Path(sysconfig.get_path("purelib")):
        place, interpreter = _called(Path(sys.executable), here)
        return place, f"{interpreter} -m daemon"
    return source, f"{_called(Path(sys.executable), source)[1]} -m daemon"


def _called(program: Path, here: Path) -> tuple[Path | None, str]:
    """Short where the program lies below the folder, as it does after `make demo`."""
    if program.is_relative_to(here):
        inside = str(program.relative_to(here))
        return here, shlex.quote(inside if "/" in inside else f"./{inside}")
    return None, shlex.quote(str(program))
