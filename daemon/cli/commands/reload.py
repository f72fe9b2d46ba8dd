"""``poolpower reload``: the daemon reads the schedule file now."""

from __future__ import annotations

from typing import Any

import click

from daemon.cli import output
from daemon.cli.exits import Exit
from daemon.cli.usage import WrongUseError

_CODES = {"accepted": Exit.DONE, "unchanged": Exit.DONE, "invalid": Exit.INVALID}


@click.command()
@click.option("--expect", metavar="HASH", help="Only the reviewed file: what sha256sum printed.")
@click.option("--accept", is_flag=True, help="Although it takes much away.")
@click.option("--note", metavar="TEXT", help="Kept in the ledger with the version, e.g. a change number.")
@output.json_option
def reload(*, expect: str | None, accept: bool, note: str | None, as_json: bool) -> int:
    """Make the daemon read the schedule file now.

    Exit code 0 where it is in force afterwards, 2 where it is invalid, 1 where it was held back.
    """
    from daemon.cli.control import Control  # noqa: PLC0415 - imports http.client

    if expect is not None:
        expect = _hash(expect)
    found = Control.found().post("/v1/reload", {"expect": expect, "accept": accept, "note": note})
    if as_json:
        output.print_json(found)
    else:
        _tell(found)
    return _CODES.get(found["outcome"], Exit.FAILED)


def _hash(printed: str) -> str:
    """The hash in what sha256sum printed: its first word, with a backslash in front where the name is unusual.

    Raises:
        WrongUseError: there is none; nothing may be taken unreviewed because a shell variable was empty.
    """
    words = printed.split()
    if not words:
        raise WrongUseError("--expect needs the hash of the reviewed file", "sha256sum FILE prints it")
    return words[0].removeprefix("\\").lower()


def _tell(found: dict[str, Any]) -> None:
    for error in found["errors"]:
        output.say(f"{error['file']}:{error['line']}:{error['column']}: {error['message']}", fg="red")
        if error["hint"]:
            output.say(f"    {error['hint']}")
    in_force = f", version {found['version']}" if found["version"] is not None else ""
    output.say(f"{found['outcome']}{in_force}: {found['message']}")
    if found["outcome"] == "held":
        output.say("    `poolpower reload --accept` takes it all the same")
