"""``poolpower init``: writes a first schedule file, by asking or from flags."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.usage import WrongUseError

if TYPE_CHECKING:
    from daemon.timetable.schedulefile.findings import Finding
    from daemon.timetable.schedulefile.firstfile import FirstFile, NewPool

MISSING = {
    "zone": "--zone ZONE",
    "holidays": "--holidays CODE (or none)",
    "pools": "--pool POOL",
    "start": "--start HH:MM",
    "stop": "--stop HH:MM",
}
"""What there is to know, and the flag that says it."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--zone", metavar="ZONE", help="Time zone of the wall times, such as Europe/Berlin.")
@click.option("--holidays", metavar="CODE", help="Public holidays: a country (DE), a subdivision (DE-BE), or none.")
@click.option(
    "--pool", "pools", metavar="POOL", multiple=True, help='A name, NAME=ID, or a pattern or "all" of the cloud\'s.'
)
@click.option("--start", metavar="HH:MM", help="When the pools are started on workdays.")
@click.option("--stop", metavar="HH:MM", help="When they are stopped, every day.")
@click.option("--schema", is_flag=True, help="Write the JSON Schema beside it too, for editors.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
def init(
    *,
    file: Path | None,
    zone: str | None,
    holidays: str | None,
    pools: tuple[str, ...],
    start: str | None,
    stop: str | None,
    schema: bool,
    force: bool,
) -> None:
    """Write a first schedule FILE; without one, where the settings look for it.

    What no flag says is asked on a terminal. With credentials in the settings the cloud's pools are listed.
    """
    from daemon.cli.asking import somebody_is_there  # noqa: PLC0415 - heavy imports only where they are used
    from daemon.cli.schedule import schedule_path  # noqa: PLC0415
    from daemon.timetable.schedulefile.firstfile import SCHEMA_FILE  # noqa: PLC0415
    from daemon.timetable.schedulefile.schema import schema_text  # noqa: PLC0415

    path = schedule_path(file)
    beside = path.with_name(SCHEMA_FILE)
    lacks_schema = schema and not _holds(beside, schema_text())
    for target in (path, beside) if lacks_schema else (path,):
        _refuse_existing(target, force=force)
    given = {"zone": zone, "holidays": holidays, "pools": pools or None, "start": start, "stop": stop}
    missing = [flag for name, flag in MISSING.items() if given[name] is None]
    if missing and not somebody_is_there():
        raise WrongUseError(f"nobody is there to ask; missing: {', '.join(missing)}", "give them, or use a terminal")
    first = replace(_told(zone, holidays, pools, start, stop), names_schema=schema)
    text = _strictly_valid(path, first)
    if lacks_schema:
        _write(beside, schema_text(), force=force)
    _write(path, text, force=force)
    _say_what_is_next(path, len(first.pools), is_elsewhere=file is not None and not _is_looked_for(path))


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _refuse_existing(path: Path, *, force: bool) -> None:
    """Before anything is asked; writing looks again."""
    if path.is_dir():
        raise WrongUseError(f"{path} is a directory", f"name a file: poolpower init {path / 'pools.toml'}")
    if path.is_symlink() and not path.exists():
        raise WrongUseError(f"{path} is a link to nothing", "take it away, or name another file")
    if path.exists() and not force:
        raise WrongUseError(f"{path} exists", "name another file, or replace it with --force")


def _told(
    zone: str | None, holidays: str | None, pools: tuple[str, ...], start: str | None, stop: str | None
) -> FirstFile:
    """What the flags say, and for the rest what is answered; flags are judged before anything is asked."""
    from daemon.cli.demo.localzone import local_zone  # noqa: PLC0415
    from daemon.cli.firstfile.answers import NONE, read_holidays, read_time, read_zone  # noqa: PLC0415
    from daemon.cli.firstfile.asking import ask  # noqa: PLC0415
    from daemon.timetable.schedulefile.firstfile import FirstFile  # noqa: PLC0415

    told_zone = None if zone is None else read_zone(zone)
    told_holidays = None if holidays is None else read_holidays(holidays)
    told_start, told_stop = (None if text is None else read_time(text) for text in (start, stop))
    return FirstFile(
        zone=told_zone or ask("Time zone of the wall times", read_zone, local_zone(datetime.now(UTC)).key),
        holidays=told_holidays
        if holidays is not None
        else ask("Public holidays of which country (DE) or subdivision (DE-BE)", read_holidays, NONE),
        pools=_pools(pools),
        start=told_start or ask("Start the pools on workdays at", read_time, "07:30"),
        stop=told_stop or ask("Stop them every day at", read_time, "20:00"),
    )


def _pools(answers: tuple[str, ...]) -> tuple[NewPool, ...]:
    """Those that the flags name, else those that are chosen; from the cloud's list where it can be had."""
    from daemon.cli.firstfile.asking import ask_pools  # noqa: PLC0415
    from daemon.cli.firstfile.choosing import as_named, from_list, needs_list  # noqa: PLC0415
    from daemon.cli.firstfile.cloudlist import cloud_pools  # noqa: PLC0415
    from daemon.errors import PoolpowerError  # noqa: PLC0415

    listed: list[NewPool] = []
    try:
        listed = cloud_pools()
    except PoolpowerError as error:
        if needs_list(answers):
            raise
        output.note(f"the cloud's pools cannot be listed: {error.message}")
        output.note("the pools are taken as they are named" if answers else error.hint or "name them yourself")
    if not answers:
        return ask_pools(listed)
    return from_list(answers, listed) if listed else as_named(answers)


def _strictly_valid(path: Path, first: FirstFile) -> str:
    """The text, which passes ``check --strict``.

    What is missing of a country's official dates is no fault of the answers: such warnings are silenced, and told.

    Raises:
        WrongUseError: what was asked for cannot pass it.
    """
    warnings = _warnings(path, first)
    own = _warnings(path, replace(first, holidays=None)) if warnings else ()
    if own:
        raise WrongUseError(f"`check --strict` would not pass the file: {own[0].message}", own[0].hint)
    for warning in warnings:
        output.note(
            f"silenced in the file [{warning.code}]: {warning.message}{f'; {warning.hint}' * bool(warning.hint)}"
        )
    return replace(first, silenced=tuple(sorted({warning.code or "" for warning in warnings}))).text()


def _warnings(path: Path, first: FirstFile) -> tuple[Finding, ...]:
    from daemon.timetable.schedulefile import ScheduleError, parse_schedule  # noqa: PLC0415

    try:
        return parse_schedule([(str(path), first.text())], now=datetime.now(UTC)).warnings
    except ScheduleError as error:
        found = error.findings[0]
        raise WrongUseError(f"the file would not be valid: {found.message}", found.hint) from None


def _write(path: Path, text: str, *, force: bool) -> None:
    """Create it; with force replace what is there."""
    from daemon.cli.rewriting import create_file, replace_file  # noqa: PLC0415

    if force and path.exists():
        replace_file(path, path.read_bytes(), text.encode())
    else:
        create_file(path, text.encode())


def _is_looked_for(path: Path) -> bool:
    """True for the file that commands read where none is named."""
    from daemon.cli.schedule import schedule_path  # noqa: PLC0415
    from daemon.errors import PoolpowerError  # noqa: PLC0415

    try:
        return path.absolute() == schedule_path(None).absolute()
    except PoolpowerError:  # the settings are not usable yet; the command that needs them will say so
        return False


def _say_what_is_next(path: Path, pools: int, *, is_elsewhere: bool) -> None:
    output.say(f"wrote {path}: {pools} pool{'' if pools == 1 else 's'}")
    output.say("next:")
    if is_elsewhere:
        output.say(f"  export POOLPOWER_SCHEDULES={shlex.quote(str(path.absolute()))}")
    output.say("  poolpower plan             what will happen in the next week")
    output.say("  poolpower settings         what the daemon knows: credentials, region, project")
    output.say("  poolpower run --observe    the daemon, doing everything but act")
