"""From an opened ledger and a schedule file to a version in force (protocol 3.3, 5.1, 5.5)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from daemon.ledger import pools, versions
from daemon.ledger.book import Book
from daemon.ledger.errors import LedgerUnavailable
from daemon.service.connections import ProjectError
from daemon.service.versions import Verdict
from daemon.timetable.schedulefile import ScheduleError, parse_schedule
from daemon.timetable.timetable import SharedPoolIdError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.engine import Engine
    from daemon.ledger.versions import Version
    from daemon.ledger.writer import Writer
    from daemon.service.connections import Workspaces
    from daemon.service.versions import Outcome, Versions
    from daemon.timetable.timetable import Timetable


async def bring_into_force(
    *, writer: Writer, engine: Engine, known: Versions, workspaces: Workspaces, log: Logger
) -> Outcome:
    """Take up the ledger's version, then read the file and accept it where that is right.

    An invalid, missing or held back file leaves the last accepted version in force, loudly.

    Raises:
        PoolpowerError: there is neither a usable file nor a version in the ledger; what is wrong with the file.
        LedgerUnavailable: the ledger cannot be written.
    """
    last = await writer.do(versions.newest)
    if last is not None:
        await _resume(writer=writer, engine=engine, known=known, workspaces=workspaces, last=last, log=log)
    outcome = await known.consider()
    if not engine.has_version:
        raise outcome.error or LedgerUnavailable(outcome.message)
    if outcome.verdict not in (Verdict.ACCEPTED, Verdict.UNCHANGED):
        log.error("version.kept", version=known.standing.version, outcome=str(outcome.verdict), message=outcome.message)
    return outcome


def _with_ids(timetable: Timetable, ids: Mapping[tuple[str, str], str], log: Logger) -> Timetable:
    """The timetable with the ids that were looked up; without them where two pools would be one by now."""
    try:
        return timetable.with_pool_ids(ids)
    except SharedPoolIdError as error:
        log.error("pools.shared", error=error.message)  # noqa: TRY400 - a trace would say less
        return timetable


async def _resume(
    *, writer: Writer, engine: Engine, known: Versions, workspaces: Workspaces, last: Version, log: Logger
) -> None:
    try:
        loaded = await asyncio.to_thread(parse_schedule, last.texts)
    except ScheduleError as error:
        log.error("version.unreadable", version=last.id, error=error.message)  # noqa: TRY400 - a trace would say less
        return
    try:
        workspaces.learn(dict(loaded.timetable.projects))
    except ProjectError as error:  # the file may say by now what the settings no longer do
        log.error("version.unreachable", version=last.id, error=error.message, hint=error.hint)  # noqa: TRY400 - the same
        return

    def unit(conn: Connection) -> Book:
        numbers = pools.register(conn, loaded.timetable.pools)
        return Book(_with_ids(loaded.timetable, pools.ids(conn), log), last.id, last.accepted_at, numbers)

    engine.resume(await writer.do(unit))
    known.stands(last, loaded)
