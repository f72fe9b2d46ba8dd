"""The number of a run, as an argument of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click import Context, Parameter


class RunNumber(click.IntRange):
    """A whole number above 0."""

    def __init__(self) -> None:
        """Runs are numbered from 1."""
        super().__init__(min=1)

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> int:
        """Read it, or say where runs get their numbers."""
        text = str(value)
        if not (text.isascii() and text.isdecimal() and text.strip("0")):
            self.fail(f"{text!r} is no run: runs have numbers from 1 on, `poolpower history` lists them", param, ctx)
        return int(text)
