"""Ending runs that wait because somebody said so, by ``cancel`` or by an override put on their pool (protocol 4.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.execution import verdicts
from daemon.ledger import gates
from daemon.ledger.claims import Ended
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.runs import Run


@dataclass(frozen=True, slots=True)
class CalledOff:
    """What became of runs that were called off.

    Attributes:
        ended: those that are over.
        judged: those that are not sent any more, and whose desktops are looked at.
    """

    ended: tuple[Ended, ...] = ()
    judged: tuple[Run, ...] = ()


def call_off(conn: Connection, waiting: Mapping[int, tuple[Run, str]], now: datetime) -> CalledOff:
    """End waiting runs as skipped, or, where they may have been executed, leave them to their desktops (4.11).

    One that is to be judged while another run holds its pool goes on waiting, with nothing left to retry: its gate,
    once the pool is free, sends nothing and hands it to the desktops.

    Args:
        conn: inside a transaction.
        waiting: run and reason, by id.
        now: the wall clock.
    """
    ended, judged = [], []
    held: set[int] = set()
    for standing in gates.standings(conn, waiting):
        run, why = waiting[standing.run.id]
        step = verdicts.called_off(run, why)
        reason = step.reason or ""
        if step.run.state is not State.ACCEPTED:
            gates.end(conn, [(run.id, step.run.state, reason)], now)
            ended.append(Ended(run, step.run.state, reason))
        elif standing.in_flight is not None or run.pool_no in held:
            gates.call_off(conn, run.id, reason)
        else:
            gates.close(conn, [(run.id, step.run.state, reason)], now)
            held.add(run.pool_no)
            judged.append(step.run)
    return CalledOff(tuple(ended), tuple(judged))
