"""Asks on a terminal, until there is an answer that can be understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from daemon.cli import output
from daemon.cli.firstfile.choosing import ALL, as_named, from_list
from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from daemon.timetable.schedulefile.firstfile import NewPool

T = TypeVar("T")


def ask(question: str, read: Callable[[str], T], default: str | None = None) -> T:
    """What was answered, as ``read`` understands it; where it does not, its mend is shown and the question repeated."""

    def understood(text: str) -> T:
        try:
            return read(text)
        except PoolpowerError as error:
            raise click.UsageError(f"{error.message}{f'; {error.hint}' if error.hint else ''}") from None

    answer: T = click.prompt(question, default=default, value_proc=understood, err=True)
    return answer


def ask_pools(listed: Sequence[NewPool]) -> tuple[NewPool, ...]:
    """Pools of the cloud's list, which is shown, or pools by their names where there is none."""
    if not listed:
        question = "Names of the pools in the cloud, separated by commas (NAME=ID where you know the id)"
        return ask(question, lambda text: as_named(text.split(",")))
    digits = len(str(len(listed)))
    for number, pool in enumerate(listed, 1):
        click.echo(f"  {number:{digits}}  {output.printable(pool.name)}  ({pool.id})", err=True)
    question = 'Which of them: "all", numbers (1, 3-5), names or patterns (sales-*), separated by commas'
    return ask(question, lambda text: from_list(text.split(","), listed), ALL)
