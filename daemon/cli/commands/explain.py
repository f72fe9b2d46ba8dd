"""``poolpower explain``: what a sentence means, and its next times."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.exits import Exit
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from daemon.timetable.language import PolicyError
    from daemon.timetable.policy import Policy
    from daemon.timetable.recurrence.rule import Moment

NEXT = 5


@click.command()
@click.argument("words", metavar="POLICY", nargs=-1, required=True)
@click.option("--zone", metavar="ZONE", help="Time zone of a policy that names none; else the schedule file's.")
@output.json_option
def explain(*, words: tuple[str, ...], zone: str | None, as_json: bool) -> int:
    """Say in words what a POLICY means, and when it is due next. Put it in quotes."""
    from daemon.timetable.language import PolicyError, describe, format_policy, parse_policy  # noqa: PLC0415

    if len(words) > 1:
        raise WrongUseError("a policy is one sentence", f'put it in quotes: poolpower explain "{" ".join(words)}"')
    policy = words[0]
    try:
        parsed = parse_policy(policy)
    except PolicyError as error:
        _tell_problems(policy, error, as_json=as_json)
        return Exit.INVALID
    name = parsed.zone or _default_zone(zone)
    moments = _next(parsed, name)
    if as_json:
        output.print_json(
            {**_valid(format_policy(parsed), describe(parsed, name), name), "next": list(map(_row, moments))}
        )
        return Exit.DONE
    output.say(describe(parsed, name))
    output.say(f"\nas a schedule file has it: {format_policy(parsed)}")
    output.say(f"next times, {name}:" if moments else "it is never due again")
    for moment in moments:
        output.say(f"  {moment.local:%a %Y-%m-%d %H:%M:%S %z}")
    return Exit.DONE


def _default_zone(given: str | None) -> str:
    """The zone that was named, else the schedule file's, else UTC, and says so."""
    from daemon.cli.filezone import file_zone  # noqa: PLC0415
    from daemon.cli.schedule import schedule_path  # noqa: PLC0415
    from daemon.timetable.zones import zone_name  # noqa: PLC0415

    if given is not None:
        return zone_name(given)
    try:
        return file_zone(schedule_path(None)).key
    except WrongUseError:
        output.note("no schedule file names a zone: taking UTC (--zone names another)")
        return "UTC"


def _next(policy: Policy, zone: str) -> list[Moment]:
    from daemon.timetable.recurrence.rule import LAST_INSTANT, rule_of  # noqa: PLC0415

    return list(islice(rule_of(policy, zone).between(datetime.now(UTC), LAST_INSTANT), NEXT))


def _row(moment: Moment) -> dict[str, str]:
    return {"at": f"{moment.at:%Y-%m-%dT%H:%M:%SZ}", "local": moment.local.isoformat()}


def _valid(sentence: str, words: str, zone: str) -> dict[str, Any]:
    return {"valid": True, "policy": sentence, "words": words, "zone": zone, "errors": []}


def _tell_problems(sentence: str, error: PolicyError, *, as_json: bool) -> None:
    if as_json:
        errors = [
            {"column": one.start + 1, "end_column": one.end + 1, "message": one.message, "hint": one.hint}
            for one in error.problems
        ]
        output.print_json({"valid": False, "errors": errors})
        return
    from daemon.cli.caret import under  # noqa: PLC0415 - rich only where a person reads

    for problem in error.problems:
        output.say(f"error: {problem.message}", fg="red", bold=True)
        for line in under(sentence, problem.start, problem.end):
            output.say(f"    {line}")
        if problem.hint:
            output.say(f"    {problem.hint}")
