"""``pause``, ``skip``, ``hold``, ``resume`` and ``overrides``: what the schedule does not foresee, for a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.completing import pool_keys
from daemon.cli.exits import Exit
from daemon.cli.poolargs import all_option, dry_run_option, pools_argument, reason_option, whom, yes_option
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from daemon.cli.control import Control

ACTIONS = ("start", "stop", "reboot", "hibernate")
MOST_NEXT = 100
UNTIL = 'Until then: a date (included), a date-time, "tomorrow 08:00", "2h".'

until_option = click.option("--until", metavar="T", help=UNTIL)


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that pause, skip and hold share, in the order of ``--help``."""
    for option in (output.json_option, yes_option, dry_run_option, reason_option, all_option):
        command = option(command)
    return command


@click.command()
@pools_argument
@until_option
@click.option("--indefinitely", is_flag=True, help="Until it is resumed; status and health remind of it.")
@_common
def pause(*, pools: tuple[str, ...], until: str | None, indefinitely: bool, **how: Any) -> int:
    """Leave pools alone for a time: nothing of their schedule is done.

    A POOL is a key, PROJECT/KEY, a pattern in quotes, or @GROUP. What waits ends at once; what was sent is followed.
    """
    if (until is None) == (not indefinitely):
        raise WrongUseError("how long is it to be?", "--until T, or --indefinitely")
    return _put({"kind": "pause", "until": None if until is None else _until(until)}, pools, how)


@click.command()
@pools_argument
@click.option("--action", type=click.Choice([*ACTIONS, "restart"], case_sensitive=False), help="Only this action.")
@click.option("--next", "count", type=click.IntRange(1, MOST_NEXT), help="The next N; 1 unless --until is given.")
@until_option
@_common
def skip(*, pools: tuple[str, ...], action: str | None, count: int | None, until: str | None, **how: Any) -> int:
    """Leave out the next actions of pools, and say which these are.

    A POOL is a key, PROJECT/KEY, a pattern in quotes, or @GROUP. What waits already goes on.
    """
    if count is not None and until is not None:
        raise WrongUseError("so many, or until an instant?", "--next N, or --until T")
    bound: dict[str, Any] = {"next": count or 1} if until is None else {"until": _until(until)}
    return _put({"kind": "skip", "action": action, **bound}, pools, how)


@click.command()
@pools_argument
@click.argument("state", type=click.Choice(["on", "off"], case_sensitive=False))
@until_option
@click.option("--then-nothing", is_flag=True, help="At its end do nothing, whatever the schedule calls for.")
@_common
def hold(*, pools: tuple[str, ...], state: str, until: str | None, then_nothing: bool, **how: Any) -> int:
    """Keep pools on, or off, for a time: what contradicts it is skipped, and so are reboots.

    A POOL is a key, PROJECT/KEY, a pattern in quotes, or @GROUP. It switches nothing itself; at its end each pool is
    brought to what its schedule calls for.
    """
    if until is None:
        raise WrongUseError("how long is it to be?", "--until T")
    then = {"then": "nothing"} if then_nothing else {}
    return _put({"kind": f"hold-{state}", "until": _until(until), **then}, pools, how)


