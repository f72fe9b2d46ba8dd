"""What can be asked of a running daemon, and how it answers: the one place behind control API and status page."""

from __future__ import annotations

import asyncio
import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeVar

from daemon import __version__
from daemon.execution import overrides
from daemon.ledger import book, history
from daemon.ledger.claims import Asked
from daemon.ledger.records import instant
from daemon.ledger.states import State
from daemon.service.asking import NotFoundError, NotReadyError, WrongCallError, action_called, type_called
from daemon.service.rows import numbered, override_json
from daemon.timetable.actions import Action, ActionType
from daemon.timetable.plan import PlanEntry
from daemon.timetable.policy import can_be_hard, default_catch_up, default_retry
from daemon.workspace.answers import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.execution.clocks import Clock
    from daemon.execution.engine import Engine
    from daemon.ledger.ledger import Ledger
    from daemon.ledger.overrides import Override
    from daemon.ledger.records import RunDetail, RunRecord
    from daemon.ledger.runs import Run
    from daemon.service.chores import Chores
    from daemon.service.trouble import Troubles
    from daemon.service.versions import Outcome, Versions
    from daemon.settings.model import Settings
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable

T = TypeVar("T")
TO_DO_AGAIN = (State.FAILED, State.PARTIAL, State.EXPIRED, State.MISSED, State.UNKNOWN)
"""What ``retry --since`` does again."""
SET_ASIDE = (State.SKIPPED, State.VOID)
"""What takes nothing from the standing of an older run (protocol 2.1)."""
MOST_AGAIN = 10_000


