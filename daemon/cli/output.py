"""How answers look: JSON for programs, tables for people, colour on terminals only."""

from __future__ import annotations

import json
import os
import sys
from itertools import islice
from textwrap import indent
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console
    from rich.table import Table

UNBOUNDED_WIDTH = 10_000
"""Columns assumed where no terminal limits them: a pipe must get whole values."""

CHUNK = 256
"""Lines written at once."""

json_option = click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")


def print_json(value: Any) -> None:
    """One JSON document."""
    click.echo(json.dumps(value, ensure_ascii=not takes_unicode(), indent=2))


def print_json_rows(rows: Iterable[Any]) -> None:
    """A JSON array as ``print_json`` lays it out, written as the elements come."""
    ascii_only = not takes_unicode()
    empty = True
    for chunk in _chunks(_element(row, ascii_only=ascii_only) for row in rows):
        click.echo(("[" if empty else ",") + ",".join(chunk), nl=False)
        empty = False
    click.echo("[]" if empty else "\n]")


def print_lines(lines: Iterable[str]) -> None:
    """Many lines for people, in a few writes."""
    for chunk in _chunks(lines):
        click.echo("\n".join(chunk), color=shows_colour(sys.stdout))


def say(text: str, **style: Any) -> None:
    """A line for people on standard output; control characters of other people's texts shown, not obeyed."""
    click.echo(click.style(printable(text), **style) if style else printable(text), color=shows_colour(sys.stdout))


def note(text: str) -> None:
    """A line for people beside the answer, on standard error."""
    click.echo(click.style(printable(text), dim=True), err=True, color=shows_colour(sys.stderr))


def console() -> Console:
    """Rich's console on standard output: as wide as the terminal, unbounded in a pipe."""
    from rich.console import Console  # noqa: PLC0415 - only where a person reads

    on_terminal = is_terminal(sys.stdout)
    return Console(
        file=sys.stdout,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        force_terminal=on_terminal,
        no_color=not shows_colour(sys.stdout),
        width=None if on_terminal else UNBOUNDED_WIDTH,
    )


def print_table(made: Table) -> None:
    """Print a table, without the blanks that would fill its last column."""
    screen = console()
    with screen.capture() as captured:
        screen.print(made)
    for line in captured.get().splitlines():
        click.echo(line.rstrip(), color=shows_colour(sys.stdout))


def table(*columns: str) -> Table:
    """A table without frames, for ``print_table``."""
    from rich.table import Table  # noqa: PLC0415 - only where a person reads

    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def printable(text: str) -> str:
    """The text with control characters spelled out, line breaks and tabs aside."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in "\n\t" else _spelled(char) for char in text)


def clipped(text: str, most: int = 100) -> str:
    """The beginning of a text that may be long, for a table: who wants all of it asks for the one row."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def is_terminal(stream: TextIO | None) -> bool:
    """True where a person looks at the stream."""
    return stream is not None and not stream.closed and stream.isatty()


def shows_colour(stream: TextIO | None) -> bool:
    """True on a terminal that can, unless ``NO_COLOR`` says otherwise (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def takes_unicode() -> bool:
    """True where standard output can carry any character."""
    return (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "") == "utf8"


def _element(row: Any, *, ascii_only: bool) -> str:
    """An element of an array on lines of its own.

    Python's indenting encoder takes five times as long as the one in C, which knows separators only: they do for what
    holds no lists and objects, as the rows of a year's plan.
    """
    is_flat = isinstance(row, dict) and row and not any(isinstance(value, dict | list) for value in row.values())
    if is_flat:
        fields = json.dumps(row, ensure_ascii=ascii_only, separators=(",\n    ", ": "))[1:-1]
        return f"\n  {{\n    {fields}\n  }}"
    return "\n" + indent(json.dumps(row, ensure_ascii=ascii_only, indent=2), "  ")


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Some at a time: a write for each line of a year's plan would take longer than the plan."""
    waiting = iter(lines)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def _spelled(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
