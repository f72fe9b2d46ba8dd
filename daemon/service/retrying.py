"""Which runs ``retry`` does again, and on which pools (protocol 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.execution.manual import RefusedError
from daemon.ledger import again, claims, history
from daemon.ledger.states import State
from daemon.service.asking import NotFoundError, WrongCallError
from daemon.timetable.actions import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.records import RunRecord
    from daemon.timetable.pools import Pool


def request_ids(request: str) -> dict[Action, str]:
    """One id for each action: a pool's word and the reboot after it are two runs, and an id makes one run a pool."""
    return {action: request if action.is_word else f"{request} {action}" for action in Action}


def to_retry(
    conn: Connection, run: int | None, since: datetime | None, present: Mapping[int, Pool], requests: Collection[str]
) -> list[RunRecord]:
    """The run of this number, which is over and did not succeed, or all that are worth doing again since an instant.

    Args:
        conn: a reader.
        run: one run.
        since: instead of it, from when on.
        present: the pools of the version in force, by number.
        requests: ids of the call that asks; where it comes again, what it made before is given, whatever holds now.

    Raises:
        NotFoundError: there is no such run.
        WrongCallError: it is not over, or it did succeed; neither is given.
        RefusedError: it was for another pool of the cloud than its pool is now.
    """
    records = _not_well(conn, run, since, present, requests)
    moved = [told for record in records if (told := _moved(record, present)) is not None]
    if moved and not any(claims.asked_before(conn, request) for request in requests):
        raise RefusedError("; ".join(told for told, _ in moved), _mend(moved))
    return records


def pool_of(record: RunRecord, present: Mapping[int, Pool]) -> Pool:
    """The pool of a run as the version in force has it.

    Raises:
        NotFoundError: it has it no more.
    """
    pool = present.get(record.pool_no) or _namesake(record, present)
    if pool is None:
        raise NotFoundError(f"pool {record.pool} of run {record.run} is not in the schedule file any more", None)
    return pool


def _not_well(
    conn: Connection, run: int | None, since: datetime | None, present: Mapping[int, Pool], requests: Collection[str]
) -> list[RunRecord]:
    if run is None:
        if since is None:
            raise WrongCallError("the call gives neither run nor since", None)
        return again.to_do_again(conn, present, since, requests)
    detail = history.show(conn, run)
    if detail is None:
        raise NotFoundError(f"there is no run {run}", "poolpower history lists them")
    state = State(detail.record.state)
    if state.is_open:
        mend = f"`poolpower show {run}` tells how it goes on; `poolpower cancel {run}` calls it off while it waits"
        raise WrongCallError(f"run {run} is not over: it is {state}", mend)
    if state is State.SUCCEEDED:
        raise WrongCallError(f"run {run} has succeeded", "poolpower now does the same action anew")
    return [detail.record]


def _moved(record: RunRecord, present: Mapping[int, Pool]) -> tuple[str, str] | None:
    """What is said of a run whose pool is another one of the cloud now, and what acts on that; None where it is not."""
    pool = present.get(record.pool_no) or _namesake(record, present)
    if pool is None or None in (record.pool_id, pool.pool_id) or record.pool_id == pool.pool_id:
        return None
    told = f"run {record.run} was for cloud pool {record.pool_id}; the id of {pool.key} is {pool.pool_id} now"
    return told, f"`poolpower now {record.action} {pool.key}` acts on the new pool"


def _namesake(record: RunRecord, present: Mapping[int, Pool]) -> Pool | None:
    """The pool that has the key of a run's pool by now: with another id it has another number (3.5)."""
    return next((p for p in present.values() if (p.project, p.key) == (record.project, record.pool)), None)


def _mend(moved: Sequence[tuple[str, str]]) -> str:
    if len(moved) == 1:
        return moved[0][1]
    return "`poolpower now ACTION POOL` acts on the new pools; `poolpower retry RUN` does the others again, one by one"
