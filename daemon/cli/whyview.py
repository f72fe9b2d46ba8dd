"""The answer to ``why`` for people: the conclusion first, then what it rests on."""

from __future__ import annotations

from typing import Any

from daemon.cli import output
from daemon.cli.runs import one_line


def tell_why(found: dict[str, Any]) -> None:
    """Print an answer as ``why --json`` has it."""
    output.say(output.printable(f"{found['answer']}."), bold=True)
    if found["change"]:
        output.say(output.printable(f"to change that: {found['change']}"))
    version = found["version"]
    which = "what the file says now" if version is None else f"version {version}, accepted at {found['accepted_at']}"
    output.say(f"asked about {found['local']} ({found['at']}), by {which}", dim=True)
    _listed("due around then", [_due(one) for one in found["due"]])
    _listed("not due on that date", [_not_due(one) for one in found["not_due"]])
    _listed("on record around then", [one_line(run) for run in found["runs"]])
    _listed("lying on the pool then", [f"{one['override']}  {one['what']}" for one in found["overrides"]])


def _listed(title: str, lines: list[str]) -> None:
    if lines:
        output.say("")
        output.say(title, bold=True)
        output.print_lines(output.printable(f"  {line}") for line in lines)


def _due(one: dict[str, Any]) -> str:
    more = "".join(f"; {said}" for said in (one["calendar"], one["skipped"] and f"skipped: {one['skipped']}") if said)
    return f"{one['local']}  {one['action']} {one['type']}  {one['policy']}{more}"


def _not_due(one: dict[str, Any]) -> str:
    return f"{one['policy']}  ({one['source']}): {' and '.join(one['because'])}"
