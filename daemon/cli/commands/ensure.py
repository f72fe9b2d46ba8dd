"""``poolpower ensure``: the command after an outage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.exits import Exit
from daemon.cli.poolargs import all_option, dry_run_option, pools_argument, reason_option, whom, yes_option

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from daemon.cli.control import Control
    from daemon.cli.runs import Row


@click.command()
@pools_argument
@all_option
@dry_run_option
@reason_option
@yes_option
@output.json_option
def ensure(*, pools: tuple[str, ...], of_all: bool, dry_run: bool, reason: str | None, yes: bool, as_json: bool) -> int:
    """Bring pools to what their schedule calls for now: a manual run of the last start, stop or hibernate of each.

    A POOL is a key, PROJECT/KEY, a pattern in quotes, or @GROUP. Pools that are there already are not acted on; those
    that a pause or a hold forbids to touch are left alone.
    """
    from daemon.cli.control import Control, request_id  # noqa: PLC0415 - imports http.client

    call = {**whom(pools, of_all=of_all), "reason": reason, "request": request_id()}
    control = Control.found()
    if not dry_run and not yes and not _is_wanted(control, call):
        output.note("nothing was done")
        return Exit.FAILED
    answer = control.post("/v1/ensure", {**call, "dry_run": dry_run})
    if as_json:
        output.print_json_rows(answer["pools"])
    else:
        _tell(answer)
    return Exit.DONE


def _is_wanted(control: Control, call: dict[str, Any]) -> bool:
    from daemon.cli.asking import MOST, somebody_is_there  # noqa: PLC0415
    from daemon.cli.moments import zone_called  # noqa: PLC0415

    if not somebody_is_there():
        return True
    found = control.post("/v1/ensure", {**call, "dry_run": True})
    zone = zone_called(found["timezone"])
    wanted = [row for row in found["pools"] if not row["left"]]
    for row in wanted[:MOST]:
        output.note(_line(row, zone))
    if not wanted:
        return True
    return click.confirm(f"act on {len(wanted)} pool{'s' if len(wanted) > 1 else ''} now?", err=True)


def _tell(answer: dict[str, Any]) -> None:
    from daemon.cli.moments import zone_called  # noqa: PLC0415

    zone = zone_called(answer["timezone"])
    for row in answer["pools"]:
        output.say(_line(row, zone))


def _line(row: Row, zone: ZoneInfo) -> str:
    from daemon.cli.moments import coming  # noqa: PLC0415
    from daemon.cli.runs import one_line, pool_name  # noqa: PLC0415

    if row["word"] is None:
        return f"{pool_name(row)}: {row['left']}"
    word = f"{pool_name(row)}: {coming(row['word'], zone, datetime.now(UTC))}"
    if row["left"]:
        return f"{word}: left alone, {row['left']}"
    return f"{word}: {one_line(row['run'])}" if row["run"] else word
