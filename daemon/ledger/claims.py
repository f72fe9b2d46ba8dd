"""Claiming: occurrences become runs, once each, in the order that makes newer mean greater (protocol 1.4, 1.6).

The unique index ``runs_claimed_once`` is what makes a claim single; the watermark only spares the work of asking again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, text

from daemon.ledger import bulk, schema
from daemon.ledger.runs import COLUMNS, Run, from_row
from daemon.ledger.states import Origin, State
from daemon.timetable.actions import Action, ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.book import Book
    from daemon.ledger.overrides import Override
    from daemon.timetable.occurrences import Occurrence

WALL_TIMES_REPEAT_WITHIN = timedelta(hours=27)
"""Two instants that bear one wall time, in whatever two zones, lie less than this apart (UTC+14 to UTC-12)."""


@dataclass(frozen=True, slots=True)
class Skip:
    """An override that an occurrence ran into at its own instant (protocol 4.10)."""

    reason: str
    override: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that a transaction ended, for the line that is logged about it."""

    run: Run
    state: State
    reason: str


def claim(
    conn: Connection, book: Book, occurrences: Sequence[tuple[Occurrence, Skip | None]], now: datetime
) -> tuple[list[Run], list[Ended]]:
    """Insert a run for each occurrence that has none yet.

    Args:
        conn: inside the transaction that also moves the watermark.
        book: the version they come from.
        occurrences: in the order of protocol 1.6, each with the override that skips it, or None.
        now: when this happens, for what is ended at once.

    Returns:
        The runs that wait, and those that were skipped at once.
    """
    fresh = _without_claimed(conn, book, occurrences)
    if not fresh:
        return [], []
    rows = [_row(book, occurrence, skip, now) for occurrence, skip in fresh]
    ids = _inserted(conn, rows)
    waiting, ended = [], []
    for row in rows:
        id_ = ids.get(_key(row))
        if id_ is None:
            continue
        run = _run(id_, row)
        if run.state is State.PENDING:
            waiting.append(run)
        else:
            ended.append(Ended(run, run.state, row["reason"]))
    return waiting, ended


def _inserted(conn: Connection, rows: Sequence[dict[str, Any]]) -> dict[_Claim, int]:
    """Insert those that are not claimed yet; their ids."""
    newest = conn.execute(_newest).scalar_one()
    ids = bulk.insert_new_rows(conn, schema.runs, rows)
    if ids is not None:
        return {_key(row): id_ for row, id_ in zip(rows, ids, strict=True)}
    runs = schema.runs.c
    query = select(runs.pool_no, runs.action, runs.scheduled_at, runs.id).where(runs.id > newest)
    return {(pool_no, action, scheduled_at): id_ for pool_no, action, scheduled_at, id_ in conn.execute(query)}


_newest = select(func.coalesce(func.max(schema.runs.c.id), 0))
_Claim = tuple[int, str, "datetime"]
"""What a claim is unique by: pool number, action and instant."""


def _key(row: dict[str, Any]) -> _Claim:
    return row["pool_no"], row["action"], row["scheduled_at"]


def _without_claimed(
    conn: Connection, book: Book, occurrences: Sequence[tuple[Occurrence, Skip | None]]
) -> list[tuple[Occurrence, Skip | None]]:
    """Leave out what an earlier version has claimed for the same wall time already (protocol 3.2).

    Only near an acceptance can that be; elsewhere the question is not asked.
    """
    near = book.accepted_at + WALL_TIMES_REPEAT_WITHIN
    asked = [_claim_of(book, occurrence) for occurrence, _ in occurrences if occurrence.scheduled_at <= near]
    if not asked:
        return list(occurrences)
    taken = claimed_walls(conn, asked)
    return [(occurrence, skip) for occurrence, skip in occurrences if _claim_of(book, occurrence) not in taken]


def _claim_of(book: Book, occurrence: Occurrence) -> tuple[int, str, str]:
    return (book.numbers[occurrence.pool.project, occurrence.pool.key], occurrence.action, occurrence.wall)


def claimed_walls(conn: Connection, asked: Iterable[tuple[int, str, str]]) -> set[tuple[int, str, str]]:
    """Which (pool number, action, wall time) have a run already, withdrawn and void ones aside (3.2).

    More than was asked may come back; what was asked and has a run always does.
    """
    pool_numbers, actions, walls = (set(values) for values in zip(*asked, strict=True))
    runs = schema.runs.c
    query = select(runs.pool_no, runs.action, runs.wall).where(
        runs.pool_no.in_(pool_numbers),
        runs.action.in_(actions),
        runs.wall.in_(walls),
        runs.wall.is_not(None),
        runs.state != State.VOID,
        ~((runs.state == State.SKIPPED) & runs.reason.startswith("withdrawn by version")),
    )
    return {(pool_no, action, wall) for pool_no, action, wall in conn.execute(query)}


def _row(book: Book, occurrence: Occurrence, skip: Skip | None, now: datetime) -> dict[str, Any]:
    pool = occurrence.pool
    return {
        "pool_no": book.numbers[pool.project, pool.key],
        "project": pool.project,
        "pool": pool.key,
        "pool_id": pool.pool_id,
        "origin": Origin.SCHEDULE,
        "action": occurrence.action,
        "type": occurrence.type,
        "policy": occurrence.policy,
        "source": occurrence.source,
        "eclipsed": [[policy.policy, policy.source] for policy in occurrence.eclipsed] or None,
        "calendar": occurrence.calendar,
        "wall": occurrence.wall,
        "scheduled_at": occurrence.scheduled_at,
        "due_at": occurrence.due_at,
        "retry_for": occurrence.retry_for,
        "catch_up": occurrence.catch_up,
        "state": State.SKIPPED if skip else State.PENDING,
        "reason": skip.reason if skip else None,
        "finished_at": now if skip else None,
        "override": skip.override if skip else None,
        "version": book.version,
    }


