"""``poolpower status`` and ``poolpower health``."""

from __future__ import annotations

from typing import Any

import click

from daemon.cli import output
from daemon.cli.exits import Exit
from daemon.cli.runs import local, one_line, pool_name, state_text, what

_OK = 200


@click.command()
@output.json_option
def status(as_json: bool) -> None:
    """Show the daemon and its pools: next action, last run, trouble."""
    from daemon.cli.control import Control  # noqa: PLC0415 - imports http.client

    found = Control.found().get("/v1/status")
    if as_json:
        output.print_json(found)
        return
    _tell_daemon(found)
    _tell_trouble(found)
    for warning in found["warnings"]:
        hint = f" ({warning['hint']})" if warning["hint"] else ""
        output.say(f"warning    {warning['message']}{hint}", fg="yellow")
    _tell_projects(found["projects"])
    _tell_pools(found["pools"])


@click.command()
@output.json_option
def health(as_json: bool) -> int:
    """Say in one line whether the daemon does its work; exit code 1 where not, 3 where it is not reachable."""
    from daemon.cli.control import Control, ControlRefusedError  # noqa: PLC0415 - imports http.client

    code, found = Control.found().ask("GET", "/v1/health")
    if not isinstance(found, dict) or "ok" not in found:
        raise ControlRefusedError(code, found)
    if as_json:
        output.print_json(found)
    else:
        output.say(str(found["line"]))
    return Exit.DONE if found["ok"] and code == _OK else Exit.FAILED


def _tell_daemon(found: dict[str, Any]) -> None:
    schedules = found["schedules"]
    accepted = f", accepted {local(schedules['accepted_at'])}" if schedules["accepted_at"] else ""
    warnings = f", {schedules['warnings']} warnings (`poolpower check`)" if schedules["warnings"] else ""
    output.say(
        f"poolpower {found['version']}, mode {found['mode']}, since {local(found['started_at'])}, pid {found['pid']}"
    )
    output.say(f"schedules  {schedules['file']}  version {schedules['version']}{accepted}{warnings}")
    output.say(f"ledger     {found['ledger']}")
    output.say(f"next       {local(found['next_at'])}")


def _tell_trouble(found: dict[str, Any]) -> None:
    schedules = found["schedules"]
    if schedules["error"]:
        output.say(f"trouble    the schedule file as it is now is not in force: {schedules['error']}", fg="red")
    if schedules["held"]:
        mend = "`poolpower reload --accept` takes it, mending the file puts it right"
        output.say(f"trouble    the changed schedule file waits for consent: {schedules['held']} ({mend})", fg="red")
    for trouble in found["trouble"]:
        hint = f" ({trouble['hint']})" if trouble["hint"] else ""
        output.say(f"trouble    {trouble['message']}, since {local(trouble['since'])}{hint}", fg="red")


def _tell_projects(projects: list[dict[str, Any]]) -> None:
    for project in projects:
        name = f"project    {project['project']} ({project['region'] or 'no region'})"
        load = f"{project['in_flight']} in flight, {project['waiting']} waiting"
        if project["halted"]:
            output.say(f"{name}: halted since {local(project['since'])}: {project['reason']}; {load}", fg="red")
        elif project["in_flight"] or project["waiting"]:
            output.say(f"{name}: {load}")


def _tell_pools(pools: list[dict[str, Any]]) -> None:
    output.say("")
    table = output.table("POOL", "NEXT", "LAST RUN", "STATE", "NOW")
    for pool in pools:
        last = pool["last"]
        table.add_row(
            output.printable(pool_name(pool)),
            f"{local(pool['next']['at'])} {what(pool['next'])}" if pool["next"] else "-",
            f"{local(last['scheduled_at'])} {what(last)}" if last else "-",
            state_text(last) if last else "-",
            output.clipped(output.printable(_at_present(pool)), 160),
        )
    output.print_table(table)


def _at_present(pool: dict[str, Any]) -> str:
    """What holds at this moment: a run under way, an override, a name not yet found in the cloud."""
    parts = [one_line(pool["open"])] if pool["open"] else []
    if pool["override"]:
        parts.append(_override(pool["override"]))
    if not pool["pool_id"]:
        parts.append(f"not found in the cloud yet: {pool['name']!r}")
    return "; ".join(parts) or "-"


def _override(override: dict[str, Any]) -> str:
    """What lies on a pool: kind, until when, by whom and why."""
    action = f" {override['action']}" if override["action"] else ""
    until = local(override["until"]) if override["until"] else "resumed"
    who = f", by {override['who']}" if override["who"] else ""
    why = f": {override['reason']}" if override["reason"] else ""
    more = f" (and {override['more']} more: `poolpower overrides`)" if override["more"] else ""
    return f"{override['kind'].replace('-', ' ')}{action} until {until}{who}{why}{more}"
