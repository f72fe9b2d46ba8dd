"""``poolpower completion``: the script that makes a shell complete commands and options."""

from __future__ import annotations

import os
from pathlib import Path

import click

from daemon.cli.usage import WrongUseError

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), required=False)
def completion(shell: str | None) -> None:
    """Print the completion script of a shell, of $SHELL unless named.

    \b
    bash:  poolpower completion bash > ~/.local/share/bash-completion/completions/poolpower
    zsh:   poolpower completion zsh > "${fpath[1]}/_poolpower"
    fish:  poolpower completion fish > ~/.config/fish/completions/poolpower.fish
    """  # noqa: D301 - \b is click's mark for "do not wrap"
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    from daemon.cli.main import COMPLETE_VARIABLE, PROGRAM, poolpower  # noqa: PLC0415 - it imports us

    name = shell or Path(os.environ.get("SHELL", "")).name
    script = get_completion_class(name)
    if script is None:
        raise WrongUseError(f"there is no completion for the shell {name!r}", f"name one of {', '.join(SHELLS)}")
    click.echo(script(poolpower, {}, PROGRAM, COMPLETE_VARIABLE).source())