def _run(id_: int, row: dict[str, Any]) -> Run:
    return Run(id=id_, **{name: row[name] for name in Run.__slots__ if name in row})


_supersede = (
    schema.runs.update()
    .where(
        schema.runs.c.pool_no == bindparam("of_pool"),
        schema.runs.c.id < bindparam("by"),
        schema.runs.c.state == State.PENDING,
    )
    .values(state=State.SUPERSEDED, reason=bindparam("why"), finished_at=bindparam("at"), next_attempt_at=None)
    .returning(*COLUMNS)
)
_supersede_reboots = _supersede.where(schema.runs.c.action == Action.REBOOT)


def supersede(conn: Connection, newer: Sequence[Run], now: datetime) -> list[Ended]:
    """End what the newest of these runs make pointless: the older waiting runs of their pools (protocol 2.1, 2.3).

    A word ends every older waiting run; a reboot ends older reboots only. What is being sent is left to the commit that
    would make it wait again.
    """
    if not newer:
        return []
    crowded = _pools_with_older(conn, newer)
    ended: list[Ended] = []
    for statement, of_words in ((_supersede, True), (_supersede_reboots, False)):
        newest = {run.pool_no: run for run in newer if run.action.is_word is of_words and run.pool_no in crowded}
        for run in newest.values():
            reason = f"superseded by run {run.id}"
            rows = conn.execute(statement, {"of_pool": run.pool_no, "by": run.id, "at": now, "why": reason})
            ended.extend(Ended(from_row(row), State.SUPERSEDED, reason) for row in rows)
    return ended


def _pools_with_older(conn: Connection, newer: Sequence[Run]) -> set[int]:
    """The pools in which something may be there to supersede: on an ordinary evening none, found by one question."""
    runs = schema.runs.c
    first = min(run.id for run in newer)
    waiting = conn.execute(select(runs.pool_no).where(runs.state == State.PENDING, runs.id < first)).scalars()
    counted = Counter(run.pool_no for run in newer)
    return {*waiting, *(pool_no for pool_no, count in counted.items() if count > 1)}


def enforcement_row(book: Book, word: Occurrence, hold: Override, skip: Skip | None, now: datetime) -> dict[str, Any]:
    """The row of a run that the end of a hold calls for.

    Args:
        book: the version that is asked.
        word: what it calls for: the schedule's last word, whose type and patience the run has.
        hold: the hold.
        skip: what forbids it, or None.
        now: when this happens.
    """
    due = {
        "origin": Origin.ENFORCE,
        "wall": None,
        "eclipsed": None,
        "scheduled_at": hold.ends_at,
        "due_at": hold.ends_at,
    }
    source = f"end of {hold.kind} {hold.id}, {word.source}"
    return {**_row(book, word, skip, now), **due, "source": source, "who": hold.who, "hold": hold.id}


def insert_enforcements(conn: Connection, rows: Sequence[dict[str, Any]]) -> tuple[list[Run], list[Ended]]:
    """Insert the runs that ends of holds call for, in order: those that wait, and those that were skipped at once."""
    made = [(_run(id_, row), row) for id_, row in zip(bulk.insert_rows(conn, schema.runs, rows), rows, strict=True)]
    waiting = [run for run, _ in made if run.state is State.PENDING]
    return waiting, [Ended(run, run.state, row["reason"]) for run, row in made if run.state is not State.PENDING]


@dataclass(frozen=True, slots=True)
class Asked:
    """A manual run as asked for.

    Attributes:
        pool_no: the pool.
        project: its project.
        pool: its key.
        pool_id: the cloud's id, where known.
        action: what to do.
        type: how forcefully.
        request: the caller's request id: a repeated call is one run (1.4).
        retry_for: how long it is retried.
        catch_up: how late it may be carried out after an outage.
        reason: as the administrator gave it.
        who: who asked.
        parent: the run that this one does again.
    """

    pool_no: int
    project: str
    pool: str
    pool_id: str | None
    action: Action
    type: ActionType
    request: str
    retry_for: timedelta
    catch_up: timedelta
    reason: str | None = None
    who: str | None = None
    parent: int | None = None


def asked_before(conn: Connection, request: str) -> list[Run]:
    """The runs that a call with this request id made before."""
    runs = schema.runs.c
    query = select(*COLUMNS).where(runs.request == request, text(schema.ASKED)).order_by(runs.id)
    return [from_row(row) for row in conn.execute(query)]


def insert_manual(conn: Connection, asked: Asked, version: int, now: datetime) -> Run:
    """Insert a manual run; its instant is now (1.6)."""
    row = {
        "pool_no": asked.pool_no,
        "project": asked.project,
        "pool": asked.pool,
        "pool_id": asked.pool_id,
        "origin": Origin.MANUAL,
        "action": asked.action,
        "type": asked.type,
        "scheduled_at": now,
        "due_at": now,
        "retry_for": asked.retry_for,
        "catch_up": asked.catch_up,
        "state": State.PENDING,
        "note": asked.reason,
        "who": asked.who,
        "request": asked.request,
        "parent": asked.parent,
        "version": version,
    }
    done = conn.execute(schema.runs.insert().values(row))
    return _run(int(done.inserted_primary_key[0]), row)  # type: ignore[index]  # an insert of one row has a key
