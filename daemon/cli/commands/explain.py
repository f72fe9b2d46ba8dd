"""``poolpower explain``: what a sentence means, and its next times."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.exits import Exit
from daemon.cli.usage import WrongUseError
from daemon.ledger.records import instant

if TYPE_CHECKING:
    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.language import PolicyError
    from daemon.timetable.policy import Policy
    from daemon.timetable.recurrence.rule import Moment
    from daemon.timetable.schedulefile.filecalendars import FileCalendars

NEXT = 5


@click.command()
@click.argument("words", metavar="POLICY", nargs=-1, required=True)
@click.option("--zone", metavar="ZONE", help="Time zone of a policy that names none; else the schedule file's.")
@click.option("--holidays", metavar="CODE", help="Whose workdays and holidays: a country (DE), a part of one (DE-BE).")
@output.json_option
def explain(*, words: tuple[str, ...], zone: str | None, holidays: str | None, as_json: bool) -> int:
    """Say in words what a POLICY means, and when it is due next. Put it in quotes."""
    from daemon.timetable.language import PolicyError, describe, format_policy  # noqa: PLC0415

    if len(words) > 1:
        raise WrongUseError("a policy is one sentence", f'put it in quotes: poolpower explain "{" ".join(words)}"')
    sentence = words[0]
    try:
        parsed, calendars = _read(sentence, holidays)
    except PolicyError as error:
        _tell_problems(sentence, error, as_json=as_json)
        return Exit.INVALID
    name = parsed.zone or _default_zone(zone)
    policy = _in_force(parsed, name, calendars)
    moments = _next(policy, parsed, calendars)
    if as_json:
        rows = [_row(moment, policy) for moment in moments or ()]
        output.print_json({**_valid(format_policy(parsed), describe(parsed, name), name), "next": rows})
        return Exit.DONE
    output.say(describe(parsed, name))
    output.say(f"\nas a schedule file has it: {format_policy(parsed)}")
    if moments is not None:
        output.say(f"next times, {name}:" if moments else "it is never due again")
    for moment in moments or ():
        said = _said(moment, policy)
        output.say(f"  {moment.local:%a %Y-%m-%d %H:%M:%S %z}{f'  {said}' if said else ''}")
    return Exit.DONE


def _read(sentence: str, holidays: str | None) -> tuple[Policy, FileCalendars]:
    """The policy, and the calendars that it may call on; the file is asked only where one can matter."""
    from daemon.cli.daywords import calendars_for  # noqa: PLC0415
    from daemon.timetable.language import PolicyError, parse_policy  # noqa: PLC0415
    from daemon.timetable.schedulefile.filecalendars import NONE  # noqa: PLC0415

    try:
        policy = parse_policy(sentence)
    except PolicyError:
        calendars = calendars_for(holidays)  # it may be the name of one that was not understood
        return parse_policy(sentence, calendars.spelled), calendars
    asks = holidays is not None or _in_force(policy, "UTC", NONE).calendars
    return policy, calendars_for(holidays) if asks else NONE


def _in_force(policy: Policy, zone: str, calendars: FileCalendars) -> EffectivePolicy:
    from daemon.timetable.effective import effective  # noqa: PLC0415
    from daemon.timetable.policy import Options  # noqa: PLC0415

    return effective(policy, Options(zone=zone, holidays=calendars.own), "the command line", calendars.named)


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


def _next(policy: EffectivePolicy, parsed: Policy, calendars: FileCalendars) -> list[Moment] | None:
    """The next times; None where they depend on holidays, and no calendar says which these are."""
    from daemon.timetable.effective import asks_own, calls_for_holidays  # noqa: PLC0415
    from daemon.timetable.recurrence.rule import LAST_INSTANT  # noqa: PLC0415

    if calendars.own is None and asks_own(parsed):
        if calls_for_holidays(parsed):
            output.note("when it is due is not known: no calendar says what a holiday is (--holidays DE-BE names one)")
            return None
        output.note("no calendar says what a holiday is: workdays are Monday to Friday (--holidays DE-BE names one)")
    return list(islice(policy.rule.between(datetime.now(UTC), LAST_INSTANT), NEXT))


def _said(moment: Moment, policy: EffectivePolicy) -> str | None:
    """What calendars say of its date, as it is kept with a run."""
    return policy.said_of(date.fromisoformat(moment.wall[:10]))


def _row(moment: Moment, policy: EffectivePolicy) -> dict[str, str | None]:
    return {"at": instant(moment.at), "local": moment.local.isoformat(), "calendar": _said(moment, policy)}


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
