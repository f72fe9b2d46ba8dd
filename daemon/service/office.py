"""What can be asked of a running daemon, and how it answers: the one place behind control API and status page."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, TypeVar

from daemon import __version__
from daemon.execution import overrides
from daemon.ledger import book, history
from daemon.ledger.claims import Asked
from daemon.ledger.records import instant
from daemon.ledger.states import State
from daemon.service.asking import (
    NotFoundError,
    NotReadyError,
    WrongCallError,
    action_called,
    pools_called,
    type_called,
)
from daemon.service.overriding import Overriding
from daemon.service.retrying import pool_of, request_ids, to_retry
from daemon.service.rows import next_json, numbered, override_json, record_json
from daemon.service.versions import HELD, INVALID, WAITS
from daemon.timetable.actions import Action, ActionType
from daemon.timetable.policy import can_be_hard, default_catch_up, default_retry
from daemon.workspace.answers import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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

T = TypeVar("T")


class Office:
    """Answers questions and takes orders.

    Attributes:
        overriding: takes the orders that change what the schedule foresees.
    """

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
        self.overriding = Overriding(ledger=ledger, engine=engine, chores=chores, clock=clock)

    # --- questions ------------------------------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        """``act``, or ``observe``: then nothing that is asked for is sent."""
        return str(self._settings.mode)

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
        return {
            "ok": ok,
            "line": line,
            "trouble": [trouble.to_json() for trouble in troubles],
            "warnings": [warning.to_json() for warning in self._troubles.warnings()],
        }

    def liveness(self) -> dict[str, Any]:
        """Whether to start this process anew could help; trouble that needs a person is no reason."""
        alive = self._chores.is_alive
        return {"ok": alive, "line": "alive" if alive else "tick, ledger or gates do not answer any more"}

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
            "mode": self.mode,
            "pid": os.getpid(),
            "started_at": instant(self._started_at),
            "ledger": str(self._ledger.path),
            "socket": str(self._settings.socket),
            "watermark": None if reached is None else instant(reached),
            "next_at": None if upcoming is None else instant(upcoming),
            "schedules": {
                "file": str(self._versions.path.absolute()),
                "version": known.version,
                "hash": known.hash,
                "accepted_at": None if known.accepted_at is None else instant(known.accepted_at),
                "error": next((t.message for t in troubles if t.code == INVALID), None),
                "held": next((t.message.removeprefix(WAITS) for t in troubles if t.code == HELD), None),
                "warnings": len(known.warnings),
            },
            "trouble": [t.to_json() for t in troubles if not t.code.startswith("schedules.")],
            "warnings": [warning.to_json() for warning in self._troubles.warnings()],
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
                "next": next_json(book.timetable, pool, now),
                "last": record_json(ended.get(no)),
                "open": record_json(under_way.get(no)),
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
        """Runs, newest first.

        Raises:
            WrongCallError: there is no such state.
            UnknownPoolError: no pool on record is called that.
        """
        if state is not None and state not in {str(known) for known in State}:
            raise WrongCallError(f"there is no state {state!r}", f"one of {', '.join(State)}")

        def question(conn: Connection) -> list[RunRecord]:
            if pool is not None:
                history.require_known(conn, pool, project)
            return history.history(conn, pool, since, state, limit, project=project)

        return [record.to_json() for record in await self._read(question)]

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
        lane = self._engine.lanes.get(pool.project)
        if lane is None:  # another version came while the pools before it were asked about
            raise NotFoundError(f"pool {pool.key} is not in the schedule file any more", "poolpower status lists them")
        try:
            desktops = await lane.workspace.list_desktops(pool.pool_id)
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
        """Do a failed run again, or what each pool was last told since an instant where that did not end well.

        Raises:
            NotFoundError: there is no such run, or its pool is not in the schedule file any more.
            WrongCallError: it is not over, or it did succeed.
            NotReadyError: the daemon starts or stops.
            RefusedError: it is pointless, or its pool is another one of the cloud now, with the reason.
            LedgerUnavailable: nothing was made.
        """
        self._require_running()
        present, ids = numbered(self._engine.book), request_ids(request)
        records = await self._read(lambda conn: to_retry(conn, run, since, present, ids.values()))
        asked = [
            self._asked(
                pool_of(record, present),
                Action(record.action),
                ActionType(record.type),
                ids[Action(record.action)],
                reason=reason,
                who=who,
                parent=record.run,
            )
            for record in records
        ]
        return await self._make(asked)

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
        return pools_called(self._engine.book.timetable, names)

    async def _read(self, question: Callable[[Connection], T]) -> T:
        def ask() -> T:
            with self._ledger.reader() as conn:
                return question(conn)

        return await asyncio.to_thread(ask)
