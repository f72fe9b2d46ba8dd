"""``poolpower now``, ``retry`` and ``cancel``: what makes the daemon act, or not act."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.completing import pool_keys
from daemon.cli.exits import Exit
from daemon.cli.runnumber import RunNumber
from daemon.cli.since import FORMS, parse_since
from daemon.cli.usage import WrongUseError
from daemon.ledger.records import instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.cli.control import Control
    from daemon.cli.runs import Row

ACTIONS = ("start", "stop", "reboot", "hibernate")
_SERVER_ERROR = 500

reason_option = click.option("--reason", metavar="TEXT", help="Why; kept in the ledger.")
wait_option = click.option("--wait", is_flag=True, help="Wait for the end; exit code 1 unless all succeeded.")


@click.command()
@click.argument("action", type=click.Choice([*ACTIONS, "restart"], case_sensitive=False))
@click.argument("pools", metavar="POOL...", nargs=-1, required=True, shell_complete=pool_keys)
@click.option("--type", "type_", type=click.Choice(["SOFT", "HARD"], case_sensitive=False), help="SOFT unless said.")
@wait_option
@reason_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask. Without a terminal nobody is asked.")
@output.json_option
def now(
    *, action: str, pools: tuple[str, ...], type_: str | None, wait: bool, reason: str | None, yes: bool, as_json: bool
) -> int:
    """Act on pools now: a manual run for each.

    A POOL is a key, PROJECT/KEY, a pattern in quotes, or @GROUP. On a terminal it shows whom it will hit, and asks.
    It is done although the pool is paused or held, and says so.
    """
    from daemon.cli.control import Control, request_id  # noqa: PLC0415 - imports http.client

    control = Control.found()
    asked = {"restart": "reboot"}.get(action, action)
    if not yes and _somebody_is_there() and not _is_wanted(control, asked, pools, type_):
        output.note("nothing was done")
        return Exit.FAILED
    body = {"action": asked, "pools": list(pools), "type": type_, "reason": reason, "request": request_id()}
    return _answer(control, control.post("/v1/now", body), wait=wait, as_json=as_json)


@click.command()
@click.argument("run", type=RunNumber(), required=False)
@click.option("--since", metavar="T", help=f"All that failed from then on: {FORMS}.")
@wait_option
@reason_option
@output.json_option
def retry(*, run: int | None, since: str | None, wait: bool, reason: str | None, as_json: bool) -> int:
    """Do a run again that did not succeed, as a new manual run; the old one stays as it ended.

    With --since: of each pool the last start, stop or hibernate, and the newest reboot after it, if from then on and
    failed, partial, expired, missed or unknown.
    """
    from daemon.cli.control import Control, request_id  # noqa: PLC0415 - imports http.client

    if (run is None) == (since is None):
        raise WrongUseError("which run is it to be?", "name one RUN, or all that failed with --since T")
    which: dict[str, Any] = {"run": run} if since is None else {"since": _instant(since)}
    control = Control.found()
    answer = control.post("/v1/retry", {**which, "reason": reason, "request": request_id()})
    return _answer(control, answer, wait=wait, as_json=as_json)


@click.command()
@click.argument("run", type=RunNumber())
@reason_option
@output.json_option
def cancel(*, run: int, reason: str | None, as_json: bool) -> None:
    """Call a waiting run off."""
    from daemon.cli.control import Control, request_id  # noqa: PLC0415 - imports http.client
    from daemon.cli.runs import one_line  # noqa: PLC0415

    row = Control.found().post("/v1/cancel", {"run": run, "reason": reason, "request": request_id()})["run"]
    if as_json:
        output.print_json(row)
    else:
        output.say(one_line(row))


def _somebody_is_there() -> bool:
    return output.is_terminal(sys.stdin) and output.is_terminal(sys.stderr)


def _is_wanted(control: Control, action: str, pools: Sequence[str], type_: str | None) -> bool:
    """Show whom it will hit, and ask."""
    from daemon.cli.control import ControlRefusedError  # noqa: PLC0415

    hit: dict[tuple[str, str], Row] = {}
    for pool in pools:
        try:
            hit.update({(row["project"], row["pool"]): row for row in control.get("/v1/whom", pool=pool)})
        except ControlRefusedError as error:
            if error.status < _SERVER_ERROR:
                raise
            output.note(f"whom it will hit in {pool} cannot be told: {error.message}")
    for row in hit.values():
        output.note(_whom(row))
    count = "" if not hit else "this pool" if len(hit) == 1 else f"these {len(hit)} pools"
    return click.confirm(f"{action} {count or ', '.join(pools)} now ({type_ or 'SOFT'})?", err=True)


def _whom(row: Row) -> str:
    from daemon.cli.runs import pool_name  # noqa: PLC0415

    users = f"{row['connected']} with a user on it now, {row['disconnected']} with a session left open"
    return f"{pool_name(row)}: {row['desktops']} desktops, {users}"


def _answer(control: Control, answer: dict[str, Any], *, wait: bool, as_json: bool) -> int:
    """Say what became of a call: with ``wait`` each run as it ends, else each as it begins."""
    from daemon.cli.runs import SUCCEEDED, one_line  # noqa: PLC0415
    from daemon.cli.waiting import wait_for  # noqa: PLC0415

    rows: list[Row] = answer["runs"]
    if answer.get("mode") == "observe" and rows:
        output.note("the daemon only observes: nothing is sent")
    for override in answer.get("in_spite_of", ()):
        output.note(f"{override}; what is asked for by hand is done all the same")
    if wait:
        rows = wait_for(control, rows, tell=output.note, over=output.note if as_json else output.say)
    if as_json:
        output.print_json_rows(rows)
    elif not rows:
        output.say("no run to do")
    elif not wait:
        for row in rows:
            output.say(one_line(row))
    return Exit.FAILED if wait and any(row["state"] != SUCCEEDED for row in rows) else Exit.DONE


def _instant(text: str) -> str:
    from daemon.settings import load_settings  # noqa: PLC0415

    return instant(parse_since(text, load_settings().schedules, datetime.now(UTC)))