class Office:
    """Answers questions and takes orders."""

    def __init__(
        self,
        *,
        settings: Settings,
        ledger: Ledger,
        engine: Engine,
        versions: Versions,
        troubles: Troubles,
        chores: Chores,
        clock: Clock,
    ) -> None:
        """Know whom to ask."""
        self._settings = settings
        self._ledger = ledger
        self._engine = engine
        self._versions = versions
        self._troubles = troubles
        self._chores = chores
        self._clock = clock
        self._started_at = clock.now()

    # --- questions ------------------------------------------------------------------------------------------------

    def health(self) -> dict[str, Any]:
        """Whether the daemon does its work, in one line."""
        self._chores.tell_projects()
        troubles = self._troubles.all()
        ok = self._engine.is_running and self._chores.is_fresh and not troubles
        if not self._engine.is_running:
            line = "starting"
        elif not self._chores.is_fresh:
            line = "trouble: the heartbeat is stale: tick or ledger do not answer"
        else:
            line = self._chores.line()
        return {"ok": ok, "line": line, "trouble": [trouble.to_json() for trouble in troubles]}

    async def status(self) -> dict[str, Any]:
        """The daemon and its pools."""
        now = self._clock.now()
        last, unfinished, standing, reached = await self._read(
            lambda conn: (
                history.last_finished(conn),
                history.newest_open(conn),
                overrides.in_force(conn, now),
                book.watermark(conn),
            )
        )
        # Thousands of pools take a second, and nothing on the loop may wait that long.
        pools = await asyncio.to_thread(self._pools, now, last, unfinished, standing)
        known = self._versions.standing
        upcoming = self._chores.next_at
        troubles = self._troubles.all()
        return {
            "version": __version__,
            "mode": str(self._settings.mode),
            "pid": os.getpid(),
            "started_at": instant(self._started_at),
            "ledger": str(self._ledger.path),
            "socket": str(self._settings.socket),
            "watermark": None if reached is None else instant(reached),
            "next_at": None if upcoming is None else instant(upcoming),
            "schedules": {
                "file": str(self._versions.path),
                "version": known.version,
                "hash": known.hash,
                "accepted_at": None if known.accepted_at is None else instant(known.accepted_at),
                "error": next((t.message for t in troubles if t.code == "schedules.invalid"), None),
                "held": next((t.message for t in troubles if t.code == "schedules.held"), None),
                "warnings": len(known.warnings),
            },
            "trouble": [t.to_json() for t in troubles if not t.code.startswith("schedules.")],
            "projects": self._projects(),
            "pools": pools,
        }

    def _projects(self) -> list[dict[str, Any]]:
        return [
            {
                "project": name,
                "region": lane.workspace.region,
                "halted": lane.condition.halt is not None,
                "reason": lane.condition.halt.reason if lane.condition.halt else None,
                "since": instant(lane.condition.halt.since) if lane.condition.halt else None,
                "in_flight": lane.slots.taken,
                "waiting": len(lane.waiting),
            }
            for name, lane in self._engine.lanes.items()
        ]

    def _pools(
        self, now: datetime, last: Sequence[RunRecord], unfinished: Sequence[RunRecord], standing: Sequence[Override]
    ) -> list[dict[str, Any]]:
        if not self._engine.has_version:
            return []
        book = self._engine.book
        ended = {record.pool_no: record for record in last}  # by number: a pool that was renamed keeps it (3.5)
        under_way = {record.pool_no: record for record in unfinished}
        return [
            {
                "project": pool.project,
                "pool": pool.key,
                "pool_id": pool.pool_id,
                "name": pool.name,
                "next": _next(book.timetable, pool, now),
                "last": _json_or_none(ended.get(no)),
                "open": _json_or_none(under_way.get(no)),
                "override": override_json(standing, no, now),
            }
            for no, pool in numbered(book).items()
        ]

    def gauges(self) -> dict[str, Any]:
        """What metrics show, without a question to the ledger."""
        pools = len(self._engine.book.timetable.pools) if self._engine.has_version else 0
        return {"pools": pools, "projects": self._projects()}

    async def history(
        self, *, pool: str | None, project: str | None, since: datetime | None, state: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Runs, newest first."""
        if state is not None and state not in {str(known) for known in State}:
            raise WrongCallError(f"there is no state {state!r}", f"one of {', '.join(State)}")
        records = await self._read(lambda conn: history.history(conn, pool, since, state, limit, project=project))
        return [record.to_json() for record in records]

    async def show(self, run: int) -> dict[str, Any]:
        """One run with everything on record.

        Raises:
            NotFoundError: there is none.
        """
        detail: RunDetail | None = await self._read(lambda conn: history.show(conn, run))
        if detail is None:
            raise NotFoundError(f"there is no run {run}", "poolpower history lists them")
        return detail.to_json()

    async def whom(self, name: str, project: str | None = None) -> list[dict[str, Any]]:
        """How many desktops and users an action on these pools would hit now.

        Raises:
            NotFoundError: no pool is meant.
            NotReadyError: the daemon starts or stops.
            WrongCallError: the cloud does not say.
        """
        self._require_running()
        return [await self._whom(pool) for pool in self._meant([name]) if project in (None, pool.project)]

    async def _whom(self, pool: Pool) -> dict[str, Any]:
        if pool.pool_id is None:
            raise NotFoundError(f"pool {pool.key} has not been found in the cloud yet", "poolpower status says why")
        try:
            desktops = await self._engine.lanes[pool.project].workspace.list_desktops(pool.pool_id)
        except WorkspaceError as error:
            raise WrongCallError(f"the desktops of {pool.key} cannot be read: {error.message}", error.hint) from error
        states = [desktop.login_status for desktop in desktops]
        return {
            "project": pool.project,
            "pool": pool.key,
            "pool_id": pool.pool_id,
            "desktops": len(desktops),
            "connected": states.count("CONNECTED"),
            "disconnected": states.count("DISCONNECTED"),
        }

    # --- orders ---------------------------------------------------------------------------------------------------

    async def now(
        self, *, action: str, pools: Sequence[str], type_: str | None, reason: str | None, request: str, who: str
    ) -> list[dict[str, Any]]:
        """Make a manual run for each of these pools.

        Raises:
            WrongCallError: no such action or type.
            NotFoundError: no pool is meant.
            NotReadyError: the daemon starts or stops.
            RefusedError: it is pointless, with the reason.
            LedgerUnavailable: nothing was made.
        """
        self._require_running()
        wanted, how = action_called(action), type_called(type_)
        if how is ActionType.HARD and not can_be_hard(wanted):
            raise WrongCallError(f"{wanted} cannot be HARD", "stop and reboot can")
        asked = [self._asked(pool, wanted, how, request, reason=reason, who=who) for pool in self._meant(pools)]
        return await self._make(asked)

    async def retry(
        self, *, run: int | None, since: datetime | None, reason: str | None, request: str, who: str
    ) -> list[dict[str, Any]]:
        """Do a failed run again, or everything since an instant that did not end well and still stands.

        Raises:
            NotFoundError: there is no such run, or its pool is not in the schedule file any more.
            WrongCallError: it is not over, or it did succeed.
            NotReadyError: the daemon starts or stops.
            RefusedError: it is pointless, with the reason.
            LedgerUnavailable: nothing was made.
        """
        self._require_running()
        if run is None and since is None:
            raise WrongCallError("the call gives neither run nor since", None)
        present = numbered(self._engine.book)
        records = await self._read(lambda conn: self._failed(conn, run, since))
        asked = [
            self._asked(
                _pool_of(record, present),
                Action(record.action),
                ActionType(record.type),
                request,
                reason=reason,
                who=who,
                parent=record.run,
            )
            for record in records
        ]
        return await self._make(asked)

    def _failed(self, conn: Connection, run: int | None, since: datetime | None) -> list[RunRecord]:
        if run is None:
            newest: dict[int, RunRecord] = {}
            present = numbered(self._engine.book)
            for record in history.history(conn, None, since, None, MOST_AGAIN):
                if record.state not in SET_ASIDE and record.pool_no in present:
                    newest.setdefault(record.pool_no, record)
            return [record for record in newest.values() if record.state in TO_DO_AGAIN]
        detail = history.show(conn, run)
        if detail is None:
            raise NotFoundError(f"there is no run {run}", "poolpower history lists them")
        state = State(detail.record.state)
        if state.is_open:
            raise WrongCallError(f"run {run} is not over: it is {state}", None)
        if state is State.SUCCEEDED:
            raise WrongCallError(f"run {run} has succeeded", "poolpower now does the same action anew")
        return [detail.record]

    async def cancel(self, run: int, who: str, reason: str | None = None) -> dict[str, Any]:
        """End a waiting run.

        Raises:
            NotReadyError: the daemon starts or stops.
            RefusedError: there is none of this id, or it is not waiting.
            LedgerUnavailable: nothing was changed.
        """
        self._require_running()
        await self._engine.cancel(run, f"cancelled by {who}" + (f": {reason}" if reason else ""))
        return await self.show(run)

    async def reload(self, *, expect: str | None, accept: bool, who: str, note: str | None) -> Outcome:
        """Read the schedule file now.

        Raises:
            NotReadyError: the daemon starts or stops.
        """
        self._require_running()
        return await self._chores.reload(expect=expect, accept=accept, who=who, note=note)

    def _require_running(self) -> None:
        if not self._engine.is_running:
            raise NotReadyError("the daemon is starting or stopping", "ask again in a moment")

    async def _make(self, asked: list[Asked]) -> list[dict[str, Any]]:
        if not asked:
            return []
        made: Sequence[Run] = await self._engine.ask(asked)
        ids = {run.id for run in made}
        found = await self._read(lambda conn: [history.show(conn, id_) for id_ in sorted(ids)])
        return [detail.record.to_json() for detail in found if detail is not None]

    def _asked(  # one name for each thing that is known of an order
        self,
        pool: Pool,
        action: Action,
        type_: ActionType,
        request: str,
        *,
        reason: str | None,
        who: str,
        parent: int | None = None,
    ) -> Asked:
        return Asked(
            pool_no=self._engine.book.numbers[pool.project, pool.key],
            project=pool.project,
            pool=pool.key,
            pool_id=pool.pool_id,
            action=action,
            type=type_,
            request=request,
            retry_for=default_retry(action),
            catch_up=default_catch_up(action),
            reason=reason,
            who=who,
            parent=parent,
        )

    # --- which pools are meant ------------------------------------------------------------------------------------

    def _meant(self, names: Sequence[str]) -> list[Pool]:
        pools = self._engine.book.timetable.pools
        chosen: dict[Pool, None] = {}
        for name in names:
            found = [pool for pool in pools if name in (pool.key, f"{pool.project}/{pool.key}")] or [
                pool for pool in pools if fnmatchcase(f"{pool.project}/{pool.key}" if "/" in name else pool.key, name)
            ]
            if not found:
                raise NotFoundError(
                    f"no pool of the schedule in force is called {name!r}", "poolpower status lists them"
                )
            chosen |= dict.fromkeys(found)
        return list(chosen)

    async def _read(self, question: Callable[[Connection], T]) -> T:
        def ask() -> T:
            with self._ledger.reader() as conn:
                return question(conn)

        return await asyncio.to_thread(ask)


def _next(timetable: Timetable, pool: Pool, now: datetime) -> dict[str, str | None] | None:
    occurrence = timetable.next_for(pool, now)
    if occurrence is None:
        return None
    return PlanEntry(
        at=occurrence.scheduled_at,
        local=occurrence.local,
        due_at=occurrence.due_at,
        pool=pool,
        action=occurrence.action,
        type=occurrence.type,
        policy=occurrence.policy,
        source=occurrence.source,
    ).to_json()


def _json_or_none(record: RunRecord | None) -> dict[str, Any] | None:
    return None if record is None else record.to_json()


def _pool_of(record: RunRecord, present: Mapping[int, Pool]) -> Pool:
    pool = present.get(record.pool_no)
    if pool is None:
        raise NotFoundError(f"pool {record.pool} of run {record.run} is not in the schedule file any more", None)
    return pool
