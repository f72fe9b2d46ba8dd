"""What a gate asks of the ledger, and what it writes when it opens (protocol 4.1, 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, text

from daemon.ledger import bulk, schema
from daemon.ledger.listing import listed_under, packed
from daemon.ledger.runs import COLUMNS, Run, from_row, read
from daemon.ledger.states import State
from daemon.timetable.actions import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Standing:
    """A run's situation at the moment at which its gate is to open.

    Attributes:
        run: the run as the ledger has it now.
        pool_id: the cloud's id of its pool as last known, or None.
        last_word: id of the pool's last word (preamble of the protocol), or None.
        last_word_action: what it was.
        in_flight: id of the run that holds the pool, or None (4.1).
        in_flight_state: whether that one is being sent or followed.
        oldest_open: id of the pool's oldest open run.
        newest_reboot: id of the pool's newest open reboot.
    """

    run: Run
    pool_id: str | None
    last_word: int | None
    last_word_action: Action | None
    in_flight: int | None
    in_flight_state: State | None
    oldest_open: int | None
    newest_reboot: int | None


def _standing_query() -> Any:
    mine, other = schema.runs, schema.runs.alias("other")

    def of_pool(what: Any, where: str) -> Any:
        return select(what).where(other.c.pool_no == mine.c.pool_no, text(where)).correlate(mine).scalar_subquery()

    def aliased(where: str) -> str:
        return where.replace("action", "other.action").replace("origin", "other.origin").replace("state", "other.state")

    word = aliased(schema.STANDING_WORD)
    flying = f"other.state IN {schema.IN_FLIGHT_STATES}"
    last_word = (
        select(other.c.id).where(other.c.pool_no == mine.c.pool_no, text(word)).order_by(other.c.id.desc()).limit(1)
    )
    last_action = last_word.with_only_columns(other.c.action)
    return (
        select(
            *COLUMNS,
            schema.pools.c.pool_id.label("known_id"),
            last_word.correlate(mine).scalar_subquery().label("last_word"),
            last_action.correlate(mine).scalar_subquery().label("last_word_action"),
            of_pool(other.c.id, flying).label("in_flight"),
            of_pool(other.c.state, flying).label("in_flight_state"),
            of_pool(func.min(other.c.id), f"other.state IN {schema.OPEN_STATES}").label("oldest_open"),
            of_pool(func.max(other.c.id), f"other.action = 'reboot' AND other.state IN {schema.OPEN_STATES}").label(
                "newest_reboot"
            ),
        )
        .join(schema.pools, schema.pools.c.no == mine.c.pool_no)
        .where(mine.c.id.in_(listed_under("ids")))
        .order_by(mine.c.id)
    )


_STANDING = bulk.Packed(_standing_query())


def standings(conn: Connection, ids: Iterable[int]) -> list[Standing]:
    """The situation of each of these runs, in order of id."""
    return [_standing(row) for row in _STANDING.rows(conn, {"ids": packed(ids)})]


_OPEN = select(schema.runs.c.id, schema.runs.c.state).where(text(f"state IN {schema.OPEN_STATES}"))


def open_besides(conn: Connection, known: Collection[int]) -> list[Run]:
    """The runs that wait for a gate or are followed, less those of these ids, in order of id."""
    rows = conn.execute(_OPEN)
    missing = [id_ for id_, state in rows if id_ not in known and state != State.ATTEMPTING]
    return read(conn, missing) if missing else []


def overruled(conn: Connection, waiting: Iterable[Run]) -> dict[int, int]:
    """Of runs that are to wait again, those that a newer one makes pointless, with that one's id (protocol 2.1).

    That is a newer word, or for a reboot a newer reboot that is open.
    """
    by_id = {run.id: run for run in waiting}
    ended = {}
    for standing in standings(conn, by_id) if by_id else ():
        run = by_id[standing.run.id]
        newer = [standing.last_word, None if run.action.is_word else standing.newest_reboot]
        newest = max((id_ for id_ in newer if id_ is not None), default=0)
        if newest > run.id:
            ended[run.id] = newest
    return ended


def _standing(row: Any) -> Standing:
    known_id, word, action, flying, flying_state, oldest, reboot = tuple(row)[len(COLUMNS) :]
    return Standing(
        run=from_row(row),
        pool_id=known_id,
        last_word=word,
        last_word_action=None if action is None else Action(action),
        in_flight=flying,
        in_flight_state=None if flying_state is None else State(flying_state),
        oldest_open=oldest,
        newest_reboot=reboot,
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """A gate that opens: what is written before a byte is sent."""

    run: Run
    pool_id: str
    limit_key: str


def open_gates(conn: Connection, openings: Sequence[Opening], now: datetime) -> list[int]:
    """Write that these runs are being sent; returns the attempts' ids in the same order."""
    if not openings:
        return []
    bulk.update_rows(conn, schema.runs, "id", [_attempting(opening, now) for opening in openings])
    rows = [
        {
            "run": opening.run.id,
            "number": opening.run.attempts + 1,
            "call": "pool" if opening.run.desktops is None else "desktops",
            "limit_key": opening.limit_key,
            "sent_at": now,
        }
        for opening in openings
    ]
    return bulk.insert_rows(conn, schema.attempts, rows)


def _attempting(opening: Opening, now: datetime) -> dict[str, Any]:
    return {
        "id": opening.run.id,
        "state": State.ATTEMPTING,
        "attempts": opening.run.attempts + 1,
        "first_attempt_at": opening.run.first_attempt_at or now,
        "pool_id": opening.pool_id,
        "next_attempt_at": None,
        "reason": None,
    }


_end = (
    schema.runs.update()
    .where(schema.runs.c.id == bindparam("of_run"), schema.runs.c.finished_at.is_(None))
    .values(state=bindparam("to"), reason=bindparam("why"), finished_at=bindparam("at"), next_attempt_at=None)
)


def end(conn: Connection, endings: Sequence[tuple[int, State, str]], now: datetime) -> None:
    """End runs: (id, final state, reason) each. One that has ended already keeps its end."""
    if endings:
        conn.execute(
            _end,
            [{"of_run": id_, "to": state, "why": reason, "at": now} for id_, state, reason in endings],
        )


_to_desktops = (
    schema.runs.update()
    .where(schema.runs.c.id == bindparam("of_run"), schema.runs.c.state == State.PENDING)
    .values(state=State.ACCEPTED, job_id=None, reason=bindparam("why"), next_attempt_at=None, retry_for=timedelta(0))
)


def call_off(conn: Connection, id_: int, why: str) -> None:
    """Leave nothing of ``retry_for`` to a waiting run that may have been executed: it is not sent any more."""
    runs = schema.runs
    conn.execute(runs.update().where(runs.c.id == id_).values(retry_for=timedelta(0), reason=why))


def overridden(conn: Connection, by: Mapping[int, int]) -> None:
    """Write which override ended runs, or keeps them from being sent again, by run."""
    runs = schema.runs
    for id_, override in by.items():
        conn.execute(runs.update().where(runs.c.id == id_).values(override=override))


def close(conn: Connection, closings: Sequence[tuple[int, State, str]], now: datetime) -> None:
    """Carry out what gates decided instead of opening: (id, state, reason) each.

    Accepted means that no more is sent and the desktops are to be looked at (4.11), so that nothing of ``retry_for``
    is left; every other state is final.
    """
    end(conn, [closing for closing in closings if not closing[1].is_open], now)
    looked_at = [{"of_run": id_, "why": why} for id_, state, why in closings if state is State.ACCEPTED]
    if looked_at:
        conn.execute(_to_desktops, looked_at)
