"""``poolpower reload``: the daemon reads the schedule file now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.exits import Exit
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from daemon.timetable.schedulefile.findings import Finding

_CODES = {"accepted": Exit.DONE, "unchanged": Exit.DONE, "invalid": Exit.INVALID}


@click.command()
@click.option("--expect", metavar="HASH", help="Only the reviewed file: what sha256sum printed.")
@click.option("--accept", is_flag=True, help="Although it takes much away.")
@click.option("--note", metavar="TEXT", help="Kept in the ledger with the version, e.g. a change number.")
@output.json_option
def reload(*, expect: str | None, accept: bool, note: str | None, as_json: bool) -> int:
    """Make the daemon read the schedule file now.

    Exit code 0 where it is in force afterwards, 2 where it is invalid, 1 where it was not taken: it takes away so much
    that it needs --accept, or is not the one that --expect names.
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
    """Every finding once, in its place; then what came of it, and what is in force."""
    from daemon.cli.schedule import tell_findings  # noqa: PLC0415 - only where a person reads

    tell_findings(map(_finding, found["errors"]), label="error", err=False)
    version = found["version"]
    if _CODES.get(found["outcome"]) == Exit.DONE:
        output.say(f"{found['outcome']}, version {version}: {found['message']}")
        return
    count = len(found["errors"])
    what = f"{count} error{'' if count == 1 else 's'}" if count else found["message"]
    in_force = f"version {version} stays in force" if version is not None else "no version is in force"
    output.say(f"{found['outcome']}: {what}; {in_force}")
    if found["hint"]:
        output.say(f"    {found['hint']}")


def _finding(error: dict[str, Any]) -> Finding:
    from daemon.timetable.schedulefile.findings import Finding  # noqa: PLC0415 - only where the file is wrong

    place = {name: error[name] for name in ("file", "line", "column", "message", "hint", "excerpt")}
    return Finding(**place, end_column=error["column"] + 1)