@click.command()
@click.argument("pools", metavar="[POOL|ID]...", nargs=-1, shell_complete=pool_keys)
@click.option("--all", "of_all", is_flag=True, help="Whatever lies on any pool.")
@reason_option
@yes_option
@output.json_option
def resume(*, pools: tuple[str, ...], of_all: bool, reason: str | None, yes: bool, as_json: bool) -> int:
    """End pauses, skips and holds early: those of pools, or the one with the number that `overrides` shows.

    Nothing that was skipped is done now.
    """
    from daemon.cli.asking import is_wanted  # noqa: PLC0415
    from daemon.cli.control import Control, request_id  # noqa: PLC0415 - imports http.client
    from daemon.cli.moments import zone_called  # noqa: PLC0415
    from daemon.cli.overrideview import headline, tell_list  # noqa: PLC0415

    calls = _which(pools, whom(pools, of_all=of_all))
    control = Control.found()
    if of_all and not yes:
        found = control.get("/v1/overrides")
        if not is_wanted(found, headline, "end {} now?", "override"):
            return Exit.FAILED
    rows: list[dict[str, Any]] = []
    answer: dict[str, Any] = {}
    for which in calls:
        answer = control.post("/v1/resume", {**which, "reason": reason, "request": request_id()})
        rows += answer["overrides"]
    if as_json:
        output.print_json_rows(rows)
    elif rows:
        tell_list({**answer, "overrides": rows})
        for row in answer["still"]:
            output.say(f"still in force: {headline(row, zone_called(answer['timezone']))}")
        output.say("nothing that was skipped is done now: `poolpower ensure POOL` does what the schedule calls for")
    else:
        output.say("nothing is paused, skipped or held there")
    return Exit.DONE


@click.command()
@click.argument("pools", metavar="[POOL]...", nargs=-1, shell_complete=pool_keys)
@click.option("--all-time", is_flag=True, help="Those that are over, too.")
@output.json_option
def overrides(*, pools: tuple[str, ...], all_time: bool, as_json: bool) -> None:
    """Show pauses, skips and holds in force: who, why, from when until when, and what they skipped."""
    from daemon.cli.control import Control  # noqa: PLC0415 - imports http.client
    from daemon.cli.overrideview import tell_list  # noqa: PLC0415

    asked = {"all_time": "true"} if all_time else {}
    answer = Control.found().get("/v1/overrides", pool=pools or None, **asked)
    if as_json:
        output.print_json_rows(answer["overrides"])
    else:
        tell_list(answer)


def _put(body: dict[str, Any], pools: tuple[str, ...], how: dict[str, Any]) -> int:
    """Ask whoever sits there, where many pools are meant; put it on; tell."""
    from daemon.cli.control import Control, request_id  # noqa: PLC0415 - imports http.client
    from daemon.cli.overrideview import tell_put  # noqa: PLC0415

    call = {**body, **whom(pools, of_all=how["of_all"]), "reason": how["reason"], "request": request_id()}
    control = Control.found()
    if not how["dry_run"] and not how["yes"] and not _is_wanted(control, call):
        return Exit.FAILED
    answer = control.post("/v1/override", {**call, "dry_run": how["dry_run"]})
    if how["as_json"]:
        output.print_json_rows(answer["overrides"])
    else:
        tell_put(answer, datetime.now(UTC))
    return Exit.DONE


def _is_wanted(control: Control, call: dict[str, Any]) -> bool:
    from daemon.cli.asking import is_wanted, somebody_is_there  # noqa: PLC0415
    from daemon.cli.overrideview import WORDS, headline  # noqa: PLC0415

    if not somebody_is_there():
        return True
    found = control.post("/v1/override", {**call, "dry_run": True})
    return is_wanted(found, headline, WORDS[call["kind"]] + " {}?", "pool")


def _which(pools: tuple[str, ...], meant: dict[str, Any]) -> list[dict[str, Any]]:
    """One call for all that is named by pool, and one for each number."""
    if not pools:
        return [meant]
    names = [name for name in pools if not _is_number(name)]
    calls: list[dict[str, Any]] = [{"override": int(name)} for name in pools if _is_number(name)]
    return [*calls, {"pools": names}] if names else calls


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal()


def _until(text: str) -> str:
    from daemon.cli.filezone import file_zone  # noqa: PLC0415
    from daemon.cli.instants import Towards, parse_instant  # noqa: PLC0415
    from daemon.ledger.records import instant  # noqa: PLC0415
    from daemon.settings import load_settings  # noqa: PLC0415

    schedules, now = load_settings().schedules, datetime.now(UTC)
    until = parse_instant(text, now=now, zone=lambda: file_zone(schedules), towards=Towards.END)
    return instant(until.replace(microsecond=0))
